"""Installs the peers that are missing, and says what it leaves out and why."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from contestants import CARGO_TARGET, HERE, INSTALLED, PEERS, ROOT, VASE_PYTHON


class LeftOut(Exception):
    """A peer cannot be installed here; the text says why."""


def _do(*words: str | Path, cwd: Path = HERE, **environment: str) -> None:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**os.environ, **environment}, text=True, stderr=subprocess.PIPE
    )
    if done.returncode:
        raise LeftOut(f"`{' '.join(str(word) for word in words)}` failed: {done.stderr.strip()[-400:]}")


def _tool(name: str, how: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LeftOut(f"`{name}` is not installed; {how}")
    return found


def _uv() -> str:
    beside = VASE_PYTHON.parent / "uv"
    return str(beside) if beside.exists() else _tool("uv", "see https://docs.astral.sh/uv/")


def _environment(name: str, requirements: Path) -> Callable[[], None]:
    def make() -> None:
        folder, uv = INSTALLED / name, _uv()
        if not (folder / "bin" / "python").exists():
            _do(uv, "venv", "-q", "-p", VASE_PYTHON.resolve(), folder)
        _do(uv, "pip", "sync", "-q", "-p", folder / "bin" / "python", requirements)

    return make


def _axum() -> None:
    cargo = _tool("cargo", "see https://rustup.rs")
    _do(cargo, "build", "--release", "--locked", "-q", cwd=PEERS / "axum", CARGO_TARGET_DIR=str(CARGO_TARGET))


def _go() -> None:
    _do(
        _tool("go", "apt-get install golang, or see https://go.dev/dl/"),
        "build",
        "-o",
        INSTALLED / "go-peer",
        ".",
        cwd=PEERS / "go",
    )


def _fastify() -> None:
    npm = _tool("npm", "apt-get install nodejs npm")
    _do(npm, "ci", "--silent", "--no-audit", "--no-fund", cwd=PEERS / "fastify")


STEPS: dict[str, Callable[[], None]] = {
    "axum": _axum,
    "the Python peers": _environment("python", PEERS / "requirements.txt"),
    "Robyn": _environment("robyn", PEERS / "robyn" / "requirements.txt"),
    "Go": _go,
    "fastify": _fastify,
}


def install_peers() -> None:
    """Install all peers; what cannot be installed is left out with a sentence, and the run goes on without it."""
    INSTALLED.mkdir(exist_ok=True)
    for name, step in STEPS.items():
        try:
            step()
            print(f"{name}: installed", flush=True)
        except LeftOut as why:
            print(f"{name}: left out: {why}", file=sys.stderr, flush=True)
    if shutil.which("wrk") is None:
        _system("wrk", "wrk", "nothing can be measured")
    if not _has_postgres():
        _system("PostgreSQL", "postgresql", "its rows are left out")


def _has_postgres() -> bool:
    return bool(sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres")))


def _system(title: str, package: str, otherwise: str) -> None:
    """Install a package of the system where that is allowed; else say what its absence costs."""
    apt = shutil.which("apt-get")
    try:
        if apt is None or os.geteuid() != 0:
            raise LeftOut(f"install it yourself, on Debian by `sudo apt-get install {package}`")
        _do(apt, "install", "-y", "-qq", "--no-install-recommends", package, DEBIAN_FRONTEND="noninteractive")
        print(f"{title}: installed", flush=True)
    except LeftOut as why:
        print(f"{title} is missing, {otherwise}: {why}", file=sys.stderr, flush=True)


def build_core() -> None:
    """Build Vase's core as it is shipped: in release."""
    print("building Vase's core in release", flush=True)
    try:
        _do(VASE_PYTHON.parent / "maturin", "develop", "--release", "-q", cwd=ROOT)
    except LeftOut as why:
        sys.exit(str(why))
