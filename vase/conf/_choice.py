"""Which settings module an application uses, from the two variables that may say so."""

from collections.abc import Mapping
from typing import Final

from vase.exceptions import ImproperlyConfigured, did_you_mean, quote

__all__ = ["settings_module"]

_ENVIRONMENTS: Final[Mapping[str, str]] = {
    "dev": "development",
    "development": "development",
    "test": "test",
    "prod": "production",
    "production": "production",
}


def settings_module(
    environ: Mapping[str, str], *, package: str = "config.settings", default: str = "development"
) -> str:
    """Return the dotted name of the settings module that the environment asks for.

    `VASE_SETTINGS_MODULE` names it whole and wins; `VASE_ENV` is `dev`, `test` or `prod` and names a module of the
    package.

    Args:
        environ: The environment.
        package: The package of the settings modules of the project.
        default: The module of the package that is used when the environment says nothing.

    Raises:
        ImproperlyConfigured: `VASE_ENV` holds another word (`conf.E007`).
    """
    if module := environ.get("VASE_SETTINGS_MODULE"):
        return module
    word = environ.get("VASE_ENV")
    if not word:
        return f"{package}.{default}"
    if word not in _ENVIRONMENTS:
        raise ImproperlyConfigured(
            f"environment variable `VASE_ENV` is {quote(word)}: expected `dev`, `test` or `prod`",
            code="conf.E007",
            hint=did_you_mean(word, _ENVIRONMENTS),
        )
    return f"{package}.{_ENVIRONMENTS[word]}"
