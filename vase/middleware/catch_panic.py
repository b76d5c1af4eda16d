"""The layer `catch_panic`: a defect of the engine is one answer 500, not the end of a worker.

It has no settings.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:  # noqa: ARG001  # all layers have one shape
    """Return what the engine is told of this layer."""
    return {"layer": "catch_panic"}
