"""Import every module of `vase` in this interpreter and print, as JSON, everything that one of them did.

Run by `test_quiet_import.py` with `-B` in a process of its own: an audit hook cannot be taken off again.
The modules to import come as lines on the standard input, because the arguments are booby-trapped.
"""

import importlib
import json
import logging
import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.system",
    "_thread.start",
    "os.putenv",
    "os.unsetenv",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.truncate",
    "os.chdir",
    "os.kill",
    "tempfile.",
    "shutil.",
    "sqlite3.connect",
    "webbrowser.",
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

found: list[dict[str, str]] = []
current = ""


def tell(what: str) -> None:
    here = [frame for frame in traceback.extract_stack()[:-2] if "importlib" not in frame.filename]
    found.append({"module": current, "what": what, "where": f"{here[-1].filename}:{here[-1].lineno}"})


def hook(event: str, arguments: tuple[object, ...]) -> None:
    if not current:
        return
    if event == "open":
        path, mode, flags = arguments
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (isinstance(flags, int) and flags & WRITING):
            tell(f"opens {path!r} for writing")
    elif event.startswith(FORBIDDEN):
        tell(f"{event} {arguments!r}"[:200])


class Untouchable(list[str]):
    """Arguments that tell when somebody reads them."""

    def _touch(self, *_: object) -> NoReturn:
        tell("reads sys.argv")
        raise RuntimeError("an import reads sys.argv")

    __getitem__ = __iter__ = __len__ = __contains__ = __eq__ = __add__ = _touch
    __hash__ = None


def main() -> None:
    global current  # noqa: PLW0603  # the hook has no other way to learn which import runs
    modules = sys.stdin.read().split()
    environment = dict(os.environ)
    sys.argv = Untouchable()
    sys.addaudithook(hook)
    for module in modules:
        current = module
        try:
            importlib.import_module(module)
        except BaseException as error:  # noqa: BLE001  # a module may also leave by SystemExit
            found.append({"module": module, "what": f"fails: {type(error).__name__}: {error}", "where": ""})
    if dict(os.environ) != environment:
        tell("changes the environment")
    if logging.getLogger().handlers:
        tell(f"adds handlers to the root logger: {logging.getLogger().handlers}")
    if len(list(Path("/proc/self/task").iterdir())) > 1:
        tell("leaves a thread running")
    current = ""
    print(json.dumps(found))


main()
