"""The lazy group: it knows every command by name and imports only the one that is asked for."""

from typing import Any

from typer.core import TyperCommand, TyperGroup

from vase.exceptions import did_you_mean, quote
from vase.management._discovery import app_commands, installed_apps
from vase.management._errors import CommandNotFoundError
from vase.management._project import Project
from vase.management._table import OUTSIDE, PROJECT, CommandEntry

__all__ = ["CommandGroup", "CommandLibrary"]


class CommandLibrary:
    """The commands that one program offers: built-in ones and, inside a project, those of its apps.

    Args:
        built_in: The commands known without looking.
        project: The project whose apps are searched, or None for the program that runs outside a project.
    """

    def __init__(self, built_in: tuple[CommandEntry, ...], project: Project | None = None) -> None:
        self._built_in = built_in
        self.project = project

    def find(self, name: str) -> CommandEntry | None:
        """Return the entry with this name; apps are searched only when no built-in command has it."""
        for entry in self._built_in:
            if entry.name == name:
                return entry
        # `send-report` is how some type what lies in `send_report.py`.
        return next((entry for entry in self._of_apps() if entry.name == name.replace("-", "_")), None)

    def entries(self) -> list[CommandEntry]:
        """Return every command, built-in ones first; a name that is taken already is not offered twice."""
        offered: dict[str, CommandEntry] = {}
        for entry in [*self._built_in, *self._of_apps()]:
            offered.setdefault(entry.name, entry)
        return list(offered.values())

    def get_project(self) -> Project:
        """Return the project in force, or an empty one in the current folder where there is none."""
        if self.project is None:
            raise RuntimeError("a command outside a project asked for the project")
        return self.project

    def _of_apps(self) -> list[CommandEntry]:
        project = self.project
        if project is None:
            return []
        apps = installed_apps(project.settings_module, load=lambda: list(project.settings().INSTALLED_APPS))
        return list(app_commands(apps))

    def refusal(self, name: str) -> CommandNotFoundError:
        """Return the error for a name that nothing has, with the nearest name or the place where it exists."""
        hint = did_you_mean(name, [entry.name for entry in self.entries()])
        if self.project is None and any(entry.name == name for entry in PROJECT):
            hint = f"inside a project: `./manage.py {name}`"
        elif self.project is not None and any(entry.name == name for entry in OUTSIDE):
            hint = f"outside a project: `vase {name}`"
        elif hint is None:
            hint = "`--help` lists the commands"
        return CommandNotFoundError(f"there is no command {quote(name)}", code="management.E001", hint=hint)


class CommandGroup(TyperGroup):
    """A Typer group whose commands come from a library; help groups them by subject and by app."""

    library: CommandLibrary

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  # Typer's signature
        """Return the names of all commands."""
        return [entry.name for entry in self.library.entries()]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | None:  # noqa: ARG002  # Typer's signature
        """Import one command, or return None when nothing has the name."""
        from vase.management._loader import load_command  # noqa: PLC0415  # listing commands needs none of it

        entry = self.library.find(cmd_name)
        return None if entry is None else load_command(entry, self.library.get_project)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """Find the command of a command line; an unknown name is answered with the nearest one."""
        if self.library.find(args[0]) is None and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise self.library.refusal(args[0])
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # Typer's signature
        """Write one section a panel, from the entries alone."""
        panels: dict[str, list[tuple[str, str]]] = {}
        entries = self.library.entries()
        width = max(len(entry.name) for entry in entries)
        for entry in entries:
            panels.setdefault(entry.panel, []).append((entry.name.ljust(width), entry.help))
        for panel, rows in panels.items():
            with formatter.section(panel):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Complete command names from the entries; options are the parent's affair."""
        from typer._click.shell_completion import CompletionItem  # noqa: PLC0415  # needed only while a shell completes

        names = [
            CompletionItem(entry.name, help=entry.help)
            for entry in self.library.entries()
            if entry.name.startswith(incomplete)
        ]
        # The grandparent: the parent would import every command to learn whether it is hidden.
        return [*names, *super(TyperGroup, self).shell_complete(ctx, incomplete)]
