"""The errors of the room, hung below `VaseError`."""

from collections.abc import Iterable

from vase.exceptions import VaseError, did_you_mean, quote

__all__ = ["AppNotFoundError", "AppsError"]


class AppsError(VaseError):
    """The registry of apps was asked for what it has not."""


class AppNotFoundError(AppsError):
    """No installed app has the label.

    Args:
        label: The label that was asked for.
        labels: The labels of the installed apps.
    """

    def __init__(self, label: str, labels: Iterable[str]) -> None:
        hint = did_you_mean(label, labels) or "labels come from `INSTALLED_APPS`"
        super().__init__(f"no installed app has the label {quote(label)}", code="apps.E007", hint=hint)
        self.label = label
