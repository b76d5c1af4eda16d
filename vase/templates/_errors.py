"""Templates that are missing or cannot be read."""

from vase.exceptions import VaseError

__all__ = ["TemplateError", "TemplateFaultyError", "TemplateMissingError"]


class TemplateError(VaseError):
    """The root of the room's errors."""


class TemplateMissingError(TemplateError):
    """No directory has a template of this name."""


class TemplateFaultyError(TemplateError):
    """A template that Jinja cannot read; the place is its line."""
