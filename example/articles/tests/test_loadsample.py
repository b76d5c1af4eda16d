"""The sample articles and the command that loads them."""

import json

from sqlalchemy import func
from vase.db import Session, select
from vase.testing import Client

from articles.commands.loadsample import FIXTURES, load, read
from articles.models import Article


def test_loading_twice_adds_nothing(db: Session) -> None:
    """Loading again leaves everything as it is."""
    first = load(db)
    assert first["articles"] >= 300
    assert load(db) == dict.fromkeys(first, 0)
    assert db.scalar(select(func.count()).select_from(Article)) == first["articles"]


def test_what_was_changed_stays(db: Session) -> None:
    """An article that somebody has changed is not overwritten."""
    load(db)
    article = db.scalars(select(Article).where(Article.slug == "why-a-304-has-no-body")).one()
    article.title = "Changed"
    db.commit()
    load(db)
    assert db.scalars(select(Article.title).where(Article.id == article.id)).one() == "Changed"


def test_loaded_site_answers(client: Client, db: Session) -> None:
    """The pages and the API show what was loaded."""
    count = load(db)["articles"]
    db.commit()
    assert client.get("/api/articles").json()["articlesCount"] == count
    assert client.get("/articles/why-a-304-has-no-body").status_code == 200
    assert client.get("/").status_code == 200


def test_every_sample_fits_its_columns_and_names_its_source() -> None:
    """The samples are real texts with a source, short enough for their columns on every database."""
    articles = list(read(FIXTURES / "articles.jsonl"))
    sources = {article["source"].partition(":")[0] for article in articles}
    assert sources == {"own", "reference", "docstring"}
    assert len({article["slug"] for article in articles}) == len(articles)
    for article in articles:
        assert len(article["slug"]) <= 100
        assert len(article["title"]) <= 200
        assert len(article["description"]) <= 400
        assert 60 <= len(article["body"].split()) <= 260
    assert sum(len(json.dumps(article)) for article in articles) < 1_500_000
