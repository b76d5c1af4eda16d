"""Which loop the setting `EVENT_LOOP` names."""

from typing import Literal

from vase.loop._asyncio_loop import AsyncioEventLoop
from vase.loop._event_loop import EventLoop

__all__ = ["ServingLoop", "loop_class"]

type ServingLoop = EventLoop | AsyncioEventLoop
"""A loop on which an engine can run."""


def loop_class(name: Literal["vase", "asyncio"]) -> type[EventLoop] | type[AsyncioEventLoop]:
    """Return the class of the loop that the setting `EVENT_LOOP` names.

    Args:
        name: `vase` or `asyncio`.
    """
    return AsyncioEventLoop if name == "asyncio" else EventLoop
