from dataclasses import dataclass

import pytest

from vase.checks import Registry
from vase.conf import DEPLOY_CHECKS, Settings

STRONG = "k3y-" * 8 + "0123456789abcdefghij"
SAFE = {
    "SECRET_KEY": STRONG,
    "ALLOWED_HOSTS": ["example.com"],
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "DATABASES": {"default": "sqlite:////srv/db.sqlite3"},
}


@dataclass
class App:
    settings: Settings


def told(changes: dict[str, object], *, deploy: bool = True) -> list[tuple[str, str]]:
    registry = Registry()
    for check in DEPLOY_CHECKS:
        registry.add(check)
    report = registry.run(App(Settings().replace(**(SAFE | changes))), deploy=deploy)
    assert all(message.level == "warning" for message in report)
    return [(message.code, message.message) for message in report]


def test_a_safe_site_has_nothing_to_hear() -> None:
    """The good case is quiet."""
    assert told({}) == []


def test_at_home_nothing_is_told() -> None:
    """The rules are for deploying."""
    assert told({"DEBUG": True}, deploy=False) == []


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"DEBUG": True}, "conf.W002", "`DEBUG` is on"),
        ({"SECRET_KEY": ""}, "conf.W003", "`SECRET_KEY` is empty"),
        ({"SECRET_KEY": "short"}, "conf.W003", "`SECRET_KEY` has fewer than 50 characters, or always the same ones"),
        ({"SECRET_KEY": "a" * 60}, "conf.W003", "`SECRET_KEY` has fewer than 50 characters, or always the same ones"),
        ({"ALLOWED_HOSTS": []}, "conf.W004", "`ALLOWED_HOSTS` is empty"),
        ({"ALLOWED_HOSTS": ["*"]}, "conf.W004", "`ALLOWED_HOSTS` holds `*`: any host is believed"),
        (
            {"SECURE_HSTS_SECONDS": 0, "SECURE_HSTS_PRELOAD": False},
            "conf.W005",
            "`SECURE_HSTS_SECONDS` is 0",
        ),
        (
            {"SECURE_HSTS_INCLUDE_SUBDOMAINS": False},
            "conf.W006",
            "`SECURE_HSTS_PRELOAD` is on, but browsers only take sites that promise a year for all subdomains",
        ),
        ({"DATABASES": {"default": "sqlite://"}}, "conf.W007", "the database `default` lives in memory alone"),
    ],
)
def test_what_is_wrong_on_the_internet(changes: dict[str, object], code: str, message: str) -> None:
    """Each rule tells its own case and no other."""
    assert told(changes) == [(code, message)]


def test_the_place_is_the_line_of_the_setting(load) -> None:
    """A rule points at the line to change."""
    settings, _ = load(base="\nDEBUG = True\n")
    registry = Registry()
    registry.add(DEPLOY_CHECKS[0])
    (message,) = registry.run(App(settings), deploy=True)
    assert str(message.place) == "config/settings/base.py:2"
    assert message.hint == "set `DEBUG = False` in the production settings"
