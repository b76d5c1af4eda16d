"""Changed files, told by a child process: the watching threads must not live in the process that forks."""

import os
import subprocess
import sys
from pathlib import Path

__all__ = ["Watcher", "watch"]


class Watcher:
    """Watches directories for changes of what a site is made of.

    Args:
        directories: What is watched; the working directory when empty.
    """

    def __init__(self, directories: tuple[Path, ...]) -> None:
        paths = [str(directory) for directory in directories] or [str(Path.cwd())]
        program = "import sys; from vase.server._watch import watch; watch(sys.argv[1:])"
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and our own words
            [sys.executable, "-c", program, *paths], stdout=subprocess.PIPE, stdin=subprocess.PIPE
        )
        assert self._process.stdout is not None  # noqa: S101  # asked for above
        self._pipe = self._process.stdout
        os.set_blocking(self._pipe.fileno(), False)

    @property
    def descriptor(self) -> int:
        """The descriptor that becomes readable when a file has changed."""
        return self._pipe.fileno()

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


def watch(directories: list[str]) -> None:
    """Print each changed file that a site is made of; the program of the watching process."""
    import threading  # noqa: PLC0415  # this function is a program of its own

    from watchfiles import DefaultFilter, watch as changes  # noqa: PLC0415

    class SiteFilter(DefaultFilter):
        ignore_dirs = (*DefaultFilter.ignore_dirs, "target", "dist", "build", "static", ".mypy_cache", ".ruff_cache")
        allowed = (".py", ".toml", ".json", ".env")

        def __call__(self, change: object, path: str) -> bool:
            return path.endswith(self.allowed) and super().__call__(change, path)  # type: ignore[arg-type]

    stop = threading.Event()

    def end_with_parent() -> None:
        sys.stdin.read()  # returns when the supervisor is gone, however it went
        stop.set()

    threading.Thread(target=end_with_parent, daemon=True).start()
    # Short steps: a person waits for the page.
    for found in changes(*directories, watch_filter=SiteFilter(), debounce=60, step=20, stop_event=stop):
        print("\n".join(path for _, path in found), flush=True)  # noqa: T201
