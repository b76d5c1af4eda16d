"""The API of profiles."""

from vase.db import Session, get_or_404
from vase.views import Router

from profiles.models import Profile
from profiles.schemas import ProfileEnvelope, ProfileOut
from profiles.services import get_profile

router = Router(prefix="profiles", tags=["profiles"])


@router.get("/by-id/{id:int}", name="by-id")
def retrieve_profile_by_id(id: int, db: Session) -> ProfileEnvelope:  # noqa: A002  # the name in the path
    """Return one profile by its number."""
    return ProfileEnvelope(profile=ProfileOut.model_validate(get_or_404(db, Profile, id)))


@router.get("/{username}", name="detail")
def retrieve_profile(username: str, db: Session) -> ProfileEnvelope:
    """Return one profile by its username."""
    return ProfileEnvelope(profile=ProfileOut.model_validate(get_profile(db, username)))
