"""The public API is a text file: a change to it is seen, meant and told."""

import importlib.util
from pathlib import Path

SCRIPT = Path(__file__).with_name("exports.py")


def test_the_doors_export_what_is_written_down() -> None:
    """A new or missing name fails here; `python tests/architecture/exports.py` writes the file anew."""
    spec = importlib.util.spec_from_file_location("exports", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    exports = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exports)
    written = exports.FILE.read_text(encoding="utf-8").splitlines()
    now = exports.lines()
    assert {"new": sorted(set(now) - set(written)), "gone": sorted(set(written) - set(now))} == {"new": [], "gone": []}


def test_every_door_has_a_list(tree) -> None:
    """A room without `__all__` has no front door."""
    doors = [
        source
        for source in tree.sources
        if (source.path.stem == "__init__" and source.module.count(".") == 1) or source.module.count(".") == 1
    ]
    missing = [source.place for source in doors if "__all__" not in source.text and source.room != "__main__"]
    assert missing == []


def test_the_lists_are_true(tree) -> None:
    """`__all__` names what the module has."""
    wrong = []
    for source in tree.sources:
        if source.path.stem == "__init__" and source.module.count(".") == 1:
            module = importlib.import_module(source.module)
            wrong += [f"{source.module}.{name}" for name in getattr(module, "__all__", []) if not hasattr(module, name)]
    assert wrong == []
