"""The layer `security_headers`: adds the headers that make browsers careful.

Settings: `SECURE_CONTENT_TYPE_NOSNIFF`, `SECURE_REFERRER_POLICY`, `SECURE_CROSS_ORIGIN_OPENER_POLICY`,
`X_FRAME_OPTIONS`, `SECURE_HSTS_SECONDS`, `SECURE_HSTS_INCLUDE_SUBDOMAINS`, `SECURE_HSTS_PRELOAD`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    return {
        "layer": "security_headers",
        "content_type_nosniff": settings.SECURE_CONTENT_TYPE_NOSNIFF,
        "referrer_policy": settings.SECURE_REFERRER_POLICY,
        "cross_origin_opener_policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "frame_options": settings.X_FRAME_OPTIONS,
        "hsts_seconds": settings.SECURE_HSTS_SECONDS,
        "hsts_include_subdomains": settings.SECURE_HSTS_INCLUDE_SUBDOMAINS,
        "hsts_preload": settings.SECURE_HSTS_PRELOAD,
    }
