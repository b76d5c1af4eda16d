import types
from collections.abc import Iterator

import pytest

from vase.checks import CheckMessage, Registry, error, register, warning
from vase.exceptions import VaseError


class App:
    debug = True


@register(tags=("security",))
def debug_is_off(app: App) -> Iterator[CheckMessage]:
    if app.debug:
        yield warning("shop.W001", "debug")


@register(tags=("deploy", "security"))
def before_deploy(app: App) -> list[CheckMessage]:
    return [warning("shop.W002", "deploy")]


@register()
def single(app: App) -> CheckMessage | None:
    return error("shop.E001", "single") if app.debug else None


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    for check in (debug_is_off, before_deploy, single):
        registry.add(check)
    return registry


def codes(registry: Registry, **options) -> list[str]:
    return [message.code for message in registry.run(App(), **options)]


def test_checks_see_the_application_and_return_what_they_found(registry: Registry) -> None:
    """A check may yield messages, return a list, a single one or nothing."""
    assert codes(registry) == ["shop.W001", "shop.E001"]


def test_deploy_checks_run_only_when_asked_for(registry: Registry) -> None:
    """What matters on the internet is quiet at home."""
    assert codes(registry, deploy=True) == ["shop.W001", "shop.W002", "shop.E001"]
    assert codes(registry, tags=["deploy"]) == ["shop.W002"]


def test_tags_choose(registry: Registry) -> None:
    """Only checks with the tag run."""
    assert codes(registry, tags=["security"]) == ["shop.W001"]


def test_an_unknown_tag_is_refused(registry: Registry) -> None:
    """A misspelt tag does not run nothing in silence."""
    with pytest.raises(VaseError, match="no check has the tag `securty`") as caught:
        registry.run(App(), tags=["securty"])
    assert (caught.value.code, caught.value.hint) == ("checks.E003", "did you mean `security`?")
    with pytest.raises(VaseError) as caught:
        registry.run(App(), tags=["zzz"])
    assert caught.value.hint == "the tags are: `deploy`, `security`"


def test_registries_do_not_share_checks(registry: Registry) -> None:
    """Two applications in one process have their own checks."""
    assert codes(Registry()) == []


def test_a_check_is_added_once(registry: Registry) -> None:
    """Adding twice does not tell twice."""
    registry.add(single)
    assert codes(registry) == ["shop.W001", "shop.E001"]


def test_marked_functions_of_a_module_are_collected() -> None:
    """Discovery takes what a module defines and carries the mark, not what it imports, and nothing unmarked."""
    module = types.ModuleType("catalog.checks")

    def own(app: App) -> None: ...
    def unmarked(app: App) -> None: ...

    own.__module__ = unmarked.__module__ = module.__name__
    vars(module).update(own=register(tags=("catalog",))(own), unmarked=unmarked, foreign=single)
    registry = Registry()
    assert registry.collect(module) == 1
    assert registry.tags == {"catalog"}


def test_a_failing_check_does_not_hide_the_others(registry: Registry) -> None:
    """A check that raises is itself a fault, with its line."""

    def broken(app: App) -> None:
        raise KeyError("x")

    registry.add(broken)
    *_, last = registry.run(App())
    assert last.code == "checks.E001"
    assert last.message == (
        f"check `{__name__}.test_a_failing_check_does_not_hide_the_others.<locals>.broken` fails: KeyError: 'x'"
    )
    assert last.place is not None
    assert (last.place.file, last.place.line) == (__file__, broken.__code__.co_firstlineno + 1)


def test_a_check_that_returns_something_else(registry: Registry) -> None:
    """What is no message is told instead of printed."""
    registry.add(lambda _app: ["oops"])  # type: ignore[list-item]
    *_, last = registry.run(App())
    assert last.code == "checks.E002"
    assert last.message.endswith("returns `oops`, which is not a message")
    assert last.hint == "return `vase.checks.error(…)` or `vase.checks.warning(…)`"
