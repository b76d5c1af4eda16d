"""Vase beside its peers, in one run: `python benchmarks/run.py --help`."""

import argparse
import contextlib
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

sys.dont_write_bytecode = True

import conditions
import install
import tables
from contestants import CONTESTANTS, HERE, ROOT, Contestant
from load import LOAD_CORE, SERVER_CORE, WrongAnswer, check, measure, processor_seconds, tree
from postgres import Postgres, free_port, make_sqlite
from scenarios import SCENARIOS, STATIC_FILE, Scenario
from steal import undisturbed

RESULTS = HERE / "results"
START_SECONDS = 30


def say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


def told(words: object, most: int = 400) -> str:
    """Return the end of a message on one line, without the folders of this machine."""
    text = " ".join(str(words).replace(f"{HERE}/", "").replace(f"{ROOT}/", "").split())
    return text if len(text) <= most else f"…{text[-most:]}"


class Server:
    """A contestant that runs, alone on its core."""

    def __init__(self, contestant: Contestant, environment: dict[str, str], folder: Path) -> None:
        self.contestant, self.port = contestant, free_port()
        self.log = folder / f"{contestant.name}.log"
        given = {**os.environ, **environment, **dict(contestant.environment), "PORT": str(self.port)}
        given["PYTHONDONTWRITEBYTECODE"] = "1"
        given["BENCH_PORT"] = str(self.port)
        os.environ["BENCH_STATIC"] = environment["BENCH_STATIC"]  # a part of axum's command
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                # It goes when this process goes, even if that is killed.
                ["setpriv", "--pdeathsig", "TERM", "taskset", "-c", SERVER_CORE, *contestant.command(self.port)],
                cwd=contestant.folder,
                env=given,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )

    def wait(self, probes: list[Any]) -> None:
        """Wait until it answers, in whatever way."""
        last: Exception | None = None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                check(self.port, probes, patience=2)
                return self._settle(deadline)
            except WrongAnswer as error:
                last = error
                if error.__cause__ is None:  # it answers, and wrongly: that will not pass
                    break
            time.sleep(0.1)
        ended = "" if self.process.poll() is None else f"ended with {self.process.returncode}; "
        raise WrongAnswer(told(f"{ended}{told(last or '')} {told(self.words())}", 900))

    def words(self) -> str:
        """Return what it has written to stderr."""
        return self.log.read_text(errors="replace")

    def _settle(self, deadline: float) -> None:
        """Wait until it is idle: what a server does once, after its start, is not measured."""
        before: dict[int, float] | None = None
        while time.monotonic() < deadline:
            now = processor_seconds(tree(self.process.pid))
            if before is not None and before.keys() == now.keys() and sum(now.values()) - sum(before.values()) < 0.02:
                return
            before = now
            time.sleep(0.4)

    def stop(self) -> None:
        """Stop it and all its children, by their pids."""
        pids = tree(self.process.pid)
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(4)
        for pid in pids:
            if pid == self.process.pid and self.process.returncode is not None:
                continue
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


@contextlib.contextmanager
def serving(scenario: Scenario, names: list[str], folder: Path) -> Iterator[tuple[dict[str, Server], dict[str, str]]]:
    """Start the contestants of a scenario and what they need; give those that run, and why others do not."""
    servers: dict[str, Server] = {}
    failures: dict[str, str] = {}
    database: Postgres | None = None
    environment = {"BENCH_SCENARIO": scenario.serves or scenario.name, "BENCH_STATIC": str(folder / "static")}
    try:
        if "postgres" in scenario.needs:
            database = Postgres(folder / scenario.name, LOAD_CORE)
            database.start()
            environment["BENCH_POSTGRES"] = database.address
        if "sqlite" in scenario.needs:
            file = folder / "bench.sqlite3"
            make_sqlite(file)
            environment["BENCH_SQLITE"] = str(file)
        for name in names:
            servers[name] = Server(CONTESTANTS[name], environment, folder)
        for name in names:
            path = next(iter(CONTESTANTS[name].rows(scenario).values()))
            try:
                servers[name].wait(scenario.probes(path)[:1])
            except WrongAnswer as error:
                failures[name] = str(error)
                say(f"  {name} does not take part: {error}")
                servers.pop(name).stop()
        yield servers, failures
    finally:
        for server in servers.values():
            server.stop()
        if database is not None:
            database.stop()


def run_scenario(scenario: Scenario, names: list[str], rounds: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Measure a scenario; return all its rounds."""
    rows: dict[str, dict[str, list[Any]]] = {
        name: {label: [] for label in CONTESTANTS[name].rows(scenario)} for name in names
    }
    wrong: dict[str, str] = {}
    with serving(scenario, names, folder) as (servers, failures):
        wrong |= {f"{name}/{label}": why for name, why in failures.items() for label in rows[name]}
        for index in range(rounds):
            turn = index * max(1, len(servers) // rounds) % max(1, len(servers))
            order = [*servers][turn:] + [*servers][:turn]
            for name in order:
                for label, path in CONTESTANTS[name].rows(scenario).items():
                    found = None
                    if f"{name}/{label}" not in wrong:
                        server = servers[name]
                        try:
                            how = (server.process.pid, server.port, scenario, path, folder, seconds)
                            found = undisturbed(partial(measure, *how))
                        except (WrongAnswer, subprocess.TimeoutExpired) as error:
                            wrong[f"{name}/{label}"] = told(f"{told(error)} {told(server.words(), 300)}", 700)
                    rows[name][label].append(found)
                    _tell(scenario, index, rounds, name, label, found or wrong[f"{name}/{label}"])
    return {"rows": rows, "wrong": wrong}


def _tell(scenario: Scenario, index: int, rounds: int, name: str, label: str, found: dict[str, float] | str) -> None:
    who = f"{name} ({label})" if label else name
    start = f"  {scenario.name} {index + 1}/{rounds} {who:44}"
    if isinstance(found, str):
        say(f"{start} FAILED: {found}")
        return
    say(
        f"{start} {found['requests_per_second']:10,.0f}/s  p50 {found['p50_ms']:7.2f}  p99 {found['p99_ms']:7.2f} ms"
        f"  {found['cpu_us']:7.1f} µs  {found['rss_mib']:5.0f} MiB"
    )


def _chosen(known: dict[str, Any], wanted: str | None) -> list[str]:
    if wanted is None:
        return [*known]
    patterns = wanted.split(",")
    unknown = [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in known)]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")
    return [name for name in known if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", help=f"comma-separated, `*` allowed: {', '.join(SCENARIOS)}")
    parser.add_argument("--contestant", help=f"comma-separated, `*` allowed: {', '.join(CONTESTANTS)}")
    parser.add_argument("--rounds", type=int, help="3, or 1 with --quick")
    parser.add_argument("--seconds", type=float, help="of each round: 3, or 2 with --quick; wrk takes whole ones")
    parser.add_argument("--quick", action="store_true", help="one short round: shows that all works, measures nothing")
    parser.add_argument(
        "--resume", action="store_true", help="leave out the scenarios that the last full run has finished"
    )
    parser.add_argument("--install", action="store_true", help="first install the peers that are missing")
    parser.add_argument("--build", action="store_true", help="first build Vase's core in release")
    parser.add_argument(
        "--check", action="store_true", help="check the answers of every contestant and measure nothing"
    )
    parser.add_argument("--table", action="store_true", help="only write the tables of README.md again")
    parser.add_argument("--list", action="store_true", help="only tell who takes part in what")
    return parser.parse_args()


def main() -> int:
    given = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.table:
        tables.write(RESULTS / "full")
        return 0
    if given.build:
        install.build_core()
    if given.install:
        install.install_peers()
    scenarios = [SCENARIOS[name] for name in _chosen(SCENARIOS, given.scenario)]
    names = _present(_chosen(CONTESTANTS, given.contestant))
    if given.list:
        return _list(scenarios, names)
    if absent := [tool for tool in ("wrk", "taskset", "setpriv") if shutil.which(tool) is None]:
        sys.exit(f"{' and '.join(absent)} not found: apt-get install wrk util-linux")
    if (os.cpu_count() or 1) < 2:
        sys.exit("one core for the server and one for the load are needed; this machine has one")
    if given.check:
        return _check(scenarios, names)
    rounds = given.rounds or (1 if given.quick else 3)
    seconds = given.seconds or (2 if given.quick else 3)
    is_full = not given.quick and given.contestant is None and rounds >= 3
    target = RESULTS / ("full" if is_full else "quick")
    return _run(scenarios, names, rounds, seconds, target, resume=given.resume)


def _present(names: list[str]) -> list[str]:
    found = []
    for name in names:
        missing = CONTESTANTS[name].missing()
        if missing:
            say(f"{name} is left out: {missing[0].relative_to(ROOT)} is missing; run with --install")
        else:
            found.append(name)
    return found


def _list(scenarios: list[Scenario], names: list[str]) -> int:
    for scenario in scenarios:
        entries = [
            f"{name} ({label})" if label else name
            for name in names
            if scenario.name in CONTESTANTS[name].takes_part
            for label in CONTESTANTS[name].rows(scenario)
        ]
        print(f"{scenario.name}: {len(entries)} rows: {', '.join(entries)}")
    return 0


def _check(scenarios: list[Scenario], names: list[str]) -> int:
    faults = 0
    with tempfile.TemporaryDirectory(prefix="vase-bench-") as place:
        folder = _folder(Path(place))
        for scenario in scenarios:
            taking = [name for name in names if scenario.name in CONTESTANTS[name].takes_part]
            with serving(scenario, taking, folder) as (servers, failures):
                faults += len(failures)
                for name, server in servers.items():
                    for label, path in CONTESTANTS[name].rows(scenario).items():
                        try:
                            check(server.port, scenario.probes(path))
                            say(f"ok    {scenario.name}: {name} {label}")
                        except WrongAnswer as error:
                            faults += 1
                            say(f"WRONG {scenario.name}: {name} {label}: {error}")
    return 1 if faults else 0


def _folder(folder: Path) -> Path:
    folder.chmod(0o755)  # the account of PostgreSQL passes through
    (folder / "static").mkdir()
    (folder / "static" / "file.bin").write_bytes(STATIC_FILE)
    return folder


def _run(
    scenarios: list[Scenario], names: list[str], rounds: int, seconds: float, target: Path, *, resume: bool
) -> int:
    target.mkdir(parents=True, exist_ok=True)
    mark = target / "run.json"
    if resume and mark.exists():
        run = json.loads(mark.read_text())
    else:
        now = datetime.datetime.now(datetime.UTC)
        run = {"started": now.isoformat(timespec="seconds"), **conditions.gather(names)}
        mark.write_text(json.dumps(run, indent=1) + "\n")
    if any(name.startswith("vase") for name in names) and conditions.core_build() != "release":
        say("CAREFUL: Vase's core is not the release build; run with --build, or its figures say nothing")
    if os.getloadavg()[0] > 0.7:
        say(
            f"CAREFUL: this machine is not quiet, its load is {os.getloadavg()[0]:.1f}; figures will be too low and unsteady"
        )
    started, status = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="vase-bench-") as place:
        folder = _folder(Path(place))
        for index, scenario in enumerate(scenarios, 1):
            file = target / f"{scenario.name}.json"
            if resume and file.exists() and json.loads(file.read_text())["started"] == run["started"]:
                say(f"{scenario.name}: measured already")
                continue
            if "postgres" in scenario.needs and not Postgres.is_installed():
                say(f"{scenario.name} is left out: PostgreSQL is not installed (apt-get install postgresql)")
                continue
            taking = [name for name in names if scenario.name in CONTESTANTS[name].takes_part]
            say(f"{scenario.name} ({index} of {len(scenarios)}): {', '.join(taking)}")
            found = run_scenario(scenario, taking, rounds, seconds, folder)
            found |= {"scenario": scenario.name, "started": run["started"], "rounds": rounds, "seconds": seconds}
            file.write_text(json.dumps({**run, **found}, indent=1) + "\n")
            status |= bool(found["wrong"])
            print(tables.text_table(found), flush=True)
    say(f"done in {(time.monotonic() - started) / 60:.1f} minutes; results in {target.relative_to(ROOT)}")
    if target.name == "full":
        tables.write(target)
        say("the tables of benchmarks/README.md are written")
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
