"""Where the pages of the app are found: `/users/<id>` leads to the articles of a person.

`/users/x` matches no route, because `x` is no int, and is answered with 404 before Python is asked.
"""

from vase.db import Session, get_or_404
from vase.http import RedirectResponse
from vase.urls import path

from profiles.models import Profile


def redirect_to_articles(id: int, db: Session) -> RedirectResponse:  # noqa: A002  # the name in the path
    """Lead from a person's number to the page with their articles."""
    return RedirectResponse(f"/authors/{get_or_404(db, Profile, id).username}")


urlpatterns = [
    path("users/<int:id>", redirect_to_articles, name="user"),
]
