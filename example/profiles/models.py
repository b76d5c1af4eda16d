"""The people of the site."""

from datetime import datetime

from vase.db import Mapped, Model, column


class Profile(Model):
    """Somebody who writes articles and comments."""

    username: Mapped[str] = column(max_length=60, unique=True)
    bio: Mapped[str] = column(default="")
    image: Mapped[str | None] = column(max_length=400)
    created_at: Mapped[datetime] = column(auto_now_add=True)
