"""The command line: `manage.py` inside a project, `vase` outside.

A command is one file with one annotated function of the same name; [Typer](https://typer.tiangolo.com) reads the
annotations. The commands of an app lie in its `commands` folder and need no registration:

    # catalog/commands/publish.py
    def publish(
        app: Vase,                                                     # filled in: `Vase`, `Settings`, `Project`
        name: Annotated[str, typer.Argument(help="What to publish.")],  # on the command line
    ) -> None:
        '''Publish a product.'''

Only the command asked for is imported; help lists the others from their files. Data goes to stdout, talk to stderr.
Exit codes: 0, 1 when something is wrong with the project, 2 when something is wrong with the command line.

Settings: `INSTALLED_APPS`. Environment: `VASE_SETTINGS_MODULE`, `VASE_ENV`. Errors: `CommandError` and its children.
"""

from vase.management._errors import (
    CommandError,
    CommandNotFoundError,
    CommandRefusedError,
    NameRefusedError,
    RegistrationError,
    SpecificationError,
    TargetExistsError,
)
from vase.management._execute import execute, execute_outside
from vase.management._output import emit, emit_json, emit_table, say
from vase.management._project import Project

__all__ = [
    "CommandError",
    "CommandNotFoundError",
    "CommandRefusedError",
    "NameRefusedError",
    "Project",
    "RegistrationError",
    "SpecificationError",
    "TargetExistsError",
    "emit",
    "emit_json",
    "emit_table",
    "execute",
    "execute_outside",
    "say",
]
