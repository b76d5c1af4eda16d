"""The layer `compression`: compresses answers for clients that can unpack them.

Settings: `COMPRESSION_MINIMUM_BYTES`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    return {"layer": "compression", "minimum_bytes": settings.COMPRESSION_MINIMUM_BYTES}
