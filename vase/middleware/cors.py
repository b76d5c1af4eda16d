"""The layer `cors`: lets pages of other origins in, and answers their preflight requests.

Settings: `CORS_ALLOWED_ORIGINS`, `CORS_ALLOW_METHODS`, `CORS_ALLOW_HEADERS`, `CORS_EXPOSE_HEADERS`,
`CORS_ALLOW_CREDENTIALS`, `CORS_MAX_AGE_SECONDS`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    return {
        "layer": "cors",
        "allowed_origins": list[JSON](settings.CORS_ALLOWED_ORIGINS),
        "allow_methods": list[JSON](settings.CORS_ALLOW_METHODS),
        "allow_headers": list[JSON](settings.CORS_ALLOW_HEADERS),
        "expose_headers": list[JSON](settings.CORS_EXPOSE_HEADERS),
        "allow_credentials": settings.CORS_ALLOW_CREDENTIALS,
        "max_age": settings.CORS_MAX_AGE_SECONDS,
    }
