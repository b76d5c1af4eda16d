"""The layer `timeout`: ends requests whose answer does not begin in time.

Settings: `REQUEST_TIMEOUT_SECONDS`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    return {"layer": "timeout", "seconds": settings.REQUEST_TIMEOUT_SECONDS}
