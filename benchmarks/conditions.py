"""Under which conditions a run was made: told beside its figures."""

import os
import platform
import subprocess
from pathlib import Path

from contestants import CONTESTANTS, PEERS, ROOT, package_versions


def _first_line(*words: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, cwd="/")
    except OSError:
        return "not installed"
    return ((done.stdout or done.stderr).strip().splitlines() or ["unknown"])[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _locked(name: str, lock: Path) -> str:
    lines = lock.read_text().splitlines()
    for index, line in enumerate(lines[:-1]):
        if line == f'name = "{name}"':
            return lines[index + 1].partition('"')[2].rstrip('"')
    return "unknown"


def _fastify() -> str:
    import json

    lock = json.loads((PEERS / "fastify" / "package-lock.json").read_text())
    return str(lock["packages"]["node_modules/fastify"]["version"])


def core_build() -> str:
    """Return `release` if the core beside the package is the release build, byte for byte."""
    cores = sorted((ROOT / "vase").glob("_core*.so"))
    built = ROOT / "target" / "release" / "lib_core.so"
    is_release = bool(cores) and built.exists() and cores[0].read_bytes() == built.read_bytes()
    return "release" if is_release else "unknown, perhaps a development build"


def gather(names: list[str]) -> dict[str, object]:
    """Return the machine and the versions of what takes part."""
    versions: dict[str, dict[str, str]] = {name: package_versions(CONTESTANTS[name]) for name in names}
    if "axum" in versions:
        lock = PEERS / "axum" / "Cargo.lock"
        versions["axum"] = {name: _locked(name, lock) for name in ("axum", "hyper", "tokio")}
    if "go" in versions:
        versions["go"] = {"go": _first_line("go", "version").split()[2].removeprefix("go")}
    if "fastify" in versions:
        versions["fastify"] = {"fastify": _fastify(), "node": _first_line("node", "--version").removeprefix("v")}
    release = platform.freedesktop_os_release()
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1),
            "system": release.get("PRETTY_NAME", "Linux"),
            "kernel": platform.release(),
            "python": platform.python_version(),
            "rust": _first_line("rustc", "--version").split()[1],
            "wrk": _first_line("wrk", "-v").split(" [")[0].removeprefix("wrk ").split()[0],
            "core": core_build(),
            "load_average": round(os.getloadavg()[0], 2),
            "commit": _first_line("git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"),
        },
        "versions": versions,
    }
