"""The layer `body_limit`: answers 413 to bodies that are too large.

Settings: `DATA_UPLOAD_MAX_MEMORY_SIZE`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    return {"layer": "body_limit", "max_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}
