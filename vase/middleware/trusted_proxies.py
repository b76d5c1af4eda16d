"""The layer `trusted_proxies`: believes what the proxies in front say of the client.

Without it the address of the client is that of the last proxy, and every header that claims another is ignored.
Settings: `TRUSTED_PROXIES`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    return {"layer": "trusted_proxies", "proxies": list[JSON](settings.TRUSTED_PROXIES)}
