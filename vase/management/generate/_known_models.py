"""Models that exist already, read from the source of the installed apps: what a `ref` may point to."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from vase.management._discovery import find_source
from vase.management.generate._fields import Field
from vase.management.generate._names import snake_case

__all__ = ["KnownModel", "read_models"]

_KINDS = {
    "str": "str",
    "int": "int",
    "float": "float",
    "Decimal": "decimal",
    "bool": "bool",
    "date": "date",
    "datetime": "datetime",
    "UUID": "uuid",
}
# Words of `column` that fill a value in when nobody gives one.
_FILLING_WORDS = frozenset({"default", "db_default", "auto_now", "auto_now_add", "default_factory", "server_default"})
_DEFAULT_SIZES = {"str": (255,), "decimal": (10, 2)}


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model of an installed app.

    Args:
        name: The class.
        app: The dotted name of the app's package.
        module: The module to import it from.
        fields: Its columns, or None where the source does not tell how to make a row.
    """

    name: str
    app: str
    module: str
    fields: tuple[Field, ...] | None

    @property
    def label(self) -> str:
        """The last part of the app's name, by which `ref:label.Model` chooses between models of one name."""
        return self.app.rpartition(".")[2]

    @property
    def table(self) -> str:
        """The name of its table."""
        return f"{self.label}_{snake_case(self.name)}"


def read_models(apps: Iterable[str]) -> Iterator[KnownModel]:
    """Yield the models of each app, read from its `models.py` or the files of its `models` folder."""
    for app in apps:
        for module, file in _model_files(app):
            for node in ast.parse(file.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and any(_is_model(base) for base in node.bases):
                    yield KnownModel(node.name, app, module, _read_fields(node))


def _model_files(app: str) -> Iterator[tuple[str, Path]]:
    source = find_source(f"{app}.models")
    if source is None:
        return
    yield f"{app}.models", source
    if source.name == "__init__.py":
        for file in sorted(source.parent.glob("*.py")):
            if file.stem != "__init__":
                yield f"{app}.models.{file.stem}", file


def _is_model(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    return name.endswith("Model")


def _read_fields(node: ast.ClassDef) -> tuple[Field, ...] | None:
    fields = []
    for statement in node.body:
        match statement:
            case ast.AnnAssign(
                target=ast.Name(id=name), annotation=ast.Subscript(value=kind, slice=inner), value=value
            ):
                if _last_name(kind) != "Mapped" or (
                    isinstance(value, ast.Call) and _last_name(value.func) == "relationship"
                ):
                    continue
                field = _read_field(name, inner, value)
                if field is None:
                    return None
                fields.append(field)
    return tuple(fields)


def _read_field(name: str, annotation: ast.expr, value: ast.expr | None) -> Field | None:
    is_nullable = isinstance(annotation, ast.BinOp) and isinstance(annotation.right, ast.Constant)
    if isinstance(annotation, ast.BinOp):
        annotation = annotation.left
    words, positional = (value.keywords, value.args) if isinstance(value, ast.Call) else ([], [])
    is_filled = any(word.arg in _FILLING_WORDS for word in words)
    for argument in positional:
        if isinstance(argument, ast.Call) and _last_name(argument.func) == "ForeignKey" and argument.args:
            if is_nullable or is_filled:
                break  # nobody has to make the row that it points to
            target = _last_name(argument.args[0])
            return Field(name.removesuffix("_id"), "ref", target=target) if target and name.endswith("_id") else None
    kind = _KINDS.get(_last_name(annotation))
    default = "given" if is_filled else None
    if kind is None or any(word.arg == "primary_key" for word in words):
        # An unknown type does no harm as long as nobody has to make a value of it.
        return Field(name, "text", is_nullable=is_nullable, default=default) if is_nullable or is_filled else None
    return Field(name, kind, _read_sizes(kind, words), is_nullable=is_nullable, default=default)


def _read_sizes(kind: str, words: list[ast.keyword]) -> tuple[int, ...]:
    numbers = {
        word.arg: word.value.value
        for word in words
        if isinstance(word.value, ast.Constant) and isinstance(word.value.value, int)
    }
    if kind == "str" and "max_length" in numbers:
        return (numbers["max_length"],)
    if kind == "decimal" and "max_digits" in numbers:
        return (numbers["max_digits"], numbers.get("decimal_places", 0))
    return _DEFAULT_SIZES.get(kind, ())


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
