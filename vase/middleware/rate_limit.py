"""The layer `rate_limit`: answers 429 to clients that ask too often.

Settings: `RATE_LIMIT`, which it cannot do without.
"""

from types import MappingProxyType

from vase.conf import Settings
from vase.middleware._errors import MiddlewareError
from vase.types import JSON

__all__ = ["layer"]

_SECONDS = MappingProxyType({"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0})


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer.

    Raises:
        MiddlewareError: When no rate is set.
    """
    if settings.RATE_LIMIT is None:
        raise MiddlewareError(
            "`vase.middleware.rate_limit` stands in `MIDDLEWARE`, but `RATE_LIMIT` is not set",
            code="middleware.E005",
            hint='set it, for example `RATE_LIMIT = "100/minute"`, or take the layer out',
        )
    requests, _, period = settings.RATE_LIMIT.partition("/")
    return {"layer": "rate_limit", "requests": int(requests), "period": _SECONDS[period]}
