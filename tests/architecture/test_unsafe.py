"""`unsafe` stays where it is looked after; clippy asks each block for its `SAFETY` comment."""

import re

# What pyo3 has no safe door for; the second is the loop's part of it.
ALLOWED = {"vase_core/src/handoff.rs", "vase_core/src/event_loop/raw.rs"}

_LIFTED = re.compile(r"^\s*#!?\[(?:allow|expect|warn)\([^\]]*\bunsafe_code\b", re.MULTILINE)


def test_unsafe_is_allowed_in_two_files(tree) -> None:
    """The workspace denies `unsafe`; these files alone lift that, so a third does not compile."""
    lifted = {
        str(path.relative_to(tree.root)) for path in tree.rust if _LIFTED.search(path.read_text(encoding="utf-8"))
    }
    assert lifted == ALLOWED


def test_a_lifted_lint_is_seen() -> None:
    """The look knows the ways in which a file can lift the lint."""
    assert _LIFTED.search("//! Doc.\n#![allow(unsafe_code)]\n")
    assert _LIFTED.search('    #[expect(dead_code, unsafe_code, reason = "x")]')
    assert not _LIFTED.search("// #![allow(unsafe_code)]\n#![forbid(unsafe_code)]")
