"""The first tables of profiles."""

import sqlalchemy as sa
from alembic import op

revision = "profiles_0001"
down_revision = None
branch_labels = ("profiles",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profiles_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("image", sa.String(length=400), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles_profile")),
        sa.UniqueConstraint("username", name=op.f("uq_profiles_profile_username")),
    )


def downgrade() -> None:
    op.drop_table("profiles_profile")
