"""Settings of the HTTP side: middleware, limits and deadlines of a connection."""

from typing import Literal

from vase.conf.schema._fields import Directory, Names, Rate, SettingsGroup, setting

__all__ = ["HttpSettings"]


class HttpSettings(SettingsGroup):
    """Requests: what they pass, how large they may be, how long they may take."""

    MIDDLEWARE: Names = setting(
        [
            "vase.middleware.request_id",
            "vase.middleware.access_log",
            "vase.middleware.catch_panic",
            "vase.middleware.security_headers",
            "vase.middleware.allowed_hosts",
            "vase.middleware.body_limit",
        ],
        "What every request passes, outermost first: the layers of the core, then functions and classes of Python.",
    )
    APPEND_SLASH: bool = setting(
        default=True, description="Whether a path that is found only with a slash at its end is redirected there."
    )
    DATA_UPLOAD_MAX_MEMORY_SIZE: int = setting(
        8 * 1024 * 1024,
        "The largest body of a request; a larger one is answered with 413. A route may have a `max_body=` of its own.",
        unit="bytes",
        ge=0,
    )
    DATA_UPLOAD_MAX_NUMBER_FIELDS: int | None = setting(
        1000, "The most fields of a form; more are answered with 400. None takes any number.", ge=0
    )
    DATA_UPLOAD_MAX_NUMBER_FILES: int | None = setting(
        100, "The most files of a form; more are answered with 400. None takes any number.", ge=0
    )
    FILE_UPLOAD_MAX_MEMORY_SIZE: int = setting(
        2_621_440,
        "How much of the files of one form stays in memory; what does not fit moves to disk.",
        unit="bytes",
        ge=0,
    )
    FILE_UPLOAD_TEMP_DIR: Directory | None = setting(
        None, "The folder for uploaded files that do not fit into memory; None means that of the system."
    )
    RATE_LIMIT: Rate | None = setting(
        None, "How often one client may ask, like `100/minute`; used by `vase.middleware.rate_limit`."
    )
    CONCURRENCY_LIMIT: int | None = setting(
        None,
        "How many requests one worker handles at a time; the rest is answered with 503. "
        "Used by `vase.middleware.concurrency_limit`.",
        unit="requests",
        ge=1,
    )
    REQUEST_TIMEOUT_SECONDS: float = setting(
        30.0,
        "How long a handler may take before 504 is answered; used by `vase.middleware.timeout`.",
        unit="seconds",
        gt=0,
    )
    COMPRESSION_MINIMUM_BYTES: int = setting(
        1024, "The smallest body that `vase.middleware.compression` compresses.", unit="bytes", ge=0
    )
    HTTP_HEADER_TIMEOUT_SECONDS: float = setting(
        10.0, "How long a client may take to send the head of a request.", unit="seconds", gt=0
    )
    HTTP_IDLE_TIMEOUT_SECONDS: float = setting(
        75.0, "How long a connection without a request is kept open.", unit="seconds", gt=0
    )
    HTTP_FIRST_BYTE_TIMEOUT_SECONDS: float = setting(
        10.0, "How long a new connection may stay silent.", unit="seconds", gt=0
    )
    HTTP_BODY_MINIMUM_RATE: int = setting(
        240,
        "The slowest a client may send a body, after the grace period; 0 switches it off.",
        unit="bytes per second",
        ge=0,
    )
    HTTP_BODY_GRACE_SECONDS: float = setting(
        5.0, "How long a body may be slower than the minimum rate.", unit="seconds", ge=0
    )
    HTTP_WRITE_TIMEOUT_SECONDS: float = setting(
        30.0, "How long a client may take none of the answer.", unit="seconds", gt=0
    )
    HTTP_MAX_HEADER_BYTES: int = setting(
        65536, "The largest head of a request; a larger one is answered with 431.", unit="bytes", ge=8192
    )
    HTTP_MAX_HEADERS: int = setting(
        100, "The most headers of a request; more are answered with 431.", unit="headers", ge=1
    )
    WEBSOCKET_MAX_MESSAGE_SIZE: int = setting(
        16 * 1024 * 1024,
        "The largest message that a WebSocket takes; a larger one closes it with 1009.",
        unit="bytes",
        ge=1,
    )
    WEBSOCKET_PING_INTERVAL_SECONDS: float = setting(
        20.0, "How long a WebSocket may be silent before it is sent a ping; 0 sends none.", unit="seconds", ge=0
    )
    WEBSOCKET_PING_TIMEOUT_SECONDS: float = setting(
        20.0, "How long the answer to a ping may take before the WebSocket is closed.", unit="seconds", gt=0
    )
    WEBSOCKET_CLOSE_TIMEOUT_SECONDS: float = setting(
        10.0, "How long a client may take to answer the close of a WebSocket.", unit="seconds", gt=0
    )
    WEBSOCKET_COMPRESSION: bool = setting(
        default=True, description="Whether messages of WebSockets are compressed when the client offers it (RFC 7692)."
    )
    WEBSOCKET_ALLOWED_ORIGINS: Names = setting(
        [],
        "Origins whose pages may open a WebSocket, besides the site's own, like `https://app.example.com`; "
        "`*` means all.",
    )
    CORS_ALLOWED_ORIGINS: Names = setting(
        [], "Origins whose scripts may call the site, like `https://app.example.com`; `*` means all."
    )
    CORS_ALLOW_METHODS: Names = setting(
        ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"], "Methods that scripts of other origins may use."
    )
    CORS_ALLOW_HEADERS: Names = setting(
        ["accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with"],
        "Request headers that scripts of other origins may send.",
    )
    CORS_EXPOSE_HEADERS: Names = setting([], "Answer headers that scripts of other origins may read.")
    CORS_ALLOW_CREDENTIALS: bool = setting(
        default=False,
        description="Whether scripts of other origins may send cookies; not together with the origin `*`.",
    )
    CORS_MAX_AGE_SECONDS: int = setting(
        600, "How long a browser may remember the answer to a preflight request.", unit="seconds", ge=0
    )
    EVENT_LOOP: Literal["vase", "asyncio"] = setting(
        "vase",
        "The event loop of servers, tests and commands: ours, or the stock loop of asyncio; the core runs on either.",
    )
