"""What every room exports, as lines of text. `python tests/architecture/exports.py` writes them anew."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("exports.txt")


def lines() -> list[str]:
    """Return one line for each name that a room offers, sorted."""
    return sorted({f"{module}.{name}" for module, path in doors() for name in exported(module, path)})


def doors() -> Iterator[tuple[str, Path]]:
    """Yield the front doors: `vase` itself, its packages and its plain modules."""
    package = ROOT / "vase"
    yield "vase", package / "__init__.py"
    for path in sorted(package.iterdir()):
        if path.name.startswith("_") and path.name != "_imports.py":
            continue
        if path.suffix == ".py":
            yield f"vase.{path.stem}", path
        elif (path / "__init__.py").exists():
            yield f"vase.{path.name}", path / "__init__.py"


def exported(module: str, path: Path) -> list[str]:
    """Return `__all__` of a module, from its source where it is a plain list."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                try:
                    return list(ast.literal_eval(value))
                except ValueError:
                    return list(importlib.import_module(module).__all__)
    return []


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
