"""From a command's entry to the Typer command: import the one module, give its function what it asks for, run it.

A command is an ordinary annotated function. What it shares with handlers is filled in and stays off the command line:
`Project`, `Settings`, `Vase`, what has a provider (`db: Session`) and `Depends`. Everything else is Typer's. An
`async def`, and every command with dependencies, runs on an event loop of the kind that serves the site.
"""

import datetime as dt
import decimal
import enum
import importlib
import inspect
import pathlib
import sys
import uuid
from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from typer.core import TyperCommand
from typer.main import get_command
from typer.models import ParameterInfo

from vase.exceptions import quote
from vase.management._errors import CommandError
from vase.management._project import Project
from vase.management._table import CommandEntry

__all__ = ["load_command"]

type Provide = Callable[[Project], object]

# What Typer reads from text; a parameter of any other class is a dependency.
_TEXT_TYPES = (str, int, float, bool, bytes, dt.datetime, decimal.Decimal, enum.Enum, pathlib.Path, uuid.UUID)


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
    has_dependencies = False
    for parameter in signature.parameters.values():
        provide = _find_provider(parameter.annotation)
        if provide is not None:
            provided[parameter.name] = provide
        elif _is_dependency(parameter):
            has_dependencies = True
        else:
            shown.append(parameter)

    def command(**arguments: Any) -> Any:
        if has_dependencies:
            return _run_in_scope(function, current(), arguments)
        if provided:
            project = current()
            arguments |= {name: provide(project) for name, provide in provided.items()}
        result = function(**arguments)
        return _run(result, current().settings().EVENT_LOOP) if inspect.iscoroutine(result) else result

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


def _is_dependency(parameter: inspect.Parameter) -> bool:
    annotation, markers = parameter.annotation, (parameter.default,)
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
        markers = (*markers, *metadata)
    if any(isinstance(marker, ParameterInfo) for marker in markers):
        return False
    if any(_is_class_of(type(marker), "vase.di", "Dependency") for marker in markers):
        return True
    has_default = parameter.default is not inspect.Parameter.empty
    is_class = isinstance(annotation, type) and annotation is not inspect.Parameter.empty
    return is_class and not has_default and get_origin(annotation) is None and not issubclass(annotation, _TEXT_TYPES)


def _run(coroutine: Coroutine[Any, Any, Any], loop: Literal["vase", "asyncio"]) -> Any:
    import asyncio  # noqa: PLC0415  # most commands need no loop

    from vase.loop import loop_class  # noqa: PLC0415

    with asyncio.Runner(loop_factory=loop_class(loop)) as runner:
        return runner.run(coroutine)


def _run_in_scope(function: Callable[..., Any], project: Project, arguments: Mapping[str, Any]) -> Any:
    from vase.application import Vase  # noqa: PLC0415  # the site is built for the command that asks for it
    from vase.conf import Settings  # noqa: PLC0415
    from vase.di import Scope  # noqa: PLC0415

    app = project.application()

    async def run() -> Any:
        await app.startup()
        try:
            async with Scope(app.providers, values={Project: project, Vase: app, Settings: app.settings}) as scope:
                return await scope.call(function, **arguments)
        finally:
            await app.shutdown()

    return _run(run(), app.settings.EVENT_LOOP)
