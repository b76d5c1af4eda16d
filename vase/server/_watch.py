"""Changed files, told by a child process: the watching threads must not live in the process that forks."""

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["Watcher", "is_of_site", "watch"]

_START_SECONDS = 10
_TURN_MILLISECONDS = 100
_SUFFIXES = (".py", ".toml", ".json", ".env")
_IGNORED = frozenset(
    {"__pycache__", "build", "dist", "node_modules", "site-packages", "static", "target", "venv"}
    | {".git", ".hg", ".hypothesis", ".idea", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".svn", ".tox", ".venv"}
)


class Watcher:
    """Watches directories for changes of what a site is made of.

    Args:
        directories: What is watched; the working directory when empty.
    """

    def __init__(self, directories: tuple[Path, ...]) -> None:
        paths = [str(directory.resolve()) for directory in directories or (Path.cwd(),)]
        # By its path, and without the directory of the site: it starts quickly and loads nothing of anybody else's.
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own words
            [sys.executable, "-P", __file__, *paths], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        assert self._process.stdout is not None  # noqa: S101  # asked for above
        self._pipe = self._process.stdout
        os.set_blocking(self._pipe.fileno(), False)

    @property
    def descriptor(self) -> int:
        """The descriptor that becomes readable when a file has changed."""
        return self._pipe.fileno()

    def wait(self) -> None:
        """Return when changes are seen from now on; a site that is loaded earlier might be out of date unnoticed."""
        poll = select.poll()  # unlike `select` it takes descriptors of any number
        poll.register(self._pipe, select.POLLIN)
        poll.poll(_START_SECONDS * 1000)

    def read(self) -> list[str]:
        """Return the files that have changed."""
        data = self._pipe.read() or b""
        return [line for line in data.decode(errors="replace").splitlines() if line]

    def forget(self) -> None:
        """Close the pipe in a fork, whose business the watching is not."""
        self._pipe.close()
        if self._process.stdin is not None:
            self._process.stdin.close()

    def close(self) -> None:
        """End the watching process."""
        self._process.kill()
        self._process.wait()
        self.forget()


def is_of_site(path: str, directories: Sequence[str]) -> bool:
    """Return whether a change of this file changes what the site does.

    Args:
        path: The file.
        directories: The watched directories. What is above them does not matter: a site may lie below a `build`.
    """
    name = Path(path)
    if not path.endswith(_SUFFIXES) or name.name.startswith(".#"):  # an editor's lock
        return False
    below = [name.relative_to(directory) for directory in directories if name.is_relative_to(directory)]
    return any(_IGNORED.isdisjoint(inside.parts[:-1]) for inside in below)


def watch(directories: Sequence[str]) -> None:
    """Print an empty line when the watching has begun, then each changed file that a site is made of."""
    # This function is a program of its own: the supervisor, which only names it, must not load what it needs.
    import threading  # noqa: PLC0415

    import watchfiles  # noqa: PLC0415

    stop = threading.Event()

    def end_with_parent() -> None:
        sys.stdin.read()  # returns when the supervisor is gone, however it went
        stop.set()

    def wanted(_: watchfiles.Change, path: str) -> bool:
        return is_of_site(path, directories)

    threading.Thread(target=end_with_parent, daemon=True).start()
    has_begun = False
    # Short steps: a person waits for the page.
    for found in watchfiles.watch(
        *directories,
        watch_filter=wanted,
        debounce=60,
        step=20,
        stop_event=stop,
        rust_timeout=_TURN_MILLISECONDS,
        yield_on_timeout=True,
    ):
        if found or not has_begun:
            has_begun = True
            print("\n".join(path for _, path in found), flush=True)  # noqa: T201


if __name__ == "__main__":
    watch(sys.argv[1:])
