"""The tree of errors stands where a reader looks for it."""

import ast

import vase.exceptions

DRAWN = {"VaseError", "ImproperlyConfigured", "ConfigurationError"}


def test_the_tree_of_errors_is_drawn(tree) -> None:
    """Every error that hangs directly below one of `vase.exceptions` is in the picture at its top."""
    picture = vase.exceptions.__doc__ or ""
    missing = [
        f"{source.place}:{node.lineno}: {node.name}"
        for source in tree.sources
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and DRAWN & {base.id for base in node.bases if isinstance(base, ast.Name)}
        and f" {node.name} " not in picture
    ]
    assert missing == []
