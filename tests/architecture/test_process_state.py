"""The core keeps nothing for the whole process: two loops, in two threads, with no GIL between them, share no state.

`docs/concepts/loop.md`, "Free threading", tells what lies where.
"""

import re
from collections.abc import Iterator

# What makes something that lives as long as the process or the thread, as it is written.
WAYS = {
    "static": re.compile(r"(?<!['\w&])static\s+(?:mut\s+|ref\s+)?(?P<name>\w+)\s*:"),
    "macro": re.compile(
        r"\b(?P<name>thread_local|lazy_static|task_local|intern|create_exception|import_exception|new_type)!"
    ),
    "hook": re.compile(r"\b(?P<name>set_hook|set_global_default|set_logger|set_var|remove_var|set_current_dir)\s*\("),
}

# Way, name -> why it may be there. All of these are written once, under a lock of pyo3's, and read from then on.
ALLOWED = {
    ("static", "ALLOCATOR"): "the name of mimalloc, whose heaps belong to threads; it holds nothing itself",
    ("macro", "intern"): "a Python string, made at its first use and never changed",
    ("macro", "create_exception"): "an exception's class, made at its first use and never changed",
}

_NO_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|b?\"(?:\\.|[^\"\\])*\"", re.DOTALL)


def found(code: str) -> Iterator[tuple[str, str, int]]:
    """Yield way, name and line of everything in Rust code that outlives what it is called for."""
    code = _NO_CODE.sub(lambda match: "\n" * match[0].count("\n"), code)
    for way, pattern in WAYS.items():
        for match in pattern.finditer(code):
            yield way, match["name"], code.count("\n", 0, match.start()) + 1


def test_the_core_has_no_state_of_the_process(tree) -> None:
    """No file of the core has a static, a thread-local or a hook of the process but those that are listed above."""
    seen = set()
    unknown = []
    for path in tree.rust:
        if "tests" in path.parts or path.stem == "tests":
            continue
        for way, name, line in found(path.read_text(encoding="utf-8")):
            seen.add((way, name))
            if (way, name) not in ALLOWED:
                unknown.append(f"{path.relative_to(tree.root)}:{line}: {way} {name}")
    assert unknown == [], "put it into the loop, the engine or the request, or list it here with its reason"
    assert seen == set(ALLOWED), "listed, but nowhere any more"


def test_each_way_is_seen() -> None:
    """The look sees what it is there for, and neither comments, texts nor lifetimes."""
    code = """
        static COUNT: AtomicU64 = AtomicU64::new(0);
        pub(crate) static mut LAST: Option<u8> = None;
        static KIT: PyOnceLock<Kit> = PyOnceLock::new();
        thread_local! { static HERE: Cell<u8> = Cell::new(0); }
        lazy_static! { static ref TABLE: Table = Table::new(); }
        std::panic::set_hook(Box::new(|_| {}));
        // static OLD: u8 = 0; intern!(py, "x")
        let text = "static NO: u8"; fn name() -> &'static str { "a" } struct A<T: 'static>(T);
        fn leak(value: &'static mut u8, kind: &'static dyn Kind) {}
    """
    assert [name for _, name, _ in found(code)] == [
        *("COUNT", "LAST", "KIT", "HERE", "TABLE"),
        *("thread_local", "lazy_static"),
        "set_hook",
    ]
    assert next(found(code)) == ("static", "COUNT", 2)
