"""What the site knows of the app."""

from vase.apps import AppConfig


class ArticlesConfig(AppConfig):
    """The app's entry in the registry."""

    title = "Articles"
