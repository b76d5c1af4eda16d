"""The first hour, command by command, in an empty folder: what a reader types, and what the pages say comes back."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Block, blocks, name_of
from tests.ports import free_port

PAGES = [ROOT / "docs" / "tutorial" / f"{name}.md" for name in ("index", "api", "tests", "mistakes", "one-file")]
SECONDS = 60

pytestmark = pytest.mark.slow


class Reader:
    """Somebody who follows the pages: a folder, an environment, servers left running in other terminals."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.servers: list[subprocess.Popen[bytes]] = []
        self.ports: dict[str, int] = {}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("VASE_", "PYTEST_"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environ = {**inherited, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}

    def do(self, block: Block) -> None:
        """Write the file that a block shows, or type its commands."""
        if block.title is not None:
            (self.folder / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            for command, shown in sessions(block.text):
                self.type(command, shown, f"{name_of(block.page)}:{block.line}: $ {command}")

    def type(self, command: str, shown: list[str], place: str) -> None:
        """Run one command and compare what it prints with what the page shows."""
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder /= words[1]
        elif words[:2] in (["./manage.py", "runserver"], ["python", "notes.py"]):
            self.serve(words, shown)
        elif words[0] == "curl":
            # The reloader may be between two workers: what it answers then is what it answers a moment later.
            patiently(lambda: expect(shown, curl(words[1:], self.ports), place))
        else:
            done = subprocess.run(
                words, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=300, check=False
            )
            output = done.stdout + done.stderr
            expect(shown, output, place)
            is_refused = any("error[" in line for line in shown)
            assert done.returncode == (1 if is_refused else 0), f"{place}\n{output}"

    def serve(self, words: list[str], shown: list[str]) -> None:
        """Leave a server running, on a free port in place of the one that the page names."""
        said = re.search(r"http://127\.0\.0\.1:(\d+)/", "\n".join(shown))
        assert said is not None
        port = self.ports[said[1]] = free_port()
        if words[0] == "python":
            file = self.folder / words[1]
            # The page's own file stays as it is; the port is the only word that a test must choose.
            words = ["python", "-c", f"import runpy; runpy.run_path({words[1]!r})['app'].run(port={port})"]
            assert f"app.run(port={said[1]})" in file.read_text(encoding="utf-8")
        else:
            words = [*words, str(port)]
        with (self.folder / "server.log").open("wb") as log:
            server = subprocess.Popen(words, cwd=self.folder, env=self.environ, stdout=log, stderr=log)
        self.servers.append(server)
        patiently(lambda: answers(port))

    def leave(self) -> None:
        """Press Ctrl-C in every terminal."""
        for server in self.servers:
            server.send_signal(signal.SIGINT)
        for server in self.servers:
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(tmp_path_factory.mktemp("tutorial"))
    yield reader
    reader.leave()


def test_the_first_hour(reader: Reader):
    """Every command of the tutorial does what the page says, one page after the other."""
    start = reader.folder
    for page in PAGES:
        if page.stem == "one-file":
            reader.folder = start
        for block in blocks(page):
            if block.runs:
                reader.do(block)


def test_every_page_of_the_tutorial_is_read():
    """A page that nobody adds to the list would never be run."""
    assert sorted(PAGES) == sorted((ROOT / "docs" / "tutorial").glob("*.md"))


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a console block with the lines that the page shows below it."""
    command, shown = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    yield command, shown


def expect(shown: list[str], output: str, place: str) -> None:
    """The lines that are shown come in this order; `…` stands for anything, within a line and for lines."""
    rest = [squeezed(line) for line in output.splitlines()]
    for line in shown:
        if line.strip() == "…":
            continue
        pattern = re.compile(".*".join(re.escape(squeezed(part)) for part in line.split("…")))
        found = next((number for number, text in enumerate(rest) if pattern.search(text)), None)
        assert found is not None, f"{place}\nthe page shows: {line}\nthe command said:\n{output}"
        rest = rest[found + 1 :]


def squeezed(line: str) -> str:
    """Return a line without what depends on the width of columns."""
    return re.sub(r"\s+", " ", line).strip()


def curl(words: list[str], ports: dict[str, int]) -> str:
    """Do what `curl` does with the few options that the pages use."""
    headers, data, method, url = dict[str, str](), None, None, ""
    arguments = iter(words)
    for word in arguments:
        match word:
            case "-H":
                name, _, value = next(arguments).partition(": ")
                headers[name] = value
            case "-d":
                data = next(arguments).encode()
            case "-X":
                method = next(arguments)
            case _:
                url = word
    for said, port in ports.items():
        url = url.replace(f"127.0.0.1:{said}/", f"127.0.0.1:{port}/")
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            content: bytes = response.read()
    except urllib.error.HTTPError as error:
        with error:
            content = error.read()
    return content.decode()


def answers(port: int) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=5) as response:
        assert response.status == 200


def patiently(attempt: Callable[[], None]) -> None:
    """Try until it works, for a while."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            attempt()
        except (AssertionError, OSError):
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return
