"""`MIDDLEWARE` is taken apart into layers and Python, and every mistake in it is told with the line of the setting."""

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vase import Vase
from vase.conf import Settings, load_settings
from vase.http import Request, Response
from vase.middleware import LAYERS, CallNext, SplitMiddleware, split
from vase.testing import Client


async def add_nothing(request: Request, call_next: CallNext) -> Response:
    """Pass through."""
    return await call_next(request)


class AddNothing:
    """Pass through."""

    def __init__(self, call_next: CallNext) -> None:
        self.call_next = call_next

    async def __call__(self, request: Request) -> Response:
        return await self.call_next(request)


NOT_MIDDLEWARE = 7
HERE = "middleware_of_the_test"


@pytest.fixture(autouse=True)
def _importable() -> Iterator[None]:
    sys.modules[HERE] = sys.modules[__name__]
    yield
    del sys.modules[HERE]


def settings_of(**changes: Any) -> Settings:
    settings, faults = load_settings(None, environ={}, overrides=changes)
    assert faults == []
    return settings


def split_of(*names: str, **changes: Any) -> SplitMiddleware:
    settings = settings_of(MIDDLEWARE=list(names), **changes)
    return split(settings.MIDDLEWARE, settings)


def test_layers_and_python():
    """Names of layers become configuration, others are imported; both keep their order."""
    made = split_of("vase.middleware.request_id", "vase.middleware.cors", f"{HERE}.add_nothing", f"{HERE}.AddNothing")
    assert [layer["layer"] for layer in made.layers] == ["request_id", "cors"]
    assert made.python == (add_nothing, AddNothing)
    assert made.faults == ()


def test_the_default_is_sound():
    """The default of the setting has no fault and no Python."""
    settings = settings_of()
    made = split(settings.MIDDLEWARE, settings)
    assert made.faults == ()
    assert made.python == ()
    assert len(made.layers) == len(settings.MIDDLEWARE)


def test_the_engine_knows_every_layer():
    """The engine takes what each of the twelve layers says, in the recommended order, and answers through all."""
    app = Vase(
        settings={
            "MIDDLEWARE": list(LAYERS),
            "RATE_LIMIT": "100/minute",
            "ALLOWED_HOSTS": ["example.com"],
            "TRUSTED_PROXIES": ["10.0.0.0/8"],
            "CORS_ALLOWED_ORIGINS": ["https://a.example"],
            "CONCURRENCY_LIMIT": 7,
        }
    )
    app.get("/")(lambda: "ok")
    assert len(split(app.settings.MIDDLEWARE, app.settings).layers) == 12
    with Client(app) as client:
        response = client.get("/")
    assert (response.status_code, response.text) == (200, "ok")
    assert response.headers["x-frame-options"] == "DENY"


def test_a_layer_after_python():
    """A layer behind Python could not run there, and is told."""
    (fault,) = split_of(f"{HERE}.add_nothing", "vase.middleware.cors").faults
    assert fault.code == "middleware.E001"
    assert fault.message == (
        "layer `vase.middleware.cors` stands after `middleware_of_the_test.add_nothing` in `MIDDLEWARE`, "
        "but layers run before any Python"
    )
    assert fault.hint == "move `vase.middleware.cors` in front of `middleware_of_the_test.add_nothing`"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("vase.middleware.reqest_id", "did you mean `vase.middleware.request_id`?"),
        ("vase.middleware.CORS", "did you mean `vase.middleware.cors`?"),
        (f"{HERE}.add_nothin", "did you mean `add_nothing`?"),
    ],
)
def test_unknown_names(name: str, hint: str):
    """A name that leads nowhere is told with the nearest."""
    (fault,) = split_of(name).faults
    assert fault.code == "middleware.E002"
    assert fault.message.startswith(f"unknown middleware `{name}`")
    assert fault.hint == hint


def test_a_module_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A module that fails while it is imported is told at the line that fails."""
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "broken_middleware.py"
    file.write_text("x = 1\nraise RuntimeError('boom')\n")
    (fault,) = split_of("broken_middleware.M").faults
    assert fault.code == "middleware.E002"
    assert "boom" in fault.message
    assert fault.place is not None
    assert (fault.place.file, fault.place.line) == (str(file), 2)


def test_what_is_no_middleware():
    """A name that leads to something else is told."""
    (fault,) = split_of(f"{HERE}.NOT_MIDDLEWARE").faults
    assert (fault.code, fault.message) == ("middleware.E003", "`7` is no middleware: it cannot be called")


def test_twice_the_same():
    """A name that stands twice is told."""
    assert [fault.code for fault in split_of("vase.middleware.cors", "vase.middleware.cors").faults] == [
        "middleware.E004"
    ]


def test_a_rate_limit_without_a_rate():
    """The layer for rates cannot do without one."""
    (fault,) = split_of("vase.middleware.rate_limit").faults
    assert fault.code == "middleware.E005"
    assert fault.hint is not None
    assert 'RATE_LIMIT = "100/minute"' in fault.hint


def test_all_faults_at_once_with_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Every fault is told, at the line of the setting."""
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "settings_of_the_split_test.py"
    file.write_text(
        textwrap.dedent(
            f"""
            DEBUG = True
            MIDDLEWARE = ["vase.middleware.nothing", "{HERE}.add_nothing", "vase.middleware.cors", "no.where"]
            """
        )
    )
    settings, faults = load_settings("settings_of_the_split_test", environ={})
    assert faults == []
    made = split(settings.MIDDLEWARE, settings)
    assert [fault.code for fault in made.faults] == ["middleware.E002", "middleware.E001", "middleware.E002"]
    assert {(fault.place.file, fault.place.line) for fault in made.faults if fault.place} == {(str(file), 3)}
