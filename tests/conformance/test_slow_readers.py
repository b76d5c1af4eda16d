"""A client that reads one GiB slowly: it is held back where it is made, and is kept nowhere."""

import http.client
import sys
import time
from collections.abc import Iterator

import pytest

from tests.conformance.served import ODD_ENVIRONMENT, ROOT, Served, serve
from tests.conformance.stream_site import PIECE, PIECES, write_file
from tests.ports import free_port

pytestmark = pytest.mark.slow

MIB = 1024 * 1024
MOST = 16 * MIB
"""By how much the worker may be larger at its largest."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    file = folder / "large.bin"
    write_file(file)
    port = free_port()
    command = [sys.executable, str(ROOT / "tests" / "conformance" / "stream_site.py"), str(port), str(file)]
    with serve(command, port, folder, ODD_ENVIRONMENT) as one:
        yield one
    file.unlink()


def read(response: http.client.HTTPResponse, first: int, last: int) -> None:
    """Read some pieces, and find each where it belongs."""
    for number in range(first, last):
        piece = response.read(PIECE)
        assert len(piece) == PIECE, f"piece {number} has {len(piece)} octets"
        assert piece.startswith(number.to_bytes(8, "big")), f"piece {number} begins with {piece[:8].hex()}"


@pytest.mark.parametrize("way", ["async", "sync", "file"])
def test_a_slow_reader_of_one_gib_costs_nothing(site: Served, way: str) -> None:
    """It pauses before the first octet and ten times after some; then it reads all: +16 MiB at the peak, in order."""
    warm = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    warm.request("GET", f"/{way}")
    read(warm.getresponse(), 0, 256)  # what is made once is made
    warm.close()
    began = time.monotonic()
    before = site.forget_peak()
    client = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        client.request("GET", f"/{way}")
        response = client.getresponse()
        time.sleep(1)
        for pause in range(10):
            read(response, pause * 64, (pause + 1) * 64)
            time.sleep(0.2)
        if way != "file":
            # 40 MiB are read, and the kernel has room for some tens more: what nobody reads is not made.
            assert int(site.get("/made").body) < 2048
        slowly, seconds = site.peak - before, time.monotonic() - began
        read(response, 640, PIECES)
        assert response.read() == b""
    finally:
        client.close()
    grown, whole = site.peak - before, time.monotonic() - began
    print(
        f"\n1 GiB by {way}: +{slowly / MIB:.1f} MiB while it was read slowly ({seconds:.1f} s), "
        f"+{grown / MIB:.1f} MiB in all ({whole:.1f} s), of {before / MIB:.0f} MiB"
    )
    assert grown < MOST
