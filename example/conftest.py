"""What the tests of all apps need: a few people, and articles by them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from vase.db import Session, select

from articles.models import Article, Tag
from profiles.models import Profile

type MakeArticle = Callable[..., str]


@pytest.fixture
def ada(db: Session) -> Profile:
    """A person who writes."""
    profile = Profile(username="ada", bio="Writes about engines.", image=None)
    db.add(profile)
    db.commit()
    return profile


@pytest.fixture
def make_article(db: Session, ada: Profile) -> MakeArticle:
    """Return a function that stores an article, each a day younger than the one before, and returns its slug."""
    count = 0

    def make(title: str, *tags: str, author: Profile = ada, body: str = "Some text.") -> str:
        nonlocal count
        count += 1
        known = {tag.name: tag for tag in db.scalars(select(Tag))}
        article = Article(
            slug=title.lower().replace(" ", "-"),
            title=title,
            description=f"About {title}.",
            body=body,
            author_id=author.id,
            created_at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=count),
            tags=[known.get(name) or Tag(name=name) for name in tags],
        )
        db.add(article)
        db.commit()
        return article.slug

    return make
