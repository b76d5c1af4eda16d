"""Settings that are right alone and wrong together, and those that are right at home and wrong on the internet.

`consistency` runs with every load. The functions of `DEPLOY_CHECKS` take the application and carry the tag `deploy`.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from vase.checks import Check, CheckMessage, error, register, warning
from vase.conf._settings import Settings

__all__ = ["DEPLOY_CHECKS", "HasSettings", "consistency"]

_KEY_LENGTH: Final = 50
_KEY_VARIETY: Final = 5
_YEAR_SECONDS: Final = 31_536_000


class HasSettings(Protocol):
    """What the checks here need of an application."""

    @property
    def settings(self) -> Settings:
        """The settings of the application."""
        ...


def consistency(settings: Settings) -> Iterator[CheckMessage]:
    """Yield what contradicts itself."""
    if settings.CORS_ALLOW_CREDENTIALS and "*" in settings.CORS_ALLOWED_ORIGINS:
        yield error(
            "conf.E008",
            "`CORS_ALLOW_CREDENTIALS` is on while `CORS_ALLOWED_ORIGINS` holds `*`: any site could act as its visitor",
            hint="name the origins that may send cookies",
            place=settings.origin("CORS_ALLOWED_ORIGINS").place,
        )


@register(tags=("deploy", "security"))
def debug_is_off(application: HasSettings) -> Iterable[CheckMessage]:
    """Error pages show source and values."""
    if application.settings.DEBUG:
        yield _told(
            application, "conf.W002", "DEBUG", "`DEBUG` is on", "set `DEBUG = False` in the production settings"
        )


@register(tags=("deploy", "security"))
def secret_key_is_strong(application: HasSettings) -> Iterable[CheckMessage]:
    """A key that can be guessed signs cookies for anybody."""
    key = application.settings.SECRET_KEY
    hint = "set the variable `SECRET_KEY` to what `python -c 'import secrets; print(secrets.token_urlsafe(50))'` prints"
    if not key:
        yield _told(application, "conf.W003", "SECRET_KEY", "`SECRET_KEY` is empty", hint)
    elif len(key) < _KEY_LENGTH or len(set(key)) < _KEY_VARIETY:
        problem = f"`SECRET_KEY` has fewer than {_KEY_LENGTH} characters, or always the same ones"
        yield _told(application, "conf.W003", "SECRET_KEY", problem, hint)


@register(tags=("deploy", "security"))
def hosts_are_named(application: HasSettings) -> Iterable[CheckMessage]:
    """Links in e-mails are made of the host that a client claims."""
    hosts = application.settings.ALLOWED_HOSTS
    hint = 'name the hosts of the site, like `ALLOWED_HOSTS = ["example.com"]`'
    if not hosts:
        yield _told(application, "conf.W004", "ALLOWED_HOSTS", "`ALLOWED_HOSTS` is empty", hint)
    elif "*" in hosts:
        yield _told(application, "conf.W004", "ALLOWED_HOSTS", "`ALLOWED_HOSTS` holds `*`: any host is believed", hint)


@register(tags=("deploy", "security"))
def https_is_kept(application: HasSettings) -> Iterable[CheckMessage]:
    """Without the header the first request of each visit may go over plain HTTP."""
    settings = application.settings
    if settings.SECURE_HSTS_SECONDS == 0:
        hint = "begin with `SECURE_HSTS_SECONDS = 3600` and raise it when HTTPS works everywhere"
        yield _told(application, "conf.W005", "SECURE_HSTS_SECONDS", "`SECURE_HSTS_SECONDS` is 0", hint)
    long_enough = settings.SECURE_HSTS_SECONDS >= _YEAR_SECONDS and settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    if settings.SECURE_HSTS_PRELOAD and not long_enough:
        problem = "`SECURE_HSTS_PRELOAD` is on, but browsers only take sites that promise a year for all subdomains"
        hint = f"set `SECURE_HSTS_SECONDS = {_YEAR_SECONDS}` and `SECURE_HSTS_INCLUDE_SUBDOMAINS = True`"
        yield _told(application, "conf.W006", "SECURE_HSTS_PRELOAD", problem, hint)


@register(tags=("deploy",))
def data_outlives_the_process(application: HasSettings) -> Iterable[CheckMessage]:
    """A database in memory is gone with the worker."""
    for alias, database in application.settings.DATABASES.items():
        if database.is_memory:
            hint = "set the variable `DATABASE_URL`" if alias == "default" else None
            yield _told(application, "conf.W007", "DATABASES", f"the database `{alias}` lives in memory alone", hint)


DEPLOY_CHECKS: Final[tuple[Check, ...]] = (
    debug_is_off,
    secret_key_is_strong,
    hosts_are_named,
    https_is_kept,
    data_outlives_the_process,
)


def _told(application: HasSettings, code: str, name: str, message: str, hint: str | None) -> CheckMessage:
    return warning(code, message, hint=hint, place=application.settings.origin(name).place)
