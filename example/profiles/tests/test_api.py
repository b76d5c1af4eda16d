"""The API of profiles, from outside."""

from vase.testing import Client

from profiles.models import Profile


def test_profile_by_username(client: Client, ada: Profile) -> None:
    """A profile is found by its username, in the envelope of the specification."""
    response = client.get("/api/profiles/ada")
    assert response.status_code == 200
    assert response.json() == {"profile": {"username": "ada", "bio": "Writes about engines.", "image": None}}


def test_profile_by_number(client: Client, ada: Profile) -> None:
    """A profile is found by its number, which must be one."""
    assert client.get(f"/api/profiles/by-id/{ada.id}").json()["profile"]["username"] == "ada"
    assert client.get("/api/profiles/by-id/999").status_code == 404
    assert client.get(f"/api/profiles/by-id/{10**30}").status_code == 404
    calls = client.python_calls
    assert client.get("/api/profiles/by-id/x").status_code == 404
    assert client.python_calls == calls, "what is no int matches no route, and Python is not asked"


def test_unknown_username(client: Client) -> None:
    """An unknown username is a problem document that says so."""
    response = client.get("/api/profiles/nobody")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["detail"] == "no such profile"


def test_user_number_leads_to_the_author_page(client: Client, ada: Profile) -> None:
    """`/users/<id>` leads to the page of the person; what is no int is not found."""
    response = client.get(f"/users/{ada.id}")
    assert response.status_code == 307
    assert response.headers["location"] == "/authors/ada"
    assert client.get("/users/x").status_code == 404
    assert client.get("/users/999").status_code == 404
