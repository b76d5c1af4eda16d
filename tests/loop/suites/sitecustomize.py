"""Chooses the event loop of a foreign test suite: in its process and in those that its tests start.

Python imports this module by its name when the folder is on `PYTHONPATH`. `SUITE_LOOP` says which loop asyncio makes:
`vase` or asyncio's own (`asyncio`). With `SUITE_REPLACES_UVLOOP` set, what the package uvloop offers makes it too.
"""

import os
import sys


def _replace_asyncio() -> None:
    import asyncio
    from asyncio import unix_events

    from vase.loop import EventLoop as Ours

    class EventLoop(Ours):
        # uvloop's tests ask by this name whether the rules are asyncio's; they are.
        __module__ = "asyncio.unix_events"

    asyncio.SelectorEventLoop = asyncio.EventLoop = EventLoop  # type: ignore[assignment,attr-defined]
    unix_events.SelectorEventLoop = EventLoop  # type: ignore[assignment]
    unix_events._UnixDefaultEventLoopPolicy._loop_factory = EventLoop  # type: ignore[attr-defined]


def _replace_uvloop() -> None:
    import asyncio
    import types

    import uvloop

    def run(main, *, loop_factory=asyncio.SelectorEventLoop, **named):
        return asyncio.run(main, loop_factory=loop_factory, **named)

    offered = types.ModuleType("uvloop")
    vars(offered).update(vars(uvloop))
    offered.new_event_loop = asyncio.SelectorEventLoop  # type: ignore[attr-defined]
    offered.Loop = asyncio.SelectorEventLoop  # type: ignore[attr-defined]
    offered.EventLoopPolicy = asyncio.DefaultEventLoopPolicy  # type: ignore[attr-defined]
    offered.run = run  # type: ignore[attr-defined]
    sys.modules["uvloop"] = offered


if "SUITE_NEEDS" in os.environ:
    # At the end: what is installed comes first.
    sys.path.append(os.environ["SUITE_NEEDS"])
if os.environ.get("SUITE_LOOP") == "vase":
    _replace_asyncio()
if os.environ.get("SUITE_REPLACES_UVLOOP"):
    _replace_uvloop()
