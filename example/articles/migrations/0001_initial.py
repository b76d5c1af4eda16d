"""The first tables of articles."""

import sqlalchemy as sa
from alembic import op

revision = "articles_0001"
down_revision = None
branch_labels = ("articles",)
depends_on = ("profiles_0001",)


def upgrade() -> None:
    op.create_table(
        "articles_tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles_tag")),
        sa.UniqueConstraint("name", name=op.f("uq_articles_tag_name")),
    )
    op.create_table(
        "articles_article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=400), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["profiles_profile.id"],
            name=op.f("fk_articles_article_author_id_profiles_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles_article")),
        sa.UniqueConstraint("slug", name=op.f("uq_articles_article_slug")),
    )
    with op.batch_alter_table("articles_article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_article_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_article_created_at"), ["created_at"], unique=False)
    op.create_table(
        "articles_article_tag",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles_article.id"],
            name=op.f("fk_articles_article_tag_article_id_articles_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"],
            ["articles_tag.id"],
            name=op.f("fk_articles_article_tag_tag_id_articles_tag"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "tag_id", name=op.f("pk_articles_article_tag")),
    )
    with op.batch_alter_table("articles_article_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_article_tag_tag_id"), ["tag_id"], unique=False)
    op.create_table(
        "articles_comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles_article.id"],
            name=op.f("fk_articles_comment_article_id_articles_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["profiles_profile.id"],
            name=op.f("fk_articles_comment_author_id_profiles_profile"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles_comment")),
    )
    with op.batch_alter_table("articles_comment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_articles_comment_article_id"), ["article_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_articles_comment_author_id"), ["author_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("articles_comment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_comment_author_id"))
        batch_op.drop_index(batch_op.f("ix_articles_comment_article_id"))
    op.drop_table("articles_comment")
    with op.batch_alter_table("articles_article_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_article_tag_tag_id"))
    op.drop_table("articles_article_tag")
    with op.batch_alter_table("articles_article", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_articles_article_created_at"))
        batch_op.drop_index(batch_op.f("ix_articles_article_author_id"))
    op.drop_table("articles_article")
    op.drop_table("articles_tag")
