"""Each layer of the engine is told what the settings say."""

from typing import Any

import pytest

from vase.conf import load_settings
from vase.middleware import LAYERS, MiddlewareError


def told(name: str, **changes: Any) -> dict[str, Any]:
    settings, faults = load_settings(None, environ={}, overrides=changes)
    assert faults == []
    layer: dict[str, Any] = LAYERS[f"vase.middleware.{name}"](settings)
    return layer


@pytest.mark.parametrize("name", [name.rpartition(".")[2] for name in LAYERS])
def test_each_says_which_it_is(name: str):
    """A layer is named like its module."""
    assert told(name, RATE_LIMIT="1/second")["layer"] == name


def test_trusted_proxies():
    """Networks are passed on as text."""
    assert told("trusted_proxies", TRUSTED_PROXIES=["10.0.0.0/8"])["proxies"] == ["10.0.0.0/8"]


def test_allowed_hosts():
    """Hosts are those of the setting; without any, the local ones while debugging and none otherwise."""
    assert told("allowed_hosts", ALLOWED_HOSTS=["a.example", ".b.example"])["hosts"] == ["a.example", ".b.example"]
    assert told("allowed_hosts", DEBUG=True)["hosts"] == ["localhost", ".localhost", "127.0.0.1", "[::1]"]
    assert told("allowed_hosts", DEBUG=False)["hosts"] == []


@pytest.mark.parametrize(
    ("rate", "requests", "period"),
    [("5/second", 5, 1.0), ("100/minute", 100, 60.0), ("9/hour", 9, 3600.0), ("1/day", 1, 86400.0)],
)
def test_rate_limit(rate: str, requests: int, period: float):
    """A rate is a number and a period in seconds."""
    assert told("rate_limit", RATE_LIMIT=rate) == {"layer": "rate_limit", "requests": requests, "period": period}


def test_rate_limit_without_a_rate():
    """Without a rate the layer refuses, since any number that it could take would be wrong for somebody."""
    with pytest.raises(MiddlewareError, match="`RATE_LIMIT` is not set"):
        told("rate_limit")


def test_concurrency_limit():
    """None leaves the limit to the engine."""
    assert told("concurrency_limit") == {"layer": "concurrency_limit"}
    assert told("concurrency_limit", CONCURRENCY_LIMIT=7)["max"] == 7


def test_timeout_body_limit_compression():
    """Seconds and bytes are passed on."""
    assert told("timeout", REQUEST_TIMEOUT_SECONDS=2.5)["seconds"] == 2.5
    assert told("body_limit", DATA_UPLOAD_MAX_MEMORY_SIZE=100)["max_bytes"] == 100
    assert told("compression", COMPRESSION_MINIMUM_BYTES=10)["minimum_bytes"] == 10


def test_cors():
    """Everything about origins is passed on."""
    assert told(
        "cors",
        CORS_ALLOWED_ORIGINS=["https://a.example"],
        CORS_ALLOW_METHODS=["GET"],
        CORS_ALLOW_HEADERS=["x-a"],
        CORS_EXPOSE_HEADERS=["x-b"],
        CORS_ALLOW_CREDENTIALS=True,
        CORS_MAX_AGE_SECONDS=7,
    ) == {
        "layer": "cors",
        "allowed_origins": ["https://a.example"],
        "allow_methods": ["GET"],
        "allow_headers": ["x-a"],
        "expose_headers": ["x-b"],
        "allow_credentials": True,
        "max_age": 7,
    }


def test_security_headers():
    """Headers are passed on, None leaves one out."""
    layer = told("security_headers", X_FRAME_OPTIONS="SAMEORIGIN", SECURE_REFERRER_POLICY=None, SECURE_HSTS_SECONDS=60)
    assert layer["frame_options"] == "SAMEORIGIN"
    assert layer["referrer_policy"] is None
    assert layer["hsts_seconds"] == 60
    assert layer["content_type_nosniff"] is True


@pytest.mark.parametrize(
    ("wanted", "debug", "expected"),
    [("auto", True, "text"), ("auto", False, "json"), ("json", True, "json"), ("console", False, "text")],
)
def test_access_log(wanted: str, debug: bool, expected: str):
    """Lines are for people while debugging, unless the log says otherwise; health checks are not logged."""
    layer = told("access_log", DEBUG=debug, LOGGING={"format": wanted}, METRICS_URL=None)
    assert layer["format"] == expected
    assert layer["exempt"] == ["/livez", "/readyz"]
