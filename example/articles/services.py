"""What the app does with articles, tags and comments: no HTTP, no templates.

Queries say what they load (`joinedload`, `selectinload`), and the models raise when anything else is touched, so a list
of twenty articles is three queries and never forty-one.
"""

import itertools
import re
import unicodedata
from typing import Final

from sqlalchemy import Select, bindparam, func
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload
from vase.db import AsyncSession, Session, exists, get_or_404, select, transaction

from articles.models import Article, ArticleTag, Comment, Tag
from profiles.models import Profile
from profiles.services import find_profile

_NOT_IN_SLUG: Final = re.compile(r"[^a-z0-9]+")
_SLUG_LENGTH: Final = 100  # leaves room for `-2` below the 120 of the column

# Made once: putting a statement together costs as much as running it.
_BY_SLUG: Final = (
    select(Article)
    .where(Article.slug == bindparam("slug"))
    .options(joinedload(Article.author), joinedload(Article.tags))
)
_COMMENTS: Final = (
    select(Comment)
    .where(Comment.article_id == bindparam("article_id"))
    .order_by(Comment.created_at, Comment.id)
    .options(joinedload(Comment.author))
)
_TAGS_BY_USE: Final = select(Tag.name).join(ArticleTag).group_by(Tag.name).order_by(func.count().desc(), Tag.name)


class UnknownAuthorError(Exception):
    """No profile has the username that was given as the author."""


def newest_articles(*, tag: str | None = None, author: str | None = None) -> Select[Article]:
    """Return the query for articles, newest first, with their authors and tags.

    Args:
        tag: Only articles with this tag.
        author: Only articles by this username.
    """
    query = select(Article).order_by(Article.created_at.desc(), Article.id.desc())
    if tag is not None:
        query = query.where(Article.id.in_(select(ArticleTag.article_id).join(Tag).where(Tag.name == tag)))
    if author is not None:
        query = query.join(Article.author).where(Profile.username == author)
    return query.options(joinedload(Article.author), selectinload(Article.tags))


def get_article(db: Session, slug: str) -> Article:
    """Return an article with its author and tags, or answer 404."""
    return get_or_404(db, _BY_SLUG, slug=slug)


def create_article(db: Session, *, title: str, description: str, body: str, tags: list[str], author: str) -> Article:
    """Store a new article under a slug made from its title.

    Raises:
        UnknownAuthorError: No profile has the username.
    """
    profile = find_profile(db, author)
    if profile is None:
        raise UnknownAuthorError(author)
    article = Article(title=title, description=description, body=body, author=profile, tags=_tags(db, tags))
    _store_under_free_slug(db, article, slug_of(title))
    return article


def update_article(
    db: Session,
    article: Article,
    *,
    title: str | None = None,
    description: str | None = None,
    body: str | None = None,
    tags: list[str] | None = None,
) -> None:
    """Change what is given; the slug follows the title."""
    article.description = article.description if description is None else description
    article.body = article.body if body is None else body
    if tags is not None:
        article.tags = _tags(db, tags)
    if title is not None and title != article.title:
        article.title = title
        _store_under_free_slug(db, article, slug_of(title))
    db.flush()


def delete_article(db: Session, article: Article) -> None:
    """Delete an article; its comments and tag links go with it."""
    db.delete(article)
    db.flush()


def list_comments(db: Session, article: Article) -> list[Comment]:
    """Return the comments of an article, oldest first."""
    return list(db.scalars(_COMMENTS, {"article_id": article.id}))


def create_comment(db: Session, article: Article, *, body: str, author: str) -> Comment:
    """Store a comment.

    Raises:
        UnknownAuthorError: No profile has the username.
    """
    profile = find_profile(db, author)
    if profile is None:
        raise UnknownAuthorError(author)
    comment = Comment(body=body, article_id=article.id, author=profile)
    db.add(comment)
    db.flush()
    return comment


def get_comment(db: Session, article: Article, comment_id: int) -> Comment:
    """Return one comment of an article, or answer 404."""
    return get_or_404(db, select(Comment).where(Comment.id == comment_id, Comment.article_id == article.id))


def delete_comment(db: Session, comment: Comment) -> None:
    """Delete a comment."""
    db.delete(comment)
    db.flush()


async def list_tags(db: AsyncSession) -> list[str]:
    """Return the names of all tags that articles have, the most used first."""
    return list(await db.scalars(_TAGS_BY_USE))


def most_used_tags(db: Session, limit: int) -> list[str]:
    """Return the tags that most articles have."""
    return list(db.scalars(_TAGS_BY_USE.limit(limit)))


def slug_of(title: str) -> str:
    """Return a title as it may stand in a URL: `Café & Crème` becomes `cafe-creme`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return _NOT_IN_SLUG.sub("-", plain.lower()).strip("-")[:_SLUG_LENGTH].rstrip("-") or "article"


def _store_under_free_slug(db: Session, article: Article, slug: str) -> None:
    """Give an article the slug, or the first of `slug-2`, `slug-3` … that no other article has, and store it."""
    for number in itertools.count(1):
        candidate = slug if number == 1 else f"{slug}-{number}"
        if _is_taken(db, candidate, article):
            continue
        try:
            with transaction.atomic(db):
                article.slug = candidate
                db.add(article)
                db.flush()
        except IntegrityError:
            if not _is_taken(db, candidate, article):
                raise
        else:
            return  # otherwise another request took the slug between the question and the insert


def _is_taken(db: Session, slug: str, article: Article) -> bool:
    with db.no_autoflush:  # a new article has no id yet, and no row's id equals that
        return exists(db, select(Article.id).where(Article.slug == slug, Article.id.is_distinct_from(article.id)))


def _tags(db: Session, names: list[str]) -> list[Tag]:
    """Return the tags with these names, new ones among them, each once."""
    wanted = list(dict.fromkeys(names))
    found = {tag.name: tag for tag in db.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    return [found.get(name) or Tag(name=name) for name in wanted]
