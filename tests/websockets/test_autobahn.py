"""The Autobahn test suite as the client: what RFC 6455 and RFC 7692 ask of a server, told by people who know.

It needs Python 2.7 (`pip install autobahntestsuite`); `VASE_WSTEST` says how its command `wstest` is run, as in
`VASE_WSTEST="env PYTHONPATH=there python2.7 there/bin/wstest"`, where it is not on the path. It sends gigabytes.
"""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from vase import Vase, WebSocket
from vase.testing import LiveServer

pytestmark = pytest.mark.slow

COMMAND = os.environ.get("VASE_WSTEST") or shutil.which("wstest")
NAMES = {1: "framing", 2: "pings", 3: "reserved bits", 4: "opcodes", 5: "fragments", 6: "utf-8", 7: "closing"}
NAMES |= {9: "large messages", 10: "pieces", 12: "compression", 13: "agreed compression"}
PARTS = {1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 9: 1, 10: 1, 12: 5, 13: 7}
"""In how many parts each group of cases is run: a part of 12 and 13 takes minutes."""
CASES = {1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 54, 10: 1, 12: 18, 13: 18}
"""How many cases each part has."""
WHOLE = [(group, part) for group, parts in PARTS.items() for part in range(1, parts + 1)]


@pytest.fixture(scope="module")
def echo() -> Iterator[LiveServer]:
    app = Vase(settings={"WEBSOCKET_MAX_MESSAGE_SIZE": 64 * 1024 * 1024})

    @app.websocket("/echo")
    async def echo(socket: WebSocket) -> None:
        async for message in socket:
            await socket.send(message)

    with LiveServer(app) as live:
        yield live


@pytest.mark.skipif(COMMAND is None, reason="there is no `wstest`; `VASE_WSTEST` says how it is run")
@pytest.mark.parametrize(("group", "part"), WHOLE, ids=[f"{NAMES[group]} {part}" for group, part in WHOLE])
def test_no_case_fails(echo: LiveServer, tmp_path: Path, group: int, part: int) -> None:
    """Each case is as it must be, its closing too; three of 7 have no right answer, and only inform."""
    cases = f"{group}.*" if PARTS[group] == 1 else f"{group}.{part}.*"
    server = {"agent": "vase", "url": f"ws://{echo.host}:{echo.port}/echo"}
    spec = {"outdir": "reports", "servers": [server], "cases": [cases], "exclude-cases": [], "exclude-agent-cases": {}}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    subprocess.run(
        [*shlex.split(str(COMMAND)), "-m", "fuzzingclient", "-s", "spec.json"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        timeout=1800,
    )
    found = json.loads((tmp_path / "reports" / "index.json").read_text())["vase"]
    assert len(found) == CASES[group]
    told = {name for name, case in found.items() if {case["behavior"], case["behaviorClose"]} != {"OK"}}
    assert told == ({"7.1.6", "7.13.1", "7.13.2"} if group == 7 else set())
    assert all(found[name]["behavior"] == "INFORMATIONAL" for name in told)
