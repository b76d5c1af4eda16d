"""The pages of the site: articles, newest first, by tag or by author, and one article with its comments."""

from typing import Annotated
from urllib.parse import urlencode

from vase.binding import Query
from vase.db import Session
from vase.http import NotFound, Request, Response
from vase.urls import path
from vase.views import render

from articles import services
from profiles.services import get_profile

_PER_PAGE = 12
_TAGS_SHOWN = 24

type PageNumber = Annotated[int, Query(ge=1, le=100_000)]


def home(request: Request, db: Session, tag: str | None = None, page: PageNumber = 1) -> Response:
    """Show a page of the articles, all of them or those with one tag."""
    found = _page(db, page, tag=tag)
    context = {
        "heading": f"#{tag}" if tag else "Conduit",
        "intro": "Articles with this tag, newest first." if tag else "Short notes on how things work.",
        "tag": tag,
        "tags": services.most_used_tags(db, _TAGS_SHOWN),
        **_pagination(found.total, page, {"tag": tag} if tag else {}),
    }
    return render(request, "articles/list.html", {"articles": found.articles, **context})


def author(request: Request, username: str, db: Session, page: PageNumber = 1) -> Response:
    """Show a page of somebody's articles."""
    profile = get_profile(db, username)
    found = _page(db, page, author=username)
    context = {
        "heading": profile.username,
        "intro": profile.bio,
        "tag": None,
        "tags": [],
        **_pagination(found.total, page, {}),
    }
    return render(request, "articles/list.html", {"articles": found.articles, **context})


def article(request: Request, slug: str, db: Session) -> Response:
    """Show one article."""
    found = services.get_article(db, slug)
    comments = services.list_comments(db, found)
    return render(
        request, "articles/detail.html", {"article": found, "blocks": blocks_of(found.body), "comments": comments}
    )


def blocks_of(text: str) -> list[tuple[str, str]]:
    """Split a text into paragraphs, and blocks of code, which are indented by four spaces."""
    blocks: list[tuple[str, str]] = []
    for block in text.split("\n\n"):
        lines = block.strip("\n").splitlines()
        is_code = bool(lines) and all(line.startswith("    ") or not line for line in lines)
        if is_code:
            blocks.append(("code", "\n".join(line[4:] for line in lines)))
        elif lines:
            blocks.append(("text", " ".join(lines)))
    return blocks


def _page(db: Session, page: int, *, tag: str | None = None, author: str | None = None) -> services.ArticlePage:
    found = services.list_articles(db, tag=tag, author=author, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    if not found.articles and (page > 1 or tag):
        raise NotFound("there are no articles here")
    return found


def _pagination(total: int, page: int, query: dict[str, str]) -> dict[str, object]:
    """Return what the template needs to lead to the pages before and after."""
    pages = max(1, -(-total // _PER_PAGE))

    def address(number: int) -> str:
        return "?" + urlencode(query | {"page": str(number)})

    return {
        "total": total,
        "page": page,
        "pages": pages,
        "newer": address(page - 1) if page > 1 else None,
        "older": address(page + 1) if page < pages else None,
    }


urlpatterns = [
    path("", home, name="home"),
    path("articles/<slug:slug>", article, name="article"),
    path("authors/<str:username>", author, name="author"),
]
