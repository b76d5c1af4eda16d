"""The two programs: `manage.py` of a project, and `vase`."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.main import get_command

from vase.checks import CheckMessage
from vase.exceptions import ConfigurationError, VaseError
from vase.management._errors import CommandError
from vase.management._group import CommandGroup, CommandLibrary
from vase.management._output import say, wants_color
from vase.management._project import Project, choose_settings
from vase.management._table import OUTSIDE, PROJECT

__all__ = ["execute", "execute_outside"]

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


def execute(settings: str, *, directory: Path | str, arguments: Sequence[str] | None = None) -> None:
    """Run a command of a project and exit; this is all that `manage.py` does.

    Args:
        settings: The settings module for work on this machine, like `config.settings.development`; `--settings`,
            `--env`, `VASE_SETTINGS_MODULE` and `VASE_ENV` choose another.
        directory: The folder of `manage.py`: the apps and the settings package lie in it.
        arguments: The command line without the program, `sys.argv[1:]` by default.

    Example:
        `execute("config.settings.development", directory=Path(__file__).parent)`
    """
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    folder = Path(directory).resolve()
    _guard(lambda: _run_project(settings, folder, arguments), show_traceback="--traceback" in arguments)


def execute_outside(arguments: Sequence[str] | None = None) -> None:
    """Run `vase`, the program that needs no project, and exit."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)

    def options() -> None:
        """Start Vase projects; inside a project the commands are those of `./manage.py`."""

    library = CommandLibrary(OUTSIDE)
    _guard(lambda: _group(options, library).main(arguments, prog_name="vase"), show_traceback=False)


def _run_project(settings: str, directory: Path, arguments: list[str]) -> None:
    module, is_chosen = choose_settings(settings)
    library = CommandLibrary(PROJECT, Project(directory, module, is_chosen))
    library.get_project().enter()

    def options(
        module: Annotated[
            str | None, typer.Option("--settings", help="Settings module, like `config.settings.production`.")
        ] = None,
        env: Annotated[str | None, typer.Option("--env", help="Environment: dev, test or prod.")] = None,
        traceback: Annotated[bool, typer.Option("--traceback", help="Show where an error came from.")] = False,  # noqa: ARG001, FBT002  # `_guard` reads it before parsing
    ) -> None:
        """Run a command of this project."""
        if module or env:
            library.project = Project(directory, *choose_settings(settings, settings=module, environment=env))
            library.project.enter()

    _group(options, library).main(arguments, prog_name="manage.py")


def _group(options: Callable[..., None], library: CommandLibrary) -> CommandGroup:
    app = typer.Typer(
        cls=CommandGroup,
        callback=options,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=_CONTEXT,
    )
    group = get_command(app)
    if not isinstance(group, CommandGroup):  # pragma: no cover  # a callback always makes a group
        raise TypeError(type(group))
    group.library = library
    return group


def _guard(run: Callable[[], None], *, show_traceback: bool) -> None:
    try:
        run()
    except ConfigurationError as error:
        if show_traceback:
            raise
        say(error.render(color=wants_color()))
        say(error.message)
        sys.exit(1)
    except VaseError as error:
        if show_traceback:
            raise
        say(CheckMessage.from_error(error).render(color=wants_color()))
        sys.exit(error.exit_code if isinstance(error, CommandError) else 1)
