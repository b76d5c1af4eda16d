"""Scripts in processes that need not import the framework again, which is most of the time of a command.

A server process imports what every command imports and is forked for each run: a process with the folder, environment
and streams that a shell would give it, a second sooner.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["run_script"]

_SECONDS = 120

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["vase.management", "vase.application", "vase.db", "alembic.command", "sqlalchemy.dialects.sqlite"]
)


def run_script(*arguments: str, cwd: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script and return how it ended and what it wrote.

    Args:
        *arguments: The file of the script, then its arguments.
        cwd: Where it runs.
        environ: Its environment.

    Raises:
        subprocess.TimeoutExpired: It did not end.
    """
    with TemporaryDirectory() as folder:
        streams = Path(folder, "output"), Path(folder, "errors")
        process = _forks.Process(target=_run, args=(arguments, cwd, environ, *streams))
        process.start()
        process.join(_SECONDS)
        if process.exitcode is None:
            process.kill()
            raise subprocess.TimeoutExpired(arguments, _SECONDS)
        return subprocess.CompletedProcess(arguments, process.exitcode, *(stream.read_text() for stream in streams))


def _run(arguments: tuple[str, ...], cwd: Path, environ: dict[str, str], output: Path, errors: Path) -> None:
    for descriptor, path, flags in (
        (0, Path(os.devnull), os.O_RDONLY),
        (1, output, os.O_WRONLY | os.O_CREAT),
        (2, errors, os.O_WRONLY | os.O_CREAT),
    ):
        opened = os.open(path, flags)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = list(arguments)
    sys.path.insert(0, str(cwd))
    runpy.run_path(arguments[0], run_name="__main__")
