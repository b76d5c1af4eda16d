"""The mark of handlers that never block: written by `vase.views.inline`, read by `vase.binding`."""

from collections.abc import Callable
from typing import Any

__all__ = ["is_inline", "mark_inline"]

_MARK = "__vase_inline__"


def mark_inline[H: Callable[..., Any]](handler: H) -> H:
    """Mark a handler as one that never blocks, and return it."""
    setattr(handler, _MARK, True)
    return handler


def is_inline(handler: Callable[..., Any]) -> bool:
    """Say whether a handler is marked as one that never blocks; a method carries the mark of its function."""
    return getattr(handler, _MARK, False) is True
