"""Tests without a socket: a client that walks the same stack as one, and fixtures for pytest.

    def test_home(client: Client) -> None:
        response = client.get("/")
        assert response.status_code == 200

`client` and the other fixtures come from the pytest plugin, which is there as soon as Vase is installed.
"""

from vase.testing._client import AsyncClient, Client
from vase.testing._response import TestResponse

__all__ = ["AsyncClient", "Client", "TestResponse"]
