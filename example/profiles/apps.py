"""What the site knows of the app."""

from vase.apps import AppConfig


class ProfilesConfig(AppConfig):
    """The app's entry in the registry."""

    title = "Profiles"
