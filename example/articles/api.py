"""The API of articles, comments and tags.

Handlers with a `Session` are plain functions and run in threads: SQLite answers from its file in less time than an
event loop needs to look elsewhere. The tags are read through an `AsyncSession`, to show both.
"""

from vase.db import AsyncSession, Session
from vase.http import UnprocessableContent
from vase.resources import LimitOffsetPagination
from vase.views import Router

from articles import services
from articles.schemas import (
    ArticleCreate,
    ArticleEnvelope,
    ArticlesEnvelope,
    ArticleUpdate,
    CommentCreate,
    CommentEnvelope,
    CommentsEnvelope,
    TagsEnvelope,
    article_out,
    article_summary,
    comment_out,
)

router = Router(tags=["articles"])


@router.get("articles", name="list")
def list_articles(
    db: Session, page: LimitOffsetPagination, tag: str | None = None, author: str | None = None
) -> ArticlesEnvelope:
    """List articles, newest first."""
    found = page.of(db, services.newest_articles(tag=tag, author=author), article_summary)
    return ArticlesEnvelope(articles=found.results, articles_count=found.count)


@router.post("articles", status=201)
def create_article(data: ArticleCreate, db: Session) -> ArticleEnvelope:
    """Create an article; its slug is made from the title."""
    new = data.article
    try:
        article = services.create_article(
            db, title=new.title, description=new.description, body=new.body, tags=new.tag_list, author=new.author
        )
    except services.UnknownAuthorError as error:
        raise _unknown_author(error) from error
    return ArticleEnvelope(article=article_out(article))


@router.get("articles/{slug:slug}", name="detail")
def retrieve_article(slug: str, db: Session) -> ArticleEnvelope:
    """Return one article."""
    return ArticleEnvelope(article=article_out(services.get_article(db, slug)))


@router.put("articles/{slug:slug}")
def update_article(slug: str, data: ArticleUpdate, db: Session) -> ArticleEnvelope:
    """Change what is sent and leave the rest; the slug follows the title."""
    article = services.get_article(db, slug)
    new = data.article
    services.update_article(db, article, title=new.title, description=new.description, body=new.body, tags=new.tag_list)
    return ArticleEnvelope(article=article_out(article))


@router.delete("articles/{slug:slug}", status=204)
def delete_article(slug: str, db: Session) -> None:
    """Delete an article and its comments."""
    services.delete_article(db, services.get_article(db, slug))


@router.get("articles/{slug:slug}/comments", name="comments")
def list_comments(slug: str, db: Session) -> CommentsEnvelope:
    """List the comments of an article, oldest first."""
    comments = services.list_comments(db, services.get_article(db, slug))
    return CommentsEnvelope(comments=[comment_out(one) for one in comments])


@router.post("articles/{slug:slug}/comments", status=201)
def create_comment(slug: str, data: CommentCreate, db: Session) -> CommentEnvelope:
    """Comment on an article."""
    article = services.get_article(db, slug)
    try:
        comment = services.create_comment(db, article, body=data.comment.body, author=data.comment.author)
    except services.UnknownAuthorError as error:
        raise _unknown_author(error) from error
    return CommentEnvelope(comment=comment_out(comment))


@router.delete("articles/{slug:slug}/comments/{id:int}", status=204)
def delete_comment(slug: str, id: int, db: Session) -> None:  # noqa: A002  # the name in the path
    """Delete a comment of an article."""
    services.delete_comment(db, services.get_comment(db, services.get_article(db, slug), id))


@router.get("tags", name="tags")
async def list_tags(db: AsyncSession) -> TagsEnvelope:
    """List the tags, the most used first."""
    return TagsEnvelope(tags=await services.list_tags(db))


def _unknown_author(error: services.UnknownAuthorError) -> UnprocessableContent:
    return UnprocessableContent(f"no profile has the username `{error}`")
