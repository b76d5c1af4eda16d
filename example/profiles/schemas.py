"""What goes in and out of the API of profiles, in the names and envelopes of the RealWorld specification."""

from pydantic import BaseModel, ConfigDict


class ProfileOut(BaseModel):
    """A person as others see them."""

    model_config = ConfigDict(from_attributes=True)

    username: str
    bio: str
    image: str | None


class ProfileEnvelope(BaseModel):
    """One profile, as the specification wraps it."""

    profile: ProfileOut
