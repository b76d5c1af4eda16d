"""From Alembic's operations to the text of a migration file, laid out as a formatter would.

Types of this room (`UtcDateTime`, `ExactNumeric`) are written as the SQLAlchemy types they stand for, so a migration
names nothing but SQLAlchemy and Alembic and keeps its meaning when this room changes.
"""

import ast
import io
import tokenize
from collections.abc import Iterable
from typing import Any, Final, Literal

import sqlalchemy as sa
from alembic.autogenerate import api, render
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.types import TypeDecorator

from vase.db._types import ExactNumeric, UtcDateTime

__all__ = ["describe", "migration_source", "slug_of"]

_WIDTH: Final = 120
_SLUG_LENGTH: Final = 50


def migration_source(
    context: MigrationContext,
    operations: list[ops.MigrateOperation],
    *,
    title: str,
    identifiers: dict[str, Any],
) -> str:
    """Return the text of a migration file.

    Args:
        context: Where the operations were found.
        operations: What the migration does.
        title: Its docstring.
        identifiers: The values of `revision`, `down_revision`, `branch_labels` and `depends_on`.
    """
    upgrade = ops.UpgradeOps(operations)
    imports: set[str] = set()
    bodies = [_body(context, container, imports) for container in (upgrade, upgrade.reverse())]
    text = "\n".join(bodies)
    header = [f'"""{title}"""', ""]
    plain = sorted(imports | ({"import sqlalchemy as sa"} if "sa." in text else set()))
    header += [*plain, "from alembic import op", ""]
    header += [f"{name} = {_text(ast.parse(repr(value), mode='eval').body)}" for name, value in identifiers.items()]
    for name, body in zip(("upgrade", "downgrade"), bodies, strict=True):
        header += ["", "", f"def {name}() -> None:", body]
    return "\n".join(header) + "\n"


def describe(operations: Iterable[ops.MigrateOperation]) -> tuple[str, ...]:
    """Return one line an operation, like `add column articles_article.subtitle`."""
    return tuple(" ".join(words) for words in _described(operations))


def slug_of(operations: Iterable[ops.MigrateOperation], label: str) -> str:
    """Return a name for a migration made from what it does, like `add_article_subtitle`."""
    slugs: list[str] = []
    for words in _described(operations):
        verb, what = words[0], words[-1].removeprefix(f"{label}_").replace(".", "_")
        if not what.startswith(("ix_", "uq_", "fk_", "ck_")):
            slugs.append(f"{verb}_{what}")
    slugs = list(dict.fromkeys(slugs)) or ["change_constraints"]
    text = "_and_".join(slugs)
    if len(text) > _SLUG_LENGTH:
        text = f"{slugs[0]}_and_more" if len(slugs) > 1 else slugs[0]
    return text[:_SLUG_LENGTH].rstrip("_")


def _described(operations: Iterable[ops.MigrateOperation]) -> Iterable[tuple[str, str, str]]:
    for operation in operations:
        match operation:
            case ops.ModifyTableOps():
                yield from _described(operation.ops)
            case ops.CreateTableOp() | ops.DropTableOp():
                yield ("create" if isinstance(operation, ops.CreateTableOp) else "drop", "table", operation.table_name)
            case ops.AddColumnOp():
                yield "add", "column", f"{operation.table_name}.{operation.column.name}"
            case ops.DropColumnOp():
                yield "drop", "column", f"{operation.table_name}.{operation.column_name}"
            case ops.AlterColumnOp():
                yield "alter", "column", f"{operation.table_name}.{operation.column_name}"
            case ops.CreateIndexOp() | ops.DropIndexOp():
                verb = "create" if isinstance(operation, ops.CreateIndexOp) else "drop"
                yield verb, "index", str(operation.index_name)
            case ops.DropConstraintOp():
                yield "drop", "constraint", str(operation.constraint_name)
            case ops.AddConstraintOp():
                yield "add", "constraint", str(getattr(operation, "constraint_name", ""))
            case _:
                yield "run", "operation", type(operation).__name__


def _body(context: MigrationContext, container: ops.OpContainer, imports: set[str]) -> str:
    options = {
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "op.",
        "render_item": _render_item,
        "render_as_batch": True,
        "user_module_prefix": None,
    }
    autogenerate = api.AutogenContext(context, opts=options)
    autogenerate.imports = imports
    # The function behind Alembic's `render_python_code`, which does not give the imports back.
    text = render._render_cmd_body(container, autogenerate)  # noqa: SLF001
    return "\n".join(line for statement in ast.parse(text).body for line in _statement(statement, 4))


def _render_item(kind: str, item: object, autogenerate: api.AutogenContext) -> str | Literal[False]:
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    plain: object = item.impl_instance if hasattr(item, "impl_instance") else item.impl
    if isinstance(item, ExactNumeric):
        plain = sa.Numeric(item.max_digits, item.decimal_places)
    elif isinstance(item, UtcDateTime):
        plain = sa.DateTime(timezone=True)
    elif type(item).__module__.split(".")[0] != "vase":
        return False  # a type of the user's: named in full, as Alembic does
    return render._repr_type(plain, autogenerate)  # type: ignore[arg-type]  # noqa: SLF001


def _statement(node: ast.stmt, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(node, ast.With):
        head = ", ".join(
            _text(item.context_expr) + (f" as {_text(item.optional_vars)}" if item.optional_vars else "")
            for item in node.items
        )
        return [f"{pad}with {head}:", *(line for one in node.body for line in _statement(one, indent + 4))]
    if isinstance(node, ast.Expr):
        return _expression(node.value, indent)
    return [pad + line for line in _text(node).splitlines()]


def _expression(node: ast.expr, indent: int, *, before: str = "", after: str = "") -> list[str]:
    """Write an expression on one line if it fits, otherwise its arguments on one line, otherwise each on its own."""
    pad = " " * indent
    line = f"{pad}{before}{_text(node)}{after}"
    if len(line) <= _WIDTH or not isinstance(node, ast.Call):
        return [line]
    arguments = [("", argument) for argument in node.args]
    arguments += [(f"{keyword.arg}=", keyword.value) for keyword in node.keywords]
    joined = " " * (indent + 4) + ", ".join(name + _text(value) for name, value in arguments)
    if len(joined) <= _WIDTH:
        inside = [joined]
    else:
        inside = [line for name, value in arguments for line in _expression(value, indent + 4, before=name, after=",")]
    return [f"{pad}{before}{_text(node.func)}(", *inside, f"{pad}){after}"]


def _text(node: ast.AST) -> str:
    """Return a node as text, its strings in double quotes."""
    text = ast.unparse(node)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = text.splitlines()
    for token in reversed(list(tokens)):
        if token.type == tokenize.STRING and token.string.startswith("'") and not set(token.string[1:-1]) & {'"', "\\"}:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = f'{line[:column]}"{token.string[1:-1]}"{line[token.end[1] :]}'
    return "\n".join(lines)
