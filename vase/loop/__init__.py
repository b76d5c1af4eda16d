"""The event loop: asyncio's selector loop with its hot parts in Rust, on whose thread the HTTP core runs.

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(main())

`EVENT_LOOP = "asyncio"` puts the standard library's own loop in its place; see `loop_class`.
"""

from vase.loop._asyncio_loop import AsyncioEventLoop
from vase.loop._choice import ServingLoop, loop_class
from vase.loop._event_loop import EventLoop

__all__ = ["AsyncioEventLoop", "EventLoop", "ServingLoop", "loop_class"]
