"""The site as a whole."""

from vase.testing import Client


def test_site_has_no_faults(client: Client) -> None:
    """Settings, URLs and handlers are right: what `./manage.py check` says."""
    assert client.app.check() == []


def test_front_page_is_shown(client: Client) -> None:
    """The front page is a page of the site, with its style sheet."""
    response = client.get("/")
    assert response.status_code == 200
    assert "<h1>project_name runs</h1>" in response.text
    assert client.get("/static/site.css").status_code == 200


def test_unknown_page_is_not_found(client: Client) -> None:
    """A path that no URL matches is answered with 404."""
    assert client.get("/no-such-page").status_code == 404
