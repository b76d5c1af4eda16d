"""What the app keeps in the database."""

from datetime import datetime

from vase.db import ForeignKey, Mapped, Model, PlainModel, column, relationship

from profiles.models import Profile


class ArticleTag(PlainModel):
    """Which tags an article has."""

    article_id: Mapped[int] = column(ForeignKey("articles_article.id", on_delete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = column(ForeignKey("articles_tag.id", on_delete="CASCADE"), primary_key=True, index=True)


class Tag(Model):
    """A word that groups articles."""

    name: Mapped[str] = column(max_length=40, unique=True)


class Article(Model):
    """A text with a title, found by its slug."""

    slug: Mapped[str] = column(max_length=120, unique=True)
    title: Mapped[str] = column(max_length=200)
    description: Mapped[str] = column(max_length=400)
    body: Mapped[str]
    author_id: Mapped[int] = column(ForeignKey(Profile, on_delete="CASCADE"))
    created_at: Mapped[datetime] = column(auto_now_add=True, index=True)
    updated_at: Mapped[datetime] = column(auto_now=True)

    author: Mapped[Profile] = relationship(lazy="raise")
    tags: Mapped[list[Tag]] = relationship(secondary=ArticleTag.__table__, order_by=Tag.name, lazy="raise")
    comments: Mapped[list["Comment"]] = relationship(back_populates="article", lazy="raise", passive_deletes=True)


class Comment(Model):
    """What somebody says about an article."""

    body: Mapped[str]
    article_id: Mapped[int] = column(ForeignKey(Article, on_delete="CASCADE"))
    author_id: Mapped[int] = column(ForeignKey(Profile, on_delete="CASCADE"))
    created_at: Mapped[datetime] = column(auto_now_add=True)
    updated_at: Mapped[datetime] = column(auto_now=True)

    article: Mapped[Article] = relationship(back_populates="comments", lazy="raise")
    author: Mapped[Profile] = relationship(lazy="raise")
