"""The errors of the command line; all hang on `vase.exceptions.VaseError`.

VaseError
└── CommandError                  a command that cannot go on
    ├── CommandNotFoundError      no built-in command and no installed app has this name
    ├── CommandRefusedError       the command exists, but not in this environment
    ├── NameRefusedError          a project, app or model may not have this name
    ├── TargetExistsError         a generator would write over what is there
    ├── RegistrationError         settings or URL conf have a shape that cannot be edited safely
    └── SpecificationError        `--model` was not understood; holds every fault
"""

from vase.exceptions import VaseError

__all__ = [
    "CommandError",
    "CommandNotFoundError",
    "CommandRefusedError",
    "NameRefusedError",
    "RegistrationError",
    "SpecificationError",
    "TargetExistsError",
]


class CommandError(VaseError):
    """A command that cannot go on; printed without a traceback, exit code 1."""

    exit_code = 1


class CommandNotFoundError(CommandError):
    """No built-in command and no installed app has this name; exit code 2, as for every wrong command line."""

    exit_code = 2


class CommandRefusedError(CommandError):
    """The command exists but may not run in this environment."""


class NameRefusedError(CommandError):
    """A project, an app or a model may not have this name."""

    exit_code = 2


class TargetExistsError(CommandError):
    """A generator would write over files that are there."""


class RegistrationError(CommandError):
    """Settings or URL conf have a shape that cannot be edited safely."""


class SpecificationError(CommandError):
    """A model specification with faults; the message shows all of them with their positions."""

    exit_code = 2
