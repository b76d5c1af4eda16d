"""Edits to a user's settings and URL conf: located by the syntax tree, made in the text.

So formatting and comments stay. Every edit is proved before it is kept: the new text is parsed again, and the list must
differ from the old one by exactly the element that was added or taken away.
"""

import ast
import io
import tokenize
from dataclasses import dataclass

from vase.exceptions import quote
from vase.management._errors import RegistrationError

__all__ = ["add_import", "add_to_list", "import_rank", "remove_from_list", "remove_import"]

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class _Span:
    """Where a node lies in the text, as offsets of characters."""

    start: int
    end: int


def add_to_list(source: str, variable: str, element: str, *, file: str) -> str:
    """Return the source with one more element at the end of a list that is written as `variable = […]`.

    The same text comes back when the list has the element already.

    Args:
        source: The module's text.
        variable: The name of the list, at the top of the module.
        element: The element as Python source.
        file: The path, for the error.

    Raises:
        RegistrationError: When the module does not assign one plain list to the name.
    """
    node = _find_list(source, variable, file)
    if any(ast.dump(item) == ast.dump(_expression(element)) for item in node.elts):
        return source
    offsets = _Offsets(source)
    span = offsets.span(node)
    text = source[span.start : span.end]
    if node.elts:
        ends_at = offsets.span(node.elts[-1]).end - span.start
        changed = _append(text, element, ends_at=ends_at, indent=_indent_of(source, node))
    else:
        changed = _fill(text, element)
    result = source[: span.start] + changed + source[span.end :]
    if "\n" not in changed and _longest_line(result, span.start) > _WIDTH:
        result = _explode(result, variable, file)
    _prove(result, variable, [ast.dump(item) for item in node.elts] + [ast.dump(_expression(element))], file)
    return result


def remove_from_list(source: str, variable: str, element: str, *, file: str) -> str:
    """Return the source without an element of a list; the same text when it is not there.

    Raises:
        RegistrationError: When the module does not assign one plain list to the name.
    """
    node = _find_list(source, variable, file)
    kept = [item for item in node.elts if ast.dump(item) != ast.dump(_expression(element))]
    if len(kept) == len(node.elts):
        return source
    offsets = _Offsets(source)
    span = offsets.span(node)
    if not kept:
        result = f"{source[: span.start]}[]{source[span.end :]}"
    else:
        index = next(place for place, item in enumerate(node.elts) if item not in kept)
        start, end = _cut(source, [offsets.span(item) for item in node.elts], index)
        result = source[:start] + source[end:]
    _prove(result, variable, [ast.dump(item) for item in kept], file)
    return result


def _cut(source: str, spans: list[_Span], index: int) -> tuple[int, int]:
    # An element with lines of its own goes with them; otherwise it goes with the comma on its inner side.
    span = spans[index]
    line_start, line_end = source.rfind("\n", 0, span.start) + 1, source.find("\n", span.end) + 1
    if not source[line_start : span.start].strip() and source[span.end : line_end].strip() in {"", ","}:
        return line_start, line_end
    if index + 1 < len(spans):
        return span.start, spans[index + 1].start
    return spans[index - 1].end, span.end


def add_import(source: str, module: str, name: str) -> str:
    """Return the source with `from module import name`, joined to an import of that module where there is one."""
    tree = ast.parse(source)
    imports = [
        node for node in tree.body if isinstance(node, ast.ImportFrom) and (node.level, node.module) == (0, module)
    ]
    if any(alias.name == name and alias.asname is None for node in imports for alias in node.names):
        return source
    if imports:
        return _rewrite_import(source, imports[0], [*imports[0].names, ast.alias(name=name)])
    lines = source.splitlines(keepends=True)
    at = _line_after_imports(tree)
    return "".join([*lines[:at], f"from {module} import {name}\n", *lines[at:]])


def remove_import(source: str, module: str, name: str) -> str:
    """Return the source without a name imported from a module; the statement goes when it was the only name."""
    tree = ast.parse(source)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module == module:
            kept = [alias for alias in node.names if alias.name != name]
            if len(kept) < len(node.names):
                return _rewrite_import(source, node, kept)
    return source


def _rewrite_import(source: str, node: ast.ImportFrom, names: list[ast.alias]) -> str:
    span = _Offsets(source).span(node)
    if not names:
        end = source.find("\n", span.end) + 1
        return source[: span.start] + source[end:]
    # Ruff's order: constants, classes, functions, each sorted by name.
    ordered = sorted(names, key=lambda alias: (import_rank(alias.name), alias.name))
    spelled = [f"{alias.name} as {alias.asname}" if alias.asname else alias.name for alias in ordered]
    line = f"from {node.module} import {', '.join(spelled)}"
    if len(line) > _WIDTH:
        line = "\n".join([f"from {node.module} import (", *(f"    {text}," for text in spelled), ")"])
    return source[: span.start] + line + source[span.end :]


def import_rank(name: str) -> int:
    """Return where the linter sorts an imported name: constants, classes, the rest."""
    if name.isupper() and len(name) > 1:
        return 0
    return 1 if name[:1].isupper() else 2


def _line_after_imports(tree: ast.Module) -> int:
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    if imports:
        return max(node.end_lineno or node.lineno for node in imports)
    first = tree.body[0] if tree.body else None
    has_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) if first is not None and has_docstring else 0


def _find_list(source: str, variable: str, file: str) -> ast.List:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise RegistrationError(
            f"{quote(f'{file}:{error.lineno}')} is not valid Python: {error.msg}", code="management.E006"
        ) from error
    values: list[ast.expr | None] = []
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == variable:
                values.append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if name == variable:
                values.append(value)
            case ast.AugAssign(target=ast.Name(id=name)) if name == variable:
                values.append(None)
    if len(values) == 1 and isinstance(values[0], ast.List):
        return values[0]
    problem = f"assigns no plain list to `{variable}`" if len(values) < 2 else f"assigns `{variable}` more than once"
    raise RegistrationError(
        f"{quote(file)} {problem}",
        code="management.E006",
        hint=f"write `{variable} = [\u2026]` once, or use `--no-register` and add the app by hand",
    )


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _prove(source: str, variable: str, elements: list[str], file: str) -> None:
    found = [ast.dump(item) for item in _find_list(source, variable, file).elts]
    if found != elements:
        raise RegistrationError(
            f"`{variable}` in {quote(file)} could not be edited without changing its other elements",
            code="management.E006",
            hint="use `--no-register` and add the app by hand",
        )


class _Offsets:
    """Turns the tree's places (line, UTF-8 column) into offsets of the text."""

    def __init__(self, source: str) -> None:
        # Not `splitlines`: it also breaks at form feeds and others that Python's grammar takes for no end of a line.
        self._lines = [f"{line}\n" for line in source.split("\n")]
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> _Span:
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return _Span(self._at(node.lineno, node.col_offset), self._at(end_line, end_column))

    def _at(self, line: int, column: int) -> int:
        encoded = self._lines[line - 1].encode()
        return self._starts[line - 1] + len(encoded[:column].decode())


def _fill(text: str, element: str) -> str:
    # An empty list: anything between the brackets can only be space and comments, and comments stay.
    inside = text[1:-1]
    if "#" not in inside:
        return f"[{element}]"
    return f"[{inside.rstrip()}\n    {element},\n]"


def _append(text: str, element: str, *, ends_at: int, indent: str) -> str:
    comma = _find_comma(text, ends_at)
    if "\n" not in text:
        head = text[:ends_at]
        return f"{head}, {element}]"
    if comma is None:
        text = f"{text[:ends_at]},{text[ends_at:]}"
        comma = ends_at
    # A comment behind the last element belongs to it: the new one goes on the line below.
    end_of_line = text.find("\n", comma)
    if end_of_line == -1:
        return f"{text[: comma + 1]} {element}]"
    return f"{text[:end_of_line]}\n{indent}{element},{text[end_of_line:]}"


def _find_comma(text: str, start: int) -> int | None:
    # Tokens tell a comma from one inside a comment.
    offsets = [0]
    for line in text.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        at = offsets[token.start[0] - 1] + token.start[1]
        if at >= start and token.type == tokenize.OP and token.string == ",":
            return at
    return None


def _indent_of(source: str, node: ast.List) -> str:
    last = node.elts[-1]
    line = source.splitlines()[last.lineno - 1]
    return line[: len(line) - len(line.lstrip())] if last.lineno != node.lineno else "    "


def _longest_line(source: str, start: int) -> int:
    begin = source.rfind("\n", 0, start) + 1
    end = source.find("\n", start)
    return (len(source) if end == -1 else end) - begin


def _explode(source: str, variable: str, file: str) -> str:
    node = _find_list(source, variable, file)
    span = _Offsets(source).span(node)
    items = [ast.get_source_segment(source, item) or "" for item in node.elts]
    lines = ["[", *(f"    {item}," for item in items), "]"]
    return source[: span.start] + "\n".join(lines) + source[span.end :]
