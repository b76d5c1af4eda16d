"""Bodies that keep something open until they have left."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = ["LateBody"]


class LateBody:
    """A body, and what is to be done when it was sent or will not be sent any more.

    The engine sends what is inside, with its length if it has one, and says when that is over, whatever the end was.
    Middleware that puts another answer in its place throws it away, and that is an end as well.

    Args:
        body: Any other body.
        finish: What is to be done; called once.
    """

    __slots__ = ("_finish", "body")

    def __init__(self, body: Any, finish: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.body = body
        self._finish: Callable[[], Coroutine[Any, Any, None]] | None = finish

    def take(self) -> Callable[[], Coroutine[Any, Any, None]] | None:
        """Return what is to be done, to the first who asks."""
        finish, self._finish = self._finish, None
        return finish

    def __del__(self) -> None:
        finish = self.take()
        if finish is not None:
            with contextlib.suppress(RuntimeError):  # no loop runs: the process ends
                asyncio.get_running_loop().create_task(finish())  # nobody is left to keep it
