"""The pages of the site: articles, newest first, by tag or by author, and one article with its comments."""

from vase.db import Session
from vase.http import NotFound, Request, Response
from vase.resources import Page, PageNumberPagination
from vase.urls import path
from vase.views import render

from articles import services
from articles.models import Article
from profiles.services import get_profile

_TAGS_SHOWN = 24


class Twelve(PageNumberPagination):
    """Twelve articles stand on a page."""

    page_size = max_page_size = 12


def home(request: Request, db: Session, page: Twelve, tag: str | None = None) -> Response:
    """Show a page of the articles, all of them or those with one tag."""
    found = page.of(db, services.newest_articles(tag=tag))
    if tag and not found.count:
        raise NotFound("there are no articles here")
    context = {
        "heading": f"#{tag}" if tag else "Conduit",
        "intro": "Articles with this tag, newest first." if tag else "Short notes on how things work.",
        "tag": tag,
        "tags": services.most_used_tags(db, _TAGS_SHOWN),
        **_shown(found, page),
    }
    return render(request, "articles/list.html", context)


def author(request: Request, username: str, db: Session, page: Twelve) -> Response:
    """Show a page of somebody's articles."""
    profile = get_profile(db, username)
    found = page.of(db, services.newest_articles(author=username))
    context = {
        "heading": profile.username,
        "intro": profile.bio,
        "tag": None,
        "tags": [],
        **_shown(found, page),
    }
    return render(request, "articles/list.html", context)


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


def _shown(found: Page[Article], page: Twelve) -> dict[str, object]:
    """Return what the template needs of a page, and to lead to those before and after."""
    return {
        "articles": found.results,
        "total": found.count,
        "page": page.number,
        "pages": max(1, -(-found.count // page.size)),
        "newer": found.previous,
        "older": found.next,
    }


urlpatterns = [
    path("", home, name="home"),
    path("articles/<slug:slug>", article, name="article"),
    path("authors/<str:username>", author, name="author"),
]
