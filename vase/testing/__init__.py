"""Tests without a socket: a client that walks the same stack as one, and fixtures for pytest.

    def test_home(client: Client) -> None:
        response = client.get("/")
        assert response.status_code == 200

`client` and the other fixtures come from the pytest plugin, which is there as soon as Vase is installed. The names are
loaded when they are asked for: pytest imports this package in every project of an environment that has Vase.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vase.testing._client import AsyncClient, Client
    from vase.testing._live import LiveServer
    from vase.testing._response import TestResponse
    from vase.testing._sockets import AsyncWebSocketSession, WebSocketDenialResponse, WebSocketSession
    from vase.testing._streams import AsyncStreamedResponse, StreamedResponse

__all__ = [
    "AsyncClient",
    "AsyncStreamedResponse",
    "AsyncWebSocketSession",
    "Client",
    "LiveServer",
    "StreamedResponse",
    "TestResponse",
    "WebSocketDenialResponse",
    "WebSocketSession",
]

_HOMES = {
    "AsyncClient": "_client",
    "AsyncStreamedResponse": "_streams",
    "AsyncWebSocketSession": "_sockets",
    "Client": "_client",
    "LiveServer": "_live",
    "StreamedResponse": "_streams",
    "TestResponse": "_response",
    "WebSocketDenialResponse": "_sockets",
    "WebSocketSession": "_sockets",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib  # noqa: PLC0415

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
