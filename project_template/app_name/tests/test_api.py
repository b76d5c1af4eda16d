"""The app_name API, from outside."""

from vase.testing import Client


def test_index_answers(client: Client) -> None:
    """The app answers under its own path."""
    response = client.get("/app_name/")
    assert response.status_code == 200
    assert response.json() == {"app": "app_name"}
