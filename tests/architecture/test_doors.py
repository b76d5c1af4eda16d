"""Rooms are entered by the front door, and few of them know the compiled core."""

CORE_ROOMS = {"loop", "http", "hosting", "application", "server", "testing", "websockets"}


def test_rooms_are_entered_by_the_front_door(tree) -> None:
    """No room imports a file with an underscore, or a name with one, from inside another room."""
    found = []
    for source in tree.sources:
        for name, line in source.imports():
            root, _, rest = name.partition(".")
            room, *inside = rest.split(".")
            private = any(part.startswith("_") and not part.startswith("__") for part in inside)
            if root == "vase" and private and room not in {source.room, "_core", "_imports"}:
                found.append(f"{source.place}:{line}: {name}")
    assert found == []


def test_rooms_do_not_import_the_front_door_of_the_package(tree) -> None:
    """`from vase import …` is for users: it would hide which room a room depends on."""
    found = [
        f"{source.place}:{line}: {name}"
        for source in tree.sources
        for name, line in source.imports()
        if name.startswith("vase.") and name.split(".")[1] not in tree.rooms
    ]
    assert found == []


def test_few_rooms_know_the_core(tree) -> None:
    """Only the rooms of the bridge import `vase._core`."""
    found = [
        f"{source.place}:{line}: {name}"
        for source in tree.sources
        for name, line in source.imports()
        if f"{name}.".startswith("vase._core.") and source.room not in CORE_ROOMS
    ]
    assert found == []


def test_a_front_door_holds_no_logic(tree) -> None:
    """An `__init__` re-exports names and does nothing else; `__getattr__` may import a name when it is asked for."""
    found = []
    for source in tree.sources:
        if source.path.stem != "__init__" or source.module == "vase":
            continue
        found += [
            f"{source.place}:{node.lineno}: {type(node).__name__}"
            for node in source.tree.body
            if getattr(node, "name", "") not in {"__getattr__", "__dir__"}
            and type(node).__name__ not in {"Expr", "Import", "ImportFrom", "Assign", "AnnAssign", "If"}
        ]
    assert found == []
