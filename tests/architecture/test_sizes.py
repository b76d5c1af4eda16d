"""Files and functions stay small; there is no list of exceptions."""

import ast

FILE_LINES = 600
TEST_FILE_LINES = 1000
FUNCTION_LINES = 60


def test_files_are_small(tree) -> None:
    """A file of the package, in Python or Rust, has at most 600 lines."""
    files = [source.path for source in tree.sources] + [path for path in tree.rust if "test" not in str(path)]
    lengths = {str(path.relative_to(tree.root)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_test_files_are_small(tree) -> None:
    """A file of tests has at most 1000 lines."""
    files = [*(tree.root / "tests").rglob("*.py"), *(path for path in tree.rust if "test" in str(path))]
    lengths = {str(path.relative_to(tree.root)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > TEST_FILE_LINES} == {}


def test_functions_are_small(tree) -> None:
    """A function has at most 60 lines, its docstring not counted."""
    found = []
    for source in tree.sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1 - docstring_lines(node)
                if length > FUNCTION_LINES:
                    found.append(f"{source.place}:{node.lineno}: {node.name} has {length} lines")
    assert found == []


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
