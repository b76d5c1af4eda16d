"""The layer `access_log`: writes one line for each request, but for those of the platform about its health.

Settings: `LOGGING` (its `format`), `DEBUG`, `LIVEZ_URL`, `READYZ_URL`, `METRICS_URL`.
"""

from vase.conf import Settings
from vase.types import JSON

__all__ = ["layer"]


def layer(settings: Settings) -> dict[str, JSON]:
    """Return what the engine is told of this layer."""
    wanted = settings.LOGGING.format
    # Whether a terminal listens is not known here; who debugs reads lines, who does not collects them.
    is_json = wanted == "json" or (wanted == "auto" and not settings.DEBUG)
    asked_often = [settings.LIVEZ_URL, settings.READYZ_URL, settings.METRICS_URL]
    return {
        "layer": "access_log",
        "format": "json" if is_json else "text",
        "exempt": [path for path in asked_often if path is not None],
    }
