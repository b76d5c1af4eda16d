"""Settings of the running process: threads, shutdown, the endpoints that a platform asks."""

from vase.conf.schema._fields import SettingsGroup, UrlPath, setting

__all__ = ["PlatformSettings"]


class PlatformSettings(SettingsGroup):
    """The process: how it works, how it ends, what it tells about itself."""

    THREADS_MAX: int = setting(
        40, "The most threads in which plain `def` handlers of one worker run.", unit="threads", ge=1
    )
    SHUTDOWN_TIMEOUT_SECONDS: float = setting(
        10.0, "How long requests in progress may take when the server is asked to stop.", unit="seconds", ge=0
    )
    SLOW_HANDLER_SECONDS: float = setting(
        0.1, "How long a handler may hold the event loop before it is named in the log.", unit="seconds", gt=0
    )
    LIVEZ_URL: UrlPath | None = setting("/livez", "Where the process says that it lives; `None` switches it off.")
    READYZ_URL: UrlPath | None = setting(
        "/readyz", "Where the process says that it takes requests; `None` switches it off."
    )
    METRICS_URL: UrlPath | None = setting(
        "/metrics", "Where the process tells its counters in the text format of Prometheus; `None` switches it off."
    )
