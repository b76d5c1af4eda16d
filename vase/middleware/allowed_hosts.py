"""The layer `allowed_hosts`: refuses requests for hosts that are not ours.

Settings: `ALLOWED_HOSTS`, `DEBUG`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]

# What a browser on the same machine may call it; nobody else can make these names lead here.
_LOCAL = ("localhost", ".localhost", "127.0.0.1", "[::1]")


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    hosts = settings.ALLOWED_HOSTS or (_LOCAL if settings.DEBUG else ())
    return {"layer": "allowed_hosts", "hosts": list[JSON](hosts)}
