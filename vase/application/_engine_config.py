"""Settings → the engine's configuration: the one place that knows both vocabularies."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vase.conf import Settings
from vase.types import JSON

__all__ = ["engine_config"]

_UNLIMITED: Final = 2**31


def engine_config(
    settings: Settings,
    layers: Sequence[dict[str, JSON]],
    static_roots: Sequence[Path],
    *,
    keep_alive: bool,
    mounts: Sequence[dict[str, JSON]] = (),
    hosts: Sequence[str] = (),
) -> dict[str, JSON]:
    """Return what `vase._core.Engine` is told.

    Args:
        settings: The settings of the application.
        layers: The configuration of each Rust layer, outermost first.
        static_roots: Directories of static files, in the order in which they are searched.
        keep_alive: Whether a connection takes more than one request.
        mounts: The prefixes of mounted applications.
        hosts: Hosts that are answered besides those of the settings.
    """
    layers = [_answering(hosts, layer) for layer in layers]
    return {
        "http": {
            "first_byte_timeout": settings.HTTP_FIRST_BYTE_TIMEOUT_SECONDS,
            "header_timeout": settings.HTTP_HEADER_TIMEOUT_SECONDS,
            "idle_timeout": settings.HTTP_IDLE_TIMEOUT_SECONDS,
            "body_grace": settings.HTTP_BODY_GRACE_SECONDS,
            "body_minimum_rate": settings.HTTP_BODY_MINIMUM_RATE,
            "write_timeout": settings.HTTP_WRITE_TIMEOUT_SECONDS,
            "max_header_bytes": settings.HTTP_MAX_HEADER_BYTES,
            "max_headers": settings.HTTP_MAX_HEADERS,
            "max_body_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            "shutdown_timeout": settings.SHUTDOWN_TIMEOUT_SECONDS,
            "keep_alive": keep_alive,
        },
        "websocket": {
            "max_message_bytes": settings.WEBSOCKET_MAX_MESSAGE_SIZE,
            "ping_interval": settings.WEBSOCKET_PING_INTERVAL_SECONDS,
            "ping_timeout": settings.WEBSOCKET_PING_TIMEOUT_SECONDS,
            "close_timeout": settings.WEBSOCKET_CLOSE_TIMEOUT_SECONDS,
            "compression": settings.WEBSOCKET_COMPRESSION,
            "allowed_origins": list(settings.WEBSOCKET_ALLOWED_ORIGINS),
        },
        "layers": list(layers),
        "mounts": list(mounts),
        "static_files": _static_files(settings, static_roots),
        "forms": {
            "max_memory_bytes": settings.FILE_UPLOAD_MAX_MEMORY_SIZE,
            "max_text_bytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
            "max_fields": _most(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS),
            "max_files": _most(settings.DATA_UPLOAD_MAX_NUMBER_FILES),
            "temp_dir": str(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()),
        },
        "platform": {
            "livez": settings.LIVEZ_URL,
            "readyz": settings.READYZ_URL,
            "metrics": settings.METRICS_URL,
        },
        "append_slash": settings.APPEND_SLASH,
        "debug": settings.DEBUG,
    }


def _most(limit: int | None) -> int:
    return _UNLIMITED if limit is None else limit


def _static_files(settings: Settings, roots: Sequence[Path]) -> list[JSON]:
    if not roots:
        return []
    found: dict[str, JSON] = {
        "prefix": settings.STATIC_URL,
        "roots": [str(root) for root in roots],
        # A page under development must never be held back by a browser's cache.
        "max_age": 0 if settings.DEBUG else 3600,
    }
    return [found]


def _answering(hosts: Sequence[str], layer: dict[str, JSON]) -> dict[str, JSON]:
    known = layer.get("hosts")
    if layer.get("layer") != "allowed_hosts" or not isinstance(known, list):
        return layer
    return {**layer, "hosts": [*known, *hosts]}
