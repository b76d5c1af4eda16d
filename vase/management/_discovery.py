"""Finding the commands of apps by looking at files, without importing the apps or the settings.

`manage.py --help` lists the commands of every installed app and has to be quick: loading settings costs pydantic,
importing apps costs their models. So `INSTALLED_APPS` is read from the source of the settings modules, and command
files are listed, not imported. Where the source computes the list in a way that reading cannot follow, the settings are
loaded.
"""

import ast
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from vase.management._table import CommandEntry

__all__ = ["app_commands", "find_source", "installed_apps", "read_installed_apps", "read_text_setting"]

_SETTING = "INSTALLED_APPS"
_COMMAND_FOLDERS = ("commands", "management.commands")  # the second is Django's


def app_commands(apps: list[str]) -> Iterator[CommandEntry]:
    """Return an entry for each command file of each app, in the order of the apps."""
    for app in apps:
        package, directories = _find_package(app)
        for directory in directories:
            for folder in _COMMAND_FOLDERS:
                for file in sorted(Path(directory, *folder.split(".")).glob("*.py")):
                    if not file.stem.startswith("_"):
                        panel = package.rpartition(".")[2]
                        yield CommandEntry(file.stem, f"{package}.{folder}.{file.stem}", _read_help(file), panel)


def installed_apps(
    module: str, *, load: Callable[[], list[str]], environ: Mapping[str, str] | None = None
) -> list[str]:
    """Return the apps that a settings module installs, by reading it where that is enough.

    Args:
        module: The settings module.
        load: Loads the settings and returns the list; called when reading the source does not settle it.
        environ: The environment; a variable that overrides the setting makes loading necessary.
    """
    environ = os.environ if environ is None else environ
    apps = None if f"VASE_{_SETTING}" in environ else read_installed_apps(module)
    return load() if apps is None else apps


def read_installed_apps(module: str) -> list[str] | None:
    """Return `INSTALLED_APPS` as the source of a settings module writes it; None where only running it would tell."""
    return _read_module(module, seen=frozenset())


def find_source(module: str) -> Path | None:
    """Return the file of a Python module, without importing it or its parents."""
    spec = _find_spec(module)
    return Path(spec.origin) if spec is not None and spec.origin is not None and spec.origin.endswith(".py") else None


def read_text_setting(module: str, name: str) -> str | None:
    """Return a setting that is written as a plain text in a settings module or in one it builds on."""
    source = find_source(module)
    if source is None:
        return None
    value: str | None = None
    for statement in ast.parse(source.read_text(encoding="utf-8")).body:
        match statement:
            case ast.ImportFrom(level=0, module=str() as base) if _provides_all(statement) and base != module:
                value = read_text_setting(base, name) or value
            case (
                ast.Assign(targets=[ast.Name(id=found)], value=ast.Constant(value=str() as text))
                | ast.AnnAssign(target=ast.Name(id=found), value=ast.Constant(value=str() as text))
            ) if found == name:
                value = text
    return value


def _read_module(module: str, *, seen: frozenset[str]) -> list[str] | None:
    source = find_source(module)
    if source is None or module in seen:
        return None
    try:
        tree = ast.parse(source.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return None
    package = module if source.name == "__init__.py" else module.rpartition(".")[0]
    apps: list[str] | None = []
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and any(alias.name in {"*", _SETTING} for alias in statement.names):
            found = _read_module(_absolute(statement, package), seen=seen | {module})
            if found is None and _provides_all(statement):
                found = apps if _is_foreign(statement) else None
            apps = found
        elif any(isinstance(node, ast.Name) and node.id == _SETTING for node in ast.walk(statement)):
            apps = _assign(statement, apps)
        if apps is None:
            return None
    return apps


def _provides_all(statement: ast.ImportFrom) -> bool:
    return any(alias.name == "*" for alias in statement.names)


def _is_foreign(statement: ast.ImportFrom) -> bool:
    # `from os.path import *` and the like: modules of the standard library install no apps.
    return statement.level == 0 and (statement.module or "").partition(".")[0] in sys.stdlib_module_names


def _absolute(statement: ast.ImportFrom, package: str) -> str:
    if statement.level == 0:
        return statement.module or ""
    parts = package.split(".")
    parts = parts[: len(parts) - statement.level + 1]
    return ".".join([*parts, statement.module] if statement.module else parts)


def _assign(statement: ast.stmt, before: list[str] | None) -> list[str] | None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == _SETTING:
            return _evaluate_list(value, before)
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name == _SETTING:
            return _evaluate_list(value, before)
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if name == _SETTING:
            added = _evaluate_list(value, before)
            return None if added is None or before is None else [*before, *added]
    return None


def _evaluate_list(node: ast.expr, before: list[str] | None) -> list[str] | None:
    match node:
        case ast.Name(id=name) if name == _SETTING:
            return before
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            parts = [_evaluate_element(element, before) for element in elements]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [_evaluate_list(left, before), _evaluate_list(right, before)]
        case _:
            return None
    return None if any(part is None for part in parts) else [app for part in parts if part is not None for app in part]


def _evaluate_element(node: ast.expr, before: list[str] | None) -> list[str] | None:
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.Starred(value=value):
            return _evaluate_list(value, before)
    return None


def _find_package(app: str) -> tuple[str, list[str]]:
    # An entry may name a package (`catalog`) or a configuration class inside it (`catalog.apps.CatalogConfig`).
    name = app
    while name:
        spec = _find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            return name, list(spec.submodule_search_locations)
        name = name.rpartition(".")[0]
    return app, []


def _find_spec(name: str) -> ModuleSpec | None:
    # `importlib.util.find_spec` imports the parents of a dotted name; this walks the folders instead. The finder is
    # given the last part of the name alone: with the whole name it would look the parents up in `sys.modules`.
    path: list[str] | None = None
    spec: ModuleSpec | None = None
    for part in name.split("."):
        if spec is not None:
            if spec.submodule_search_locations is None:
                return None
            path = list(spec.submodule_search_locations)
        spec = PathFinder.find_spec(part, path) if part else None
        if spec is None:
            return None
    return spec


def _read_help(file: Path) -> str:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return "(this file has a fault; run the command to see it)"
    documented: list[ast.Module | ast.FunctionDef | ast.AsyncFunctionDef] = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == file.stem
    ]
    for node in [*documented, tree]:
        text = ast.get_docstring(node)
        if text:
            return text.partition("\n")[0].strip()
    return ""
