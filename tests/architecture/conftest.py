"""The tree as these tests see it: files, modules and rooms, read from the disk and never listed by hand."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = "project_template"  # what `startproject` copies: files of a site, not modules of Vase


@dataclass(frozen=True)
class Source:
    """One Python file of the package."""

    path: Path

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def module(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The first name below `vase`; empty for `vase/__init__.py` itself."""
        return self.module.partition(".")[2].partition(".")[0]

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, str(self.path))

    def imports(self) -> Iterator[tuple[str, int]]:
        """Yield every absolute dotted name that the file imports, with its line, inside functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((alias.name, node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    package = self.module if self.path.stem == "__init__" else self.module.rpartition(".")[0]
                    parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*parents, *([node.module] if node.module else [])])
                yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


@dataclass(frozen=True)
class Tree:
    """The repository."""

    root: Path

    @cached_property
    def sources(self) -> list[Source]:
        files = sorted((self.root / "vase").rglob("*.py"))
        return [Source(path) for path in files if COPIED not in path.relative_to(self.root).parts]

    @cached_property
    def rooms(self) -> set[str]:
        return {source.room for source in self.sources} - {"", "__main__"} | {"_core"}

    @cached_property
    def rust(self) -> list[Path]:
        return sorted(path for path in (self.root / "vase_core").rglob("*.rs") if "target" not in path.parts)


@pytest.fixture(scope="session")
def tree() -> Tree:
    return Tree(ROOT)
