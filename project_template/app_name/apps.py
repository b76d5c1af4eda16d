"""What the site knows of the app."""

from vase.apps import AppConfig


class Config(AppConfig):
    """The app's entry in the registry."""

    title = "app_name"
