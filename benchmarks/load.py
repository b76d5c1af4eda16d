"""One measurement: check the answers, let wrk ask, read what the server used meanwhile."""

import http.client
import json
import os
import subprocess
import time
from pathlib import Path

from scenarios import ROWS, Probe, Scenario

SERVER_CORE, LOAD_CORE = "0", "1"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class WrongAnswer(Exception):
    """A contestant does not say what it should."""


def check(port: int, probes: list[Probe], patience: float = 20) -> None:
    """Ask each probe on a connection of its own; the answer is right byte for byte, or this raises."""
    for probe in probes:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
        headers = {
            "Content-Type": "application/json" if probe.sent and probe.sent[:1] == b"{" else "application/octet-stream"
        }
        try:
            connection.request(probe.method, probe.path, probe.sent, headers if probe.sent is not None else {})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise WrongAnswer(f"{probe.method} {probe.path}: {error!r}") from error
        finally:
            connection.close()
        place = f"{probe.method} {probe.path}"
        if probe.status == 4:
            if response.status // 100 != 4:
                raise WrongAnswer(f"{place}: a wrong body was answered with {response.status}")
            continue
        if response.status != probe.status:
            raise WrongAnswer(f"{place}: status {response.status}, body {body[:200]!r}")
        if body != probe.body:
            raise WrongAnswer(f"{place}: the body is {body[:120]!r}, not {probe.body[:120]!r}")
        kind = response.headers.get("content-type", "")
        if probe.content_type is not None and not kind.startswith(probe.content_type):
            raise WrongAnswer(f"{place}: the content type is {kind!r}, not {probe.content_type!r}")
        missing = [name for name in probe.headers if response.headers.get(name) != "1"]
        if missing:
            raise WrongAnswer(f"{place}: no header {', '.join(missing)}")


_DONE = """
function done(summary, latency, requests)
  io.write(string.format(
    '\\nRESULT {"requests": %d, "microseconds": %d, "bytes": %d, "p50_us": %d, "p99_us": %d, "connect": %d, "read": %d, '
    .. '"write": %d, "status": %d, "timeout": %d}\\n',
    summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
    summary.errors.connect, summary.errors.read, summary.errors.write, summary.errors.status, summary.errors.timeout))
end
"""
_RANDOM = """
local requests = {{}}
math.randomseed({seed})
function init(arguments)
  for index = 1, {rows} do requests[index] = wrk.format("GET", "{path}" .. index) end
end
function request()
  return requests[math.random({rows})]
end
"""
_BESIDE = """
local of_the_scenario, init_of_the_scenario, beside = request, init, nil
function init(arguments)
  init_of_the_scenario(arguments)
  beside = wrk.format("GET", "{path}") -- not before: the host is known here only
end
function request()
  if math.random(2) == 1 then return beside end
  return of_the_scenario()
end
"""


def script(scenario: Scenario, path: str, probe: Probe, folder: Path) -> Path:
    """Write what wrk is told: the body of a POST, or random keys."""
    lines = [_DONE]
    if scenario.random_keys:
        lines.append(_RANDOM.format(rows=ROWS, path=path, seed=4242))
    if scenario.beside:
        lines.append(_BESIDE.format(path=scenario.beside))
    if probe.sent is not None:
        body = folder / f"{scenario.name}.body"
        body.write_bytes(probe.sent)
        kind = "application/json" if probe.sent[:1] == b"{" else "application/octet-stream"
        lines.append(
            f'wrk.method = "{probe.method}"\nwrk.headers["Content-Type"] = "{kind}"\n'
            f'local file = io.open("{body}", "rb")\nwrk.body = file:read("*a")\nfile:close()\n'
        )
    target = folder / f"{scenario.name}.lua"
    target.write_text("\n".join(lines))
    return target


def tree(pid: int) -> list[int]:
    """Return a process and all that descend from it."""
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def processor_seconds(pids: list[int]) -> dict[int, float]:
    """Return the time that each process has spent on a processor, user and system."""
    found: dict[int, float] = {}
    for pid in pids:
        try:
            # Behind the name, which may hold spaces: fields 14 and 15 of proc(5) are utime and stime.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found[pid] = (int(fields[11]) + int(fields[12])) / _TICKS
    return found


def resident_bytes(pids: list[int]) -> int:
    """Return the memory of processes: what they share is counted once, as far as the kernel tells (PSS)."""
    total = 0
    for pid in pids:
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            continue
    return total


def resident_set(pids: list[int]) -> int:
    """Return the largest resident set of the processes: the one that serves."""
    sizes = [0]
    for pid in pids:
        try:
            sizes.append(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE)
        except OSError:
            continue
    return max(sizes)


def fire(url: str, lua: Path, connections: int, seconds: float) -> dict[str, float]:
    """Let wrk ask, and return what it counted."""
    # wrk takes whole seconds only.
    words = ["taskset", "-c", LOAD_CORE, "wrk", "-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s"]
    words += ["--timeout", "10s", "-s", str(lua), url]
    told = subprocess.run(words, capture_output=True, text=True, timeout=seconds * 3 + 60)
    for line in told.stdout.splitlines():
        if line.startswith("RESULT "):
            found: dict[str, float] = json.loads(line.removeprefix("RESULT "))
            return found
    raise WrongAnswer(f"wrk said nothing of use: {told.stdout[-300:]}{told.stderr[-300:]}")


def measure(pid: int, port: int, scenario: Scenario, path: str, folder: Path, seconds: float) -> dict[str, float]:
    """Check the answers, warm up, measure; return the figures of one round."""
    probes = scenario.probes(path)
    check(port, probes)
    lua = script(scenario, path, probes[0], folder)
    url = f"http://127.0.0.1:{port}{probes[0].path}"
    before = processor_seconds(tree(pid))
    started = time.monotonic()
    counted = fire(url, lua, scenario.connections, seconds)
    elapsed = time.monotonic() - started
    after = processor_seconds(tree(pid))
    if gone := sorted(before.keys() - after.keys()):
        raise WrongAnswer(f"{url}: process {', '.join(map(str, gone))} of the server ended under load")
    pids = [*after]
    used = sum(after.values()) - sum(before.values())
    wrong = {name: counted[name] for name in ("connect", "read", "write", "status", "timeout") if counted[name]}
    if wrong or not counted["requests"]:
        raise WrongAnswer(f"{url}: failed requests under load: {wrong or 'none was answered'}")
    return {
        "requests_per_second": counted["requests"] / counted["microseconds"] * 1e6,
        "p50_ms": counted["p50_us"] / 1000,
        "p99_ms": counted["p99_us"] / 1000,
        "cpu_us": used / counted["requests"] * 1e6,
        "busy": used / elapsed,
        "rss_mib": resident_set(pids) / 2**20,
        "pss_mib": resident_bytes(pids) / 2**20,
    }
