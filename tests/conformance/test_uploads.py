"""Uploads over a socket: what a limit refuses is not read, what is read costs little, who leaves leaves no file."""

import contextlib
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.served import ODD_ENVIRONMENT, ROOT, Served, serve
from tests.conformance.wire import Answer, Wire, head, until
from tests.ports import free_port

MIB = 1024 * 1024
TYPE = "Content-Type: multipart/form-data; boundary=B"
OPENING = b'--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
CLOSING = b"\r\n--B--\r\n"


@contextlib.contextmanager
def serve_uploads(folder: Path, spool: Path, **environ: str) -> Iterator[Served]:
    port = free_port()
    command = [sys.executable, str(ROOT / "tests" / "conformance" / "upload_site.py"), str(port)]
    environ = {**ODD_ENVIRONMENT, "VASE_FILE_UPLOAD_TEMP_DIR": str(spool), **environ}
    with serve(command, port, folder, environ) as one:
        yield one


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder for files that do not fit into memory."""
    return tmp_path_factory.mktemp("spool")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, spool: Path) -> Iterator[Served]:
    with serve_uploads(tmp_path_factory.mktemp("site"), spool) as one:
        yield one


def held(server: Served) -> list[str]:
    """Return the files that the worker has open in temporary folders, with and without a name."""
    found = []
    for one in Path(f"/proc/{server.worker}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            target = str(one.readlink())
            if "spool" in target:
                found.append(target)
    return found


def upload(server: Served, target: str, size: int, *lines: str, seconds: float = 60) -> Answer:
    """Send a file of so many octets, with its length declared."""
    length = len(OPENING) + size + len(CLOSING)
    with Wire(server.port, seconds=seconds) as wire:
        wire.send(head("POST", target, TYPE, f"Content-Length: {length}", *lines) + OPENING)
        block = b"x" * MIB
        for start in range(0, size, MIB):
            wire.send(block[: min(MIB, size - start)])
        return wire.send(CLOSING).answer()


def digest(size: int) -> str:
    found = hashlib.sha256()
    for start in range(0, size, MIB):
        found.update(b"x" * min(MIB, size - start))
    return found.hexdigest()


def grown_by(server: Served, size: int) -> int:
    """Upload a file and return by how much the worker was larger at its largest."""
    upload(server, "/large", 8 * MIB)  # what is made once is made
    before = server.forget_peak()
    answer = upload(server, "/large", size, seconds=300)
    assert json.loads(answer.body) == {"size": size, "is_in_memory": False, "sha256": digest(size)}
    return server.peak - before


def test_a_large_upload_grows_the_worker_by_less_than_20_mib(site: Served, spool: Path) -> None:
    """160 MiB: the peak of the memory, not its end."""
    grown = grown_by(site, 160 * MIB)
    print(f"an upload of 160 MiB: +{grown / MIB:.1f} MiB")
    assert grown < 20 * MIB
    assert list(spool.iterdir()) == []


@pytest.mark.slow
def test_an_upload_of_2_gib_grows_the_worker_by_less_than_20_mib(site: Served, spool: Path) -> None:
    """The same with 2 GiB."""
    grown = grown_by(site, 2048 * MIB)
    print(f"an upload of 2 GiB: +{grown / MIB:.1f} MiB")
    assert grown < 20 * MIB
    assert list(spool.iterdir()) == []


def test_a_streamed_body_is_not_kept(site: Served) -> None:
    """A handler that reads 160 MiB itself costs no more than its pieces."""
    before, size = site.resident, 160 * MIB
    with Wire(site.port, seconds=60) as wire:
        wire.send(head("POST", "/streamed", f"Content-Length: {size}"))
        for _ in range(160):
            wire.send(b"x" * MIB)
        assert wire.answer().body == str(size).encode()
    assert site.resident - before < 20 * MIB


def test_one_byte_over_the_limit_of_the_route_is_413(site: Served, spool: Path) -> None:
    """The whole body counts; its declared length is enough to refuse it, before a byte of it was sent."""
    frame = len(OPENING) + len(CLOSING)
    assert upload(site, "/limited", 100_000 - frame).body == str(100_000 - frame).encode()
    assert upload(site, "/limited", 100_001 - frame).status == 413
    with Wire(site.port) as wire:
        wire.send(head("POST", "/limited", TYPE, "Content-Length: 100001", "Expect: 100-continue"))
        assert wire.answer().status == 413
    assert list(spool.iterdir()) == []


def test_one_byte_over_without_a_declared_length_is_413(site: Served, spool: Path) -> None:
    """A chunked body is counted while it arrives, and what comes after the limit is not read."""

    def chunked(size: int) -> Answer:
        body = OPENING + b"x" * (size - len(OPENING) - len(CLOSING)) + CLOSING
        with Wire(site.port) as wire:
            wire.send(head("POST", "/limited", TYPE, "Transfer-Encoding: chunked"))
            for start in range(0, len(body), 10_000):
                piece = body[start : start + 10_000]
                wire.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            return wire.send(b"0\r\n\r\n").answer()

    assert chunked(100_000).status == 200
    assert chunked(100_001).status == 413
    assert list(spool.iterdir()) == []


def test_one_byte_over_the_limit_of_a_file_is_413_before_the_rest_is_sent(site: Served, spool: Path) -> None:
    """The route allows 8 MiB and the file: the answer comes while the client still has 7 MiB to send."""
    assert upload(site, "/file", 100_000).body == b"100000"
    with Wire(site.port) as wire:
        wire.send(head("POST", "/file", TYPE, "Content-Length: 7000000") + OPENING + b"x" * 100_001)
        answer = wire.answer()
    assert (answer.status, json.loads(answer.body)["detail"]) == (413, "file `file` is larger than 100000 bytes")
    assert list(spool.iterdir()) == []


def test_the_limit_of_one_route_opens_no_other(site: Served) -> None:
    """A route of 3 GiB lets nobody send 9 MiB elsewhere."""
    assert upload(site, "/comment", 9 * MIB).status == 413
    with Wire(site.port) as wire:
        wire.send(head("POST", "/comment", TYPE, "Transfer-Encoding: chunked") + b"900000\r\n" + OPENING)
        for _ in range(9):
            wire.send(b"x" * MIB)
        assert wire.answer().status in {400, 413}  # the middle of a chunk, or the end of the patience
    with Wire(site.port) as wire:
        wire.send(head("POST", "/large", f"Content-Length: {4 * 1024**3}"))
        assert wire.answer().status == 413


def test_who_is_not_let_in_sends_nothing(site: Served) -> None:
    """The guard answers before the form is read, so 2 GiB need not be sent to hear a 401."""
    with Wire(site.port) as wire:
        wire.send(head("POST", "/guarded", TYPE, f"Content-Length: {2 * 1024**3}") + OPENING)
        assert wire.answer().status == 401
    assert upload(site, "/guarded", 10, "Authorization: yes").body == b"10"


def test_a_client_that_leaves_leaves_no_file(site: Served, spool: Path) -> None:
    """In the middle of a file that is on disk already: by FIN, by RST, and while the handler has it."""
    tracebacks = site.log.count("Traceback")
    for is_abrupt in (False, True):
        wire = Wire(site.port)
        wire.send(head("POST", "/large", TYPE, f"Content-Length: {64 * MIB}") + OPENING + b"x" * (8 * MIB))
        until(lambda: bool(held(site)))
        assert list(spool.iterdir()) == []
        if is_abrupt:
            wire.reset()
        else:
            wire.socket.close()
        until(lambda: not held(site))
    begun = json.loads(site.get("/seen").body)["begun"]
    wire = Wire(site.port)
    wire.send(head("POST", "/waits", TYPE, f"Content-Length: {len(OPENING) + 4 * MIB + len(CLOSING)}"))
    wire.send(OPENING + b"x" * (4 * MIB) + CLOSING)
    until(lambda: json.loads(site.get("/seen").body)["begun"] == begun + 1)
    assert held(site)
    wire.reset()
    until(lambda: not held(site))
    assert json.loads(site.get("/seen").body)["cancelled"] >= 1
    assert list(spool.iterdir()) == []
    assert site.log.count("Traceback") == tracebacks


def part(name: str, value: str = "", more: str = "") -> str:
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


ENCODED = "Content-Type: application/x-www-form-urlencoded"
CLOSED = "--B--\r\n"
HEAD = '--B\r\nContent-Disposition: form-data; name="a"\r\n'

ATTACKS = {
    "100,000 fields": (ENCODED, "&".join(f"a{number}=1" for number in range(100_000)), 400),
    "100,000 fields of one name": (ENCODED, "a=1&" * 100_000, 400),
    "10,000 parts": (TYPE, part("a", "1") * 10_000 + CLOSED, 400),
    "5,000 files": (TYPE, part("a", "1", '; filename="f"') * 5_000 + CLOSED, 400),
    "a head of 7 MB": (TYPE, f"{HEAD}X: {'x' * 7_000_000}", 400),
    "a million headers": (TYPE, HEAD + "X: y\r\n" * 1_000_000, 400),
    "a name of 1 MB": (TYPE, part("x" * 1_000_000) + CLOSED, 400),
    "CR LF for a preamble": (TYPE, "\r\n" * 3_500_000 + part("a", "1") + CLOSED, 400),
    "no end": (TYPE, part("a", "1"), 400),
    "no end of a part": (TYPE, HEAD + "\r\nvalue", 400),
    "no boundary": ("Content-Type: multipart/form-data", part("a", "1") + CLOSED, 400),
    "a boundary of 10,000 characters": (f"Content-Type: multipart/form-data; boundary={'B' * 10_000}", "x", 400),
    "a content type for slow expressions": (f"{TYPE}{';' * 5_000}{'a' * 5_000}=", part("a") + CLOSED, None),
    "a content type of spaces": (f"Content-Type: multipart/form-data;{' ' * 20_000}boundary=B", "x", 400),
    "nearly a boundary, a million times": (TYPE, HEAD + "\r\n" + "\r\n--" * 1_000_000, 400),
    "percent signs": (ENCODED, "a=" + "%" * 2_000_000, 200),
    "an invalid escape of UTF-8": (ENCODED, "a=%c3%28", 400),
    "a NUL in a field": (ENCODED, "a=%00", 200),
    "a part without a name": (TYPE, f"--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n{CLOSED}", 400),
    "a part without a head": (TYPE, f"--B\r\n\r\n1\r\n{CLOSED}", 400),
    "nested multipart": (TYPE, part("a", part("b", "1"), '; filename="f"') + CLOSED, None),
    "an encoding of old": (TYPE, f"{HEAD}Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n{CLOSED}", 200),
    "another encoding of the body": (f"{ENCODED}\r\nContent-Encoding: gzip", "a=1", None),
    "a charset that nobody knows": (f"{ENCODED}; charset=utf-7", "a=+AGE-", 200),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_answered_soon_and_costs_little(site: Served, attack: str) -> None:
    """No 5xx, under 2 seconds, +32 MiB at most; and the site is there for others."""
    kind, body, status = ATTACKS[attack]
    before, began = site.resident, time.monotonic()
    with Wire(site.port) as wire:
        wire.send(head("POST", "/any", kind, f"Content-Length: {len(body)}") + body.encode())
        answer = wire.answer()
    assert time.monotonic() - began < 2
    assert answer.status == status if status else answer.status < 500
    assert site.resident - before < 32 * MIB
    assert site.get("/").status == 200


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\\\..\\\\boot.ini", "/etc/passwd", "..", "a\x01b", "x" * 5000]
)
def test_a_file_name_is_never_a_path(site: Served, spool: Path, name: str) -> None:
    """Folders and control characters of a client's file name are gone, and nothing is written under it."""
    body = part("file", "1", f'; filename="{name}"') + CLOSED
    with Wire(site.port) as wire:
        wire.send(head("POST", "/any", TYPE, f"Content-Length: {len(body)}") + body.encode())
        answer = wire.answer()
    shown = answer.body.decode()
    assert answer.status in {200, 400}
    assert "/" not in shown.removeprefix('["file=<UploadFile')
    assert "\\u0001" not in shown
    assert list(spool.iterdir()) == []


def test_a_full_disk_is_507_and_the_server_lives(tmp_path: Path) -> None:
    """The folder is a file system of 1 MiB: the upload is refused, what it took of it is free again."""
    spool = tmp_path / "spool"
    spool.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(spool)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    try:
        with serve_uploads(tmp_path, spool, VASE_FILE_UPLOAD_MAX_MEMORY_SIZE="0") as server:
            assert upload(server, "/large", 500_000).status == 200
            answer = upload(server, "/large", 4 * MIB)
            assert answer.status == 507
            assert str(spool) not in answer.body.decode()
            until(lambda: os.statvfs(spool).f_bavail == os.statvfs(spool).f_blocks)
            assert upload(server, "/large", 500_000).status == 200
            assert "no room to keep the files" in server.log
    finally:
        subprocess.run(["umount", "-l", str(spool)], check=False)
