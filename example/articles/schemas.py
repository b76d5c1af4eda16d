"""What goes in and out of the API of articles, in the names and envelopes of the RealWorld specification."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from articles.models import Article, Comment
from profiles.schemas import ProfileOut

type Username = Annotated[str, StringConstraints(min_length=1, max_length=60)]
type Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
type Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
type Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100_000)]
type TagName = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=40)]
type TagList = Annotated[list[TagName], Field(max_length=20)]


class _Wire(BaseModel):
    """Snake case here, camel case on the wire."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class _WireIn(_Wire):
    model_config = ConfigDict(extra="forbid")


class ArticleSummary(_Wire):
    """An article in a list: everything but its text."""

    slug: str
    title: str
    description: str
    tag_list: list[str]
    created_at: datetime
    updated_at: datetime
    author: ProfileOut


class ArticleOut(ArticleSummary):
    """A whole article."""

    body: str


class ArticleEnvelope(BaseModel):
    """One article, as the specification wraps it."""

    article: ArticleOut


class ArticlesEnvelope(_Wire):
    """A page of articles, and how many there are on all pages."""

    articles: list[ArticleSummary]
    articles_count: int


class ArticleNew(_WireIn):
    """What a client sends to create an article."""

    title: Title
    description: Description = ""
    body: Text
    tag_list: TagList = []
    author: Username


class ArticleCreate(_WireIn):
    """The envelope around a new article."""

    article: ArticleNew


class ArticleChanges(_WireIn):
    """What a client sends to change an article; what is left out stays."""

    title: Title | None = None
    description: Description | None = None
    body: Text | None = None
    tag_list: TagList | None = None


class ArticleUpdate(_WireIn):
    """The envelope around the changes of an article."""

    article: ArticleChanges


class CommentOut(_Wire):
    """A comment."""

    id: int
    created_at: datetime
    updated_at: datetime
    body: str
    author: ProfileOut


class CommentEnvelope(BaseModel):
    """One comment, as the specification wraps it."""

    comment: CommentOut


class CommentsEnvelope(BaseModel):
    """All comments of an article."""

    comments: list[CommentOut]


class CommentNew(_WireIn):
    """What a client sends to comment on an article."""

    body: Text
    author: Username


class CommentCreate(_WireIn):
    """The envelope around a new comment."""

    comment: CommentNew


class TagsEnvelope(BaseModel):
    """All tags."""

    tags: list[str]


def article_summary(article: Article) -> ArticleSummary:
    """Return an article as it stands in a list."""
    return ArticleSummary(
        slug=article.slug,
        title=article.title,
        description=article.description,
        tag_list=[tag.name for tag in article.tags],
        created_at=article.created_at,
        updated_at=article.updated_at,
        author=ProfileOut.model_validate(article.author),
    )


def article_out(article: Article) -> ArticleOut:
    """Return a whole article."""
    return ArticleOut(**article_summary(article).__dict__, body=article.body)


def comment_out(comment: Comment) -> CommentOut:
    """Return a comment."""
    return CommentOut(
        id=comment.id,
        created_at=comment.created_at,
        updated_at=comment.updated_at,
        body=comment.body,
        author=ProfileOut.model_validate(comment.author),
    )
