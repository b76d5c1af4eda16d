"""The built-in commands as data, so that listing them imports none of them.

Each row repeats the first line of its command's docstring; a test compares the two.
"""

from dataclasses import dataclass

__all__ = ["OUTSIDE", "PROJECT", "CommandEntry"]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """One command before it is imported.

    Args:
        name: What the user types.
        module: The module to import when the command is asked for; its function carries the module's last name.
        help: One line for the list of commands.
        panel: The group under which help shows it: a subject for built-in commands, an app's label for the others.
    """

    name: str
    module: str
    help: str
    panel: str


def _built_in(name: str, panel: str, help_: str) -> CommandEntry:
    return CommandEntry(name, f"{__package__}.commands.{name}", help_, panel)


_VERSION = _built_in("version", "Help", "Show the versions of Vase, its core and Python.")

PROJECT: tuple[CommandEntry, ...] = (
    _built_in("runserver", "Server", "Serve the site and restart it when its code changes."),
    _built_in(
        "check", "Site", "Find every fault in settings, URLs and handlers; no server, and no database unless named."
    ),
    _built_in(
        "routes", "Site", "List the routes of the site in the order in which they are tried; sockets and mounts too."
    ),
    _built_in("openapi", "Site", "Print or write the OpenAPI document of the site."),
    _built_in("asyncapi", "Site", "Print or write the AsyncAPI document of the site's sockets and events."),
    _built_in("client", "Site", "Print or write a typed client of the site's API."),
    _built_in("settings", "Site", "Show the settings in force, and where each one came from."),
    _built_in("shell", "Site", "Open a Python shell with the site, its models and a session."),
    _built_in("test", "Site", "Run the tests with pytest and the test settings."),
    _built_in("startapp", "Site", "Create an app, register it and, with `--model`, write its API and tests."),
    _built_in("makemigrations", "Database", "Write migrations for what changed in the models."),
    _built_in("migrate", "Database", "Bring the database to the state of the migrations."),
    _built_in("showmigrations", "Database", "List the migrations of each app and whether they are applied."),
    _VERSION,
)
"""What `manage.py` offers."""

OUTSIDE: tuple[CommandEntry, ...] = (
    _built_in("startproject", "Start", "Create a site that runs, with its settings, tests and documentation."),
    _built_in("serve", "Start", "Serve any ASGI or WSGI application."),
    _VERSION,
)
"""What `vase` offers: the commands that need no project."""
