"""Which line of which settings module gave a name its value, read from the source and not from the running module.

A settings module is Python, so a name may be assigned in several places: in a base that is star-imported, in both arms
of an `if`, and again below. The history of a name is every such line in order; the last one counts.
"""

import ast
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["MISSING", "Assignment", "History", "chain_of", "read_history"]

MISSING: Final = object()
"""The value of an assignment that is not a literal."""

_CHANGING_METHODS: Final = frozenset({"append", "extend", "insert", "remove", "update", "setdefault", "pop", "clear"})


@dataclass(frozen=True, slots=True)
class Assignment:
    """One line that gives a name a value, or changes the value in place.

    Args:
        name: The name.
        module: The module with the line.
        file: Its file.
        line: First line of the statement.
        end_line: Last line of the statement.
        value: The value when it is a literal, else `MISSING`.
        imported: Whether the line is `from … import NAME` and not an assignment.
    """

    name: str
    module: str
    file: str
    line: int
    end_line: int
    value: object = MISSING
    imported: bool = False


type History = dict[str, list[Assignment]]


def read_history(module: str) -> History:
    """Return every assignment of every upper-case name in a settings module and the modules it takes names from.

    Args:
        module: Dotted name of the settings module. Modules that do not exist, or cannot be read, are left out.
    """
    return _Reader(module.partition(".")[0]).read(module)


def chain_of(module: str) -> list[str]:
    """Return the settings modules that a settings module is made of, itself first.

    These are the ones it star-imports and its neighbours in its package, through any number of steps. A module of an
    app from which it takes a single name is not one: loading that again could define its models twice.
    """
    reader = _Reader(module.partition(".")[0])
    reader.read(module)
    package = module.rpartition(".")[0]
    others = [name for name in reader.seen if name in reader.starred or (package and name.startswith(f"{package}."))]
    return [module, *(name for name in others if name != module)]


class _Reader:
    """Follows the imports of one project; every module is read once."""

    def __init__(self, project: str) -> None:
        self.seen: dict[str, History] = {}
        self.starred: set[str] = set()
        self._project = project

    def read(self, module: str) -> History:
        if module in self.seen:  # also ends a circle of star imports
            return self.seen[module]
        history: History = defaultdict(list)
        self.seen[module] = history
        file = _source_file(module)
        tree = _parse(file) if file is not None else None
        if file is None or tree is None:
            return history
        for statement in _statements(tree.body):
            if isinstance(statement, ast.ImportFrom):
                self._follow(statement, module, file, history)
            else:
                for assignment in _assignments(statement, module, file):
                    history[assignment.name].append(assignment)
        return history

    def _follow(self, statement: ast.ImportFrom, module: str, file: str, history: History) -> None:
        source = _absolute(statement, module, is_package=Path(file).stem == "__init__")
        ours = source is not None and source.partition(".")[0] == self._project
        taken = self.read(source) if source is not None and ours else {}
        for alias in statement.names:
            if alias.name == "*" and source is not None:
                self.starred.add(source)
                for name, assignments in taken.items():
                    history[name] += assignments
            elif _is_setting(alias.asname or alias.name):
                name = alias.asname or alias.name
                line = Assignment(name, module, file, statement.lineno, _end(statement), imported=not ours)
                history[name] += taken.get(alias.name, []) or [line]


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Walk the statements that run when the module is imported, into `if`, `try`, `with` and loops."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        yield statement
        for part in ("body", "handlers", "orelse", "finalbody", "cases"):
            for inner in getattr(statement, part, []):
                yield from _statements([inner] if isinstance(inner, ast.stmt) else inner.body)


def _assignments(statement: ast.stmt, module: str, file: str) -> Iterator[Assignment]:
    value = MISSING
    if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        value = _literal(statement.value)
    for name in _targets(statement):
        if _is_setting(name):
            yield Assignment(name, module, file, statement.lineno, _end(statement), value)


def _targets(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _names(target)
    elif isinstance(statement, ast.AugAssign | ast.AnnAssign | ast.For):
        if not isinstance(statement, ast.AnnAssign) or statement.value is not None:
            yield from _names(statement.target)
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        method = statement.value.func
        if isinstance(method, ast.Attribute) and method.attr in _CHANGING_METHODS:
            yield from _names(method.value)


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _names(element)
    elif isinstance(target, ast.Subscript | ast.Starred):  # `DATABASES["default"] = …` changes `DATABASES`
        yield from _names(target.value)


def _literal(expression: ast.expr) -> object:
    try:
        return ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return MISSING


def _absolute(statement: ast.ImportFrom, module: str, *, is_package: bool) -> str | None:
    if not statement.level:
        return statement.module
    package = module if is_package else module.rpartition(".")[0]
    try:
        return importlib.util.resolve_name("." * statement.level + (statement.module or ""), package)
    except ImportError:
        return None


def _source_file(module: str) -> str | None:
    loaded = sys.modules.get(module)
    try:
        spec = getattr(loaded, "__spec__", None) or importlib.util.find_spec(module)
    except Exception:  # noqa: BLE001  # a parent package that fails is told by the import itself, with its line
        return None
    return spec.origin if spec is not None and spec.has_location else None


def _parse(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


def _is_setting(name: str) -> bool:
    return name.isupper() and not name.startswith("_")


def _end(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno
