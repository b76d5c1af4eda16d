"""From a command's entry to the Typer command: import the one module, give its function what it asks for, run it.

A command is an ordinary annotated function. Parameters whose type the framework provides (`Project`, `Settings`,
`Vase`) are filled in and stay off the command line; everything else is Typer's. An `async def` runs on an event loop.
"""

import asyncio
import importlib
import inspect
import sys
from collections.abc import Callable, Coroutine
from typing import Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

from vase.exceptions import quote
from vase.management._errors import CommandError
from vase.management._project import Project
from vase.management._table import CommandEntry

__all__ = ["load_command"]

type Provide = Callable[[Project], object]


def load_command(entry: CommandEntry, current: Callable[[], Project]) -> TyperCommand:
    """Import the module of an entry and return its function as a Typer command.

    Args:
        entry: The command that was asked for.
        current: Returns the project in force when the command runs.

    Raises:
        CommandError: When the module defines no function with the module's name.
    """
    module = importlib.import_module(entry.module)
    name = entry.module.rpartition(".")[2]
    function = getattr(module, name, None)
    if not inspect.isfunction(function):
        raise CommandError(
            f"the command file {quote(str(module.__file__))} defines no function {quote(name)}",
            code="management.E003",
            hint=f"a command is a function with the name of its file: `def {name}() -> None: …`",
        )
    app = typer.Typer(rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False)
    app.command(
        entry.name,
        rich_help_panel=entry.panel,
        context_settings={"max_content_width": 120, **getattr(module, "CONTEXT_SETTINGS", {})},
    )(_bind(function, current))
    command = get_command(app)
    if not isinstance(command, TyperCommand):  # pragma: no cover  # one function always makes a plain command
        raise TypeError(type(command))
    return command


def _bind(function: Callable[..., Any], current: Callable[[], Project]) -> Callable[..., Any]:
    signature = inspect.signature(function, eval_str=True)
    provided: dict[str, Provide] = {}
    shown: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        provide = _find_provider(parameter.annotation)
        if provide is None:
            shown.append(parameter)
        else:
            provided[parameter.name] = provide

    def command(**arguments: Any) -> Any:
        if provided:
            project = current()
            arguments |= {name: provide(project) for name, provide in provided.items()}
        result = function(**arguments)
        return _run(result) if inspect.iscoroutine(result) else result

    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    command.__module__ = function.__module__
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in shown}
    command.__signature__ = signature.replace(  # type: ignore[attr-defined]  # how `inspect` is told
        # Typer calls by name, so the order of kinds is free; a keyword-only list keeps every default legal.
        parameters=[parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in shown],
        return_annotation=None,
    )
    return command


def _find_provider(annotation: object) -> Provide | None:
    if annotation is Project:
        return lambda project: project
    # A function can only be annotated with these classes when its module has imported them.
    if _is_class_of(annotation, "vase.application", "Vase"):
        return Project.application
    if _is_class_of(annotation, "vase.conf", "Settings"):
        return Project.settings
    return None


def _is_class_of(annotation: object, module: str, name: str) -> bool:
    room = sys.modules.get(module)
    return room is not None and annotation is getattr(room, name, None)


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)
