"""Write the pages of `docs/reference/` from the code, or, with `--check`, tell which of them are out of date."""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from vase.conf import SettingReference, reference
from vase.management._loader import load_command
from vase.management._project import Project
from vase.management._table import OUTSIDE, PROJECT, CommandEntry

DOCS = Path(__file__).resolve().parent.parent / "docs"
MARK = "<!-- Written by `make docs` from {source}; changes here are lost. -->"

GROUPS = {
    "core": "The site",
    "http": "HTTP",
    "security": "Security",
    "data": "Data",
    "files": "Templates and static files",
    "api": "The API document",
    "logging": "Logging",
    "platform": "The process",
}


def main() -> int:
    """Write or check the pages; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a page is out of date")
    arguments = parser.parse_args()
    stale = []
    for name, lines in pages():
        page, text = DOCS / name, "\n".join(lines).rstrip() + "\n"
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not arguments.check:
            page.parent.mkdir(parents=True, exist_ok=True)
            page.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/{name}: {'out of date; run `make docs`' if arguments.check else 'written'}")
    return 1 if stale and arguments.check else 0


def pages() -> Iterator[tuple[str, Iterator[str]]]:
    """Yield every generated page with its lines."""
    yield "reference/settings.md", settings_page(list(reference()))
    yield "reference/commands.md", commands_page()
    yield "reference/errors.md", errors_page(sorted((DOCS / "errors").glob("*.md"), key=_by_room))


def settings_page(rows: list[SettingReference]) -> Iterator[str]:
    """Yield the reference of the settings, a section for each group."""
    yield from _head("Settings", "`vase/conf/schema/`")
    yield "Every setting, with its type and its default."
    yield "[The guide](../guides/settings.md) tells where settings are written and what overrides what;"
    yield "`./manage.py settings NAME --why` shows where the value in force comes from."
    for group, members in groupby(rows, key=lambda row: row.group):
        yield from ("", f"## {GROUPS[group]}", "")
        yield from _setting_rows(members)


def _setting_rows(rows: Iterable[SettingReference]) -> Iterator[str]:
    for row in rows:
        is_part = "." in row.name
        yield from (f"{'####' if is_part else '###'} `{row.name}`", "")
        unit = f", in {row.unit}" if row.unit else ""
        yield f"`{row.type}`{unit}; default `{row.default}`"
        yield from ("", row.description, "")


def commands_page() -> Iterator[str]:
    """Yield the reference of the commands, a section for each subject."""
    yield from _head("Commands", "the commands' own help")
    yield "`vase` starts projects; inside a project, `./manage.py` runs the rest."
    yield "Data goes to stdout and talk to stderr."
    yield "Exit codes: 0, 1 when something is wrong with the project, 2 when something is wrong with the command line."
    yield from ("", "Every command of `manage.py` may be told which settings to use:", "")
    yield "```text\n./manage.py --settings config.settings.production check\n./manage.py --env test check\n```"
    for program, entries in (("vase", OUTSIDE[:1]), ("./manage.py", PROJECT)):
        for panel, members in groupby(entries, key=lambda entry: entry.panel):
            yield from ("", f"## {panel}", "")
            for entry in members:
                yield from _command(program, entry)


def _command(program: str, entry: CommandEntry) -> Iterator[str]:
    command: Any = load_command(entry, lambda: Project(Path(), "config.settings.development", is_chosen=False))
    parameters = [one for one in command.params if not one.hidden]
    usage = " ".join(_argument(one) for one in parameters if one.param_type_name == "argument")
    yield from (f"### `{entry.name}`", "", entry.help, "", "```text")
    yield f"{program} {entry.name} [OPTIONS] {usage}".rstrip()
    yield from ("```", "")
    if parameters:
        yield from ("| argument or option | meaning |", "|---|---|")
        yield from (_parameter(one) for one in parameters)
        yield ""


def _argument(argument: Any) -> str:
    if argument.required:
        return str(argument.metavar or argument.name.upper())
    # Typer's own text for an optional argument has its brackets, but for one whose text begins with a bracket.
    text = str(argument.metavar or f"[{argument.name.upper()}]")
    text = text if text.endswith(("]", "...")) else f"[{text}]"
    return text if argument.nargs == 1 or text.endswith("...") else f"{text}..."


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = f"`{_argument(parameter)}`"
    else:
        name = ", ".join(f"`{option}`" for option in (*parameter.opts, *parameter.secondary_opts))
    default = parameter.default
    told = "" if default is None or isinstance(default, bool | list | tuple) else f" Default: `{default}`."
    return f"| {name.replace('|', chr(92) + '|')} | {(parameter.help or '').replace('|', chr(92) + '|')}{told} |"


def errors_page(files: list[Path]) -> Iterator[str]:
    """Yield the list of all codes, a section for each room."""
    yield from _head("Errors", "the pages in `docs/errors/`")
    yield "Every error and warning that Vase tells a developer has a code, and every code has a page:"
    yield "what was found, and how to mend it."
    for room, members in groupby(files, key=lambda file: file.stem.partition(".")[0]):
        yield from ("", f"## {room}", "", "| code | meaning |", "|---|---|")
        for file in members:
            title = file.read_text(encoding="utf-8").partition("\n")[0]
            meaning = re.sub(r"^# (\S+: )?", "", title)
            yield f"| [`{file.stem}`](../errors/{file.name}) | {meaning} |"


def _head(title: str, source: str) -> Iterator[str]:
    yield from (MARK.format(source=source), "", f"# {title}", "")


def _by_room(file: Path) -> tuple[str, str]:
    room, _, code = file.stem.partition(".")
    return room, code


if __name__ == "__main__":
    sys.exit(main())
