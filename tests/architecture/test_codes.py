"""Three sets are equal: codes that the code can tell, pages under `docs/errors`, codes that some test asserts."""

import ast
import re

import pytest

CODE = re.compile(r"[a-z][a-z_]*\.[EW][0-9]{3}")
QUOTED = re.compile(rf'"({CODE.pattern})"')
MENTIONED = re.compile(rf"\b{CODE.pattern}\b")


@pytest.fixture(scope="module")
def told(tree) -> dict[str, str]:
    """Every code that stands as a text of its own in the code, with the first place."""
    found: dict[str, str] = {}
    for source in tree.sources:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                found.setdefault(node.value, f"{source.place}:{node.lineno}")
    for path in tree.rust:
        if "test" not in str(path):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                for code in QUOTED.findall(line):
                    found.setdefault(code, f"{path.relative_to(tree.root)}:{number}")
    return found


def pages(tree) -> set[str]:
    return {path.stem for path in (tree.root / "docs" / "errors").glob("*.md") if CODE.fullmatch(path.stem)}


def listed(codes: dict[str, str]) -> str:
    return "\n".join(f"  {code}  told in {place}" for code, place in sorted(codes.items()))


def test_every_code_has_a_page(tree, told: dict[str, str]) -> None:
    """Who meets a code finds what it means and what to do."""
    missing = listed({code: place for code, place in told.items() if code not in pages(tree)})
    assert not missing, f"write docs/errors/<code>.md for:\n{missing}"


def test_every_page_has_a_code(tree, told: dict[str, str]) -> None:
    """A page of a code that nothing tells is a page to delete."""
    assert sorted(pages(tree) - set(told)) == []


def test_every_code_is_asserted(tree, told: dict[str, str]) -> None:
    """Somebody has made the fault on purpose and read what was told."""
    files = [path for path in (tree.root / "tests").rglob("*.py") if "architecture" not in path.parts]
    files += [path for path in tree.rust if "test" in str(path)]
    asserted = {code for path in files for code in MENTIONED.findall(path.read_text(encoding="utf-8"))}
    missing = listed({code: place for code, place in told.items() if code not in asserted})
    assert not missing, f"no test mentions these codes:\n{missing}"


def test_a_code_begins_with_its_room(tree, told: dict[str, str]) -> None:
    """The code says which room, or which installed app, it came from."""
    apps = {source.module.split(".")[2] for source in tree.sources if source.module.startswith("vase.contrib.")}
    known = {room.lstrip("_") for room in tree.rooms} | apps
    strange = listed({code: place for code, place in told.items() if code.partition(".")[0] not in known})
    assert not strange, f"no room is called like the first part of:\n{strange}"


def test_a_page_says_what_it_is_about(tree) -> None:
    """A page begins with its code and a title, and has a part on how to mend the fault."""
    wrong = []
    for code in sorted(pages(tree)):
        text = (tree.root / "docs" / "errors" / f"{code}.md").read_text(encoding="utf-8")
        if not text.startswith(f"# {code}: ") or "\n## How to mend it\n" not in text:
            wrong.append(code)
    assert wrong == []
