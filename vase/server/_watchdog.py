"""Names the handler that blocks the event loop.

A thread looks at the loop's pulse a few times a second. While one piece of Python holds the loop, the pulse stands
still; the stack of the loop's thread then tells who it is.
"""

import logging
import sys
import threading
import time
from pathlib import Path
from types import FrameType

from vase._core import Pulse

__all__ = ["Watchdog"]

logger = logging.getLogger("vase.loop")

_LOOKS_PER_SECOND = 8
_FRAMEWORK = str(Path(__file__).parent.parent)
_LIBRARIES = (sys.prefix, sys.base_prefix, "<frozen", "<string>", "<generated")


class Watchdog:
    """Watches one loop, from a thread of its own.

    Args:
        pulse: The loop's pulse.
        thread_id: The thread on which the loop runs.
        seconds: How long the pulse may stand still.
    """

    def __init__(self, pulse: Pulse, thread_id: int, seconds: float) -> None:
        self._pulse, self._thread_id, self._seconds = pulse, thread_id, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="vase-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; returns when it is gone."""
        self._stopped.set()
        self._thread.join(1)

    def _watch(self) -> None:
        seen, since, told = self._pulse.beats, time.monotonic(), -1
        while not self._stopped.wait(1 / _LOOKS_PER_SECOND):
            beats, now = self._pulse.beats, time.monotonic()
            if beats != seen or self._pulse.parked:
                seen, since = beats, now
            elif now - since >= self._seconds and told != beats:
                told = beats
                self._tell(now - since)

    def _tell(self, seconds: float) -> None:
        frame = sys._current_frames().get(self._thread_id)  # noqa: SLF001  # the documented way to another thread's stack
        place = _innermost_of_site(frame)
        if place is not None:
            logger.warning(
                "`%s` has blocked the event loop for %.1f s at %s:%d; make it a `def`, or await what it waits for",
                place.f_code.co_qualname,
                seconds,
                place.f_code.co_filename,
                place.f_lineno,
            )


def _innermost_of_site(frame: FrameType | None) -> FrameType | None:
    """Return the innermost frame of the site's own code, or the innermost of all when there is none."""
    innermost = frame
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((_FRAMEWORK, *_LIBRARIES)):
            return frame
        frame = frame.f_back
    return innermost
