"""The layer `concurrency_limit`: answers 503 while too many requests are being answered.

Settings: `CONCURRENCY_LIMIT`; None leaves the limit to the engine.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    limit = settings.CONCURRENCY_LIMIT
    return {"layer": "concurrency_limit"} if limit is None else {"layer": "concurrency_limit", "max": limit}
