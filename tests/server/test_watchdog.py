"""The watchdog names who blocks the loop, and nobody else."""

import asyncio
import inspect
import logging
import threading
import time
from collections.abc import Coroutine

import pytest

from vase.loop import EventLoop
from vase.server._watchdog import Watchdog


def watched(work: Coroutine[object, object, object]) -> None:
    """Run something on a loop whose pulse may stand still for 0.3 s."""
    with asyncio.Runner(loop_factory=EventLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, EventLoop)
        watchdog = Watchdog(loop.reactor.pulse(), threading.get_ident(), 0.3)
        watchdog.start()
        runner.run(work)
        watchdog.stop()


async def blocks() -> None:
    await asyncio.sleep(0)
    time.sleep(1)  # noqa: ASYNC251  # on purpose


async def waits() -> None:
    await asyncio.sleep(1)


async def works() -> None:
    end = time.monotonic() + 1
    while time.monotonic() < end:  # noqa: ASYNC110  # one step after the other
        await asyncio.sleep(0)


def test_who_blocks_is_named(caplog: pytest.LogCaptureFixture) -> None:
    """One blocking call is told once, with function, file and line."""
    with caplog.at_level(logging.WARNING, "vase.loop"):
        watched(blocks())
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    lines, first = inspect.getsourcelines(blocks)
    place = f"{__file__}:{first + len(lines) - 1}"
    assert told[0].startswith("`blocks` has blocked the event loop for 0.")
    assert place in told[0]


@pytest.mark.parametrize("harmless", [waits, works])
def test_who_lets_others_run_is_not_named(harmless, caplog: pytest.LogCaptureFixture) -> None:
    """A loop that waits is parked, and one that works in small steps has a pulse."""
    with caplog.at_level(logging.WARNING, "vase.loop"):
        watched(harmless())
    assert caplog.records == []
