"""What the app does with profiles: no HTTP, no templates."""

from sqlalchemy import bindparam
from vase.db import Session, get_or_404, select

from profiles.models import Profile

_BY_USERNAME = select(Profile).where(Profile.username == bindparam("username"))


def get_profile(db: Session, username: str) -> Profile:
    """Return the profile of a username, or answer 404."""
    return get_or_404(db, _BY_USERNAME, username=username)


def find_profile(db: Session, username: str) -> Profile | None:
    """Return the profile of a username, or None."""
    return db.scalars(_BY_USERNAME, {"username": username}).first()
