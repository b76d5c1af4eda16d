"""What the app does, without HTTP."""

import pytest
from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError
from vase.application import Vase
from vase.db import Session

from articles import services
from articles.models import Article
from conftest import MakeArticle
from profiles.models import Profile


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Why a 304 has no body", "why-a-304-has-no-body"),
        ("Café & Crème", "cafe-creme"),
        ("  --  ", "article"),
        ("日本", "article"),
        ("x" * 300, "x" * 100),
    ],
)
def test_slug_of(title: str, slug: str) -> None:
    """A slug is plain, short and never empty."""
    assert services.slug_of(title) == slug


def test_a_list_is_two_queries(app: Vase, db: Session, make_article: MakeArticle) -> None:
    """However many articles a page has, their authors and tags cost no query each."""
    for number in range(10):
        make_article(f"Number {number}", "a", f"tag {number}")
    statements: list[str] = []
    engine = app.databases["default"].engine
    with app.databases["default"].session() as fresh:
        event.listen(engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))
        articles = fresh.scalars(services.newest_articles()).all()
        assert [tag.name for tag in articles[0].tags] == ["a", "tag 9"]
        assert {one.author.username for one in articles} == {"ada"}
    assert len(statements) == 2


def test_what_was_not_loaded_is_not_fetched_quietly(app: Vase, make_article: MakeArticle) -> None:
    """A relationship that the query did not name raises instead of asking the database once more."""
    make_article("One")
    with app.databases["default"].session() as fresh:
        article = services.get_article(fresh, "one")
        with pytest.raises(InvalidRequestError, match=r"'Article\.comments' is not available due to lazy='raise'"):
            _ = article.comments


def test_a_slug_taken_in_between_is_not_used_twice(
    app: Vase, ada: Profile, make_article: MakeArticle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another request stores the slug after it was found free, the next number is taken."""
    make_article("On Engines")
    asked, first = services._is_taken, iter([True])

    def seems_free(db: Session, slug: str, article: Article) -> bool:
        return not next(first, False) and asked(db, slug, article)

    monkeypatch.setattr(services, "_is_taken", seems_free)
    with app.databases["default"].session() as db:
        made = services.create_article(db, title="On Engines", description="", body="x", tags=[], author="ada")
        assert made.slug == "on-engines-2"
