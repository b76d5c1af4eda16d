"""`loadsample`: fill the site with the sample articles of `articles/fixtures/`."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import typer
from sqlalchemy import insert
from vase.application import Vase
from vase.db import Model, Session, select

from articles.models import Article, ArticleTag, Comment, Tag
from profiles.models import Profile

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


def loadsample(app: Vase) -> None:
    """Load the sample articles, their authors and comments; what is there already stays as it is."""
    with app.databases["default"].session() as db:
        added = load(db)
    typer.echo(", ".join(f"{count} {name}" for name, count in added.items()) + " added")


def load(db: Session, folder: Path = FIXTURES) -> dict[str, int]:
    """Load what is missing, in a handful of statements, and return how much that was.

    Articles are recognized by their slug, profiles by their username; comments come with new articles only.

    Args:
        db: The session; the caller commits.
        folder: Where the files are.
    """
    profiles = _add_missing(db, Profile, "username", read(folder / "profiles.jsonl"))
    authors = _ids(db, Profile, "username")
    articles = list(read(folder / "articles.jsonl"))
    known = _ids(db, Article, "slug")
    new = [article for article in articles if article["slug"] not in known]
    _insert(db, Article, (_article(article, authors[article["author"]]) for article in new))
    tags = _add_missing(db, Tag, "name", ({"name": name} for article in new for name in article["tags"]))
    tag_ids, article_ids = _ids(db, Tag, "name"), _ids(db, Article, "slug")
    links = [(article_ids[article["slug"]], tag_ids[name]) for article in new for name in article["tags"]]
    _insert(db, ArticleTag, ({"article_id": article, "tag_id": tag} for article, tag in links))
    fresh = {article["slug"]: _moment(article) for article in new}
    comments = [comment for comment in read(folder / "comments.jsonl") if comment["article"] in fresh]
    _insert(
        db,
        Comment,
        (
            {
                "body": comment["body"],
                "article_id": article_ids[comment["article"]],
                "author_id": authors[comment["author"]],
                "created_at": fresh[comment["article"]] + timedelta(hours=5 + 7 * number % 90),
            }
            for number, comment in enumerate(comments)
        ),
    )
    return {"profiles": profiles, "articles": len(new), "tags": tags, "comments": len(comments)}


def read(file: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file of JSON lines."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _article(article: dict[str, Any], author_id: int) -> dict[str, Any]:
    moment = _moment(article)
    columns = {name: article[name] for name in ("slug", "title", "description", "body")}
    return columns | {"author_id": author_id, "created_at": moment, "updated_at": moment}


def _moment(article: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(article["created_at"])


def _add_missing(db: Session, model: type[Model], key: str, rows: Iterable[dict[str, Any]]) -> int:
    known = _ids(db, model, key)
    missing = {row[key]: row for row in rows if row[key] not in known}
    _insert(db, model, missing.values())
    return len(missing)


def _insert(db: Session, model: type[Any], rows: Iterable[dict[str, Any]]) -> None:
    values = list(rows)
    if values:
        db.execute(insert(model), values)


def _ids(db: Session, model: type[Model], key: str) -> dict[str, int]:
    return {row[0]: row[1] for row in db.execute(select(getattr(model, key), model.id))}
