"""The layer `request_id`: gives every request an id, in `x-request-id` of the answer and in `request.id`.

It has no settings.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:  # noqa: ARG001  # all layers have one shape
    """Return what the engine is told of this layer."""
    return {"layer": "request_id"}
