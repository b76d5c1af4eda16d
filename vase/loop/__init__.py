"""The event loop: asyncio's selector loop, whose wait is a turn of the Rust core.

Everything that asyncio promises holds, for it is asyncio's own loop; while it waits for its descriptors,
the core accepts connections, parses requests and calls handlers on the same thread.

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(main())
"""

from vase.loop._event_loop import EventLoop

__all__ = ["EventLoop"]
