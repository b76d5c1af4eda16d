"""`shell`: Python with the site in it; `await` works at the prompt, on the site's own kind of event loop."""

import ast
import asyncio
import code
import importlib
import inspect
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack, suppress
from types import CodeType
from typing import Annotated, Any

import typer

from vase.application import Vase
from vase.db import PlainModel, Session, select
from vase.loop import loop_class

__all__ = ["shell"]

type Run = Callable[[Coroutine[Any, Any, Any]], Any]


def shell(
    app: Vase,
    *,
    command: Annotated[str | None, typer.Option("--command", "-c", help="Run this code and exit.")] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Use Python's own prompt even when IPython is there.")] = False,
) -> None:
    """Open a Python shell with the site, its models and a session."""
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner(loop_factory=loop_class(app.settings.EVENT_LOOP)))
        runner.run(app.startup())
        stack.callback(lambda: runner.run(app.shutdown()))
        names = make_namespace(app, stack)
        if command is not None or not sys.stdin.isatty():
            _run_text(sys.stdin.read() if command is None else command, names, runner.run)
        elif plain or not _run_ipython(names, runner.run):
            _run_plain(names, runner.run)


def make_namespace(app: Vase, stack: ExitStack) -> dict[str, Any]:
    """Return what the shell knows: `app`, `settings`, `select`, the models by name, and `db`, an open session.

    Args:
        app: The site.
        stack: Closes the session; what was not committed is rolled back.
    """
    names: dict[str, Any] = {"__name__": "__main__", "app": app, "settings": app.settings, "select": select}
    for installed in app.apps:
        with suppress(ModuleNotFoundError):  # an app need not have models
            module = importlib.import_module(f"{installed.name}.models")
            names |= {name: value for name, value in vars(module).items() if _is_model(value)}
    if "default" in app.databases:
        names["db"] = stack.enter_context(Session(app.databases["default"].engine))
    return names


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, PlainModel) and hasattr(value, "__table__")


def _describe(names: dict[str, Any]) -> str:
    models = [name for name, value in names.items() if _is_model(value)]
    lines = [
        f"Python {sys.version.partition(' ')[0]} with app, settings, select" + (", db" if "db" in names else ""),
        f"models: {', '.join(models)}" if models else "no models",
        "`await` works here" + ("; `db.commit()` keeps what you change" if "db" in names else ""),
    ]
    return "\n".join(lines)


class _Console(code.InteractiveConsole):
    """Python's own prompt, where `await` works between the inputs."""

    def __init__(self, names: dict[str, Any], run: Run) -> None:
        super().__init__(names)
        self._run = run
        self.compile.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

    def runcode(self, code: CodeType) -> None:
        """Run one input; a traceback ends the input, not the shell."""
        try:
            # Evaluated here and not in a function of its own: `showtraceback` leaves out one frame, this one.
            result = eval(code, self.locals)  # noqa: S307  # running what the user types is what a shell is for
            if inspect.iscoroutine(result):
                self._run(result)
        except SystemExit:
            raise
        except BaseException:  # noqa: BLE001  # whatever a user types may raise anything
            self.showtraceback()


def _run_text(text: str, names: dict[str, Any], run: Run) -> None:
    compiled = compile(text, "<shell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    result = eval(compiled, names)  # noqa: S307  # as above
    if inspect.iscoroutine(result):
        run(result)


def _run_plain(names: dict[str, Any], run: Run) -> None:
    with suppress(ImportError):  # no history and no completion where Python was built without readline
        readline = importlib.import_module("readline")
        readline.set_completer(importlib.import_module("rlcompleter").Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    _Console(names, run).interact(banner=_describe(names), exitmsg="")


def _run_ipython(names: dict[str, Any], run: Run) -> bool:
    try:
        ipython = importlib.import_module("IPython")
        config = importlib.import_module("traitlets.config").Config()
    except ImportError:
        return False
    # A function of its own, because the configuration is copied deeply, and a bound method would take its loop along.
    config.InteractiveShell.loop_runner = lambda coroutine: run(coroutine)  # noqa: PLW0108
    config.TerminalInteractiveShell.banner1 = _describe(names) + "\n"
    ipython.start_ipython(argv=[], user_ns=names, config=config)
    return True
