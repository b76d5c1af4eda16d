"""Who takes part, how each is started, and in which scenarios; what is not possible is said, not hidden."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from scenarios import Scenario

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PEERS = HERE / "peers"
INSTALLED = HERE / ".peers"
PYTHON = INSTALLED / "python" / "bin"
ROBYN = INSTALLED / "robyn" / "bin"
CARGO_TARGET = ROOT / "target" / "peers"
VASE_PYTHON = ROOT / ".venv" / "bin" / "python"

_PLAIN = ("text", "json", "latency")
_ALL = (
    *_PLAIN,
    "parameters",
    "orders",
    "middleware",
    "static",
    "upload",
    "postgres",
    "mixed",
    "postgres-orm",
    "sqlite-orm",
)


@dataclass(frozen=True)
class Contestant:
    name: str
    title: str
    folder: Path
    command: Callable[[int], list[str]]
    """From a port to the words that start it."""
    takes_part: tuple[str, ...]
    left_out: str = ""
    """Why it does not take part in the other scenarios."""
    requires: tuple[Path, ...] = ()
    versions: tuple[str, ...] = ()
    """Python packages whose versions are told."""
    environment: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def missing(self) -> list[Path]:
        return [path for path in self.requires if not path.exists()]

    def rows(self, scenario: Scenario) -> dict[str, str]:
        """Return the rows of this contestant in a scenario, label to path; the most exact pattern decides."""
        patterns = sorted((p for p in scenario.variants if fnmatchcase(self.name, p)), key=len)
        return scenario.variants[patterns[-1]] if patterns else {}


def _uvicorn(port: int) -> list[str]:
    options = ["--workers", "1", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return [str(PYTHON / "uvicorn"), "app:app", "--host", "127.0.0.1", "--port", str(port), *options]


def _granian(interface: str, target: str) -> Callable[[int], list[str]]:
    def command(port: int) -> list[str]:
        options = ["--workers", "1", "--no-access-log", "--log-level", "warning", "--loop", "uvloop"]
        options += ["--blocking-threads", "1"] if interface == "wsgi" else []
        return [
            str(PYTHON / "granian"),
            "--interface",
            interface,
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            *options,
            target,
        ]

    return command


def _python(folder: str, script: str) -> Callable[[int], list[str]]:
    return lambda port: [str(PYTHON / "python"), str(PEERS / folder / script), str(port)]


def _vase(port: int) -> list[str]:
    return [str(VASE_PYTHON), str(HERE / "vase" / "app.py"), str(port)]


def _without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in _ALL if name not in names)


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant(
            "axum",
            "bare axum",
            PEERS / "axum",
            lambda port: [str(CARGO_TARGET / "release" / "axum-peer"), str(port), os.environ["BENCH_STATIC"]],
            _ALL,
            requires=(CARGO_TARGET / "release" / "axum-peer",),
            note="Rust, one-threaded tokio runtime, no layers; serde validates.",
        ),
        Contestant(
            "vase",
            "Vase",
            HERE / "vase",
            _vase,
            _ALL,
            requires=(VASE_PYTHON,),
            versions=("vase", "pydantic", "msgspec", "sqlalchemy", "asyncpg"),
            note="A one-file application with `MIDDLEWARE = []`: no layers, as bare axum has none. Started by `app.run()`, so "
            "the supervisor's process is part of memory and CPU time.",
        ),
        Contestant(
            "vase-production",
            "Vase, production settings",
            HERE / "vase",
            _vase,
            _ALL,
            requires=(VASE_PYTHON,),
            environment=(("BENCH_STACK", "production"),),
            note="The same file with the settings that `startproject` writes for production, all twelve layers, the access "
            "log among them (written to `/dev/null`). Only limits are raised, so that the load passes: `RATE_LIMIT`, the size "
            "of the pool; hosts, databases and static files are those of the benchmark.",
        ),
        Contestant(
            "django-bolt",
            "django-bolt",
            PEERS / "django_bolt",
            lambda port: [
                str(PYTHON / "python"),
                "manage.py",
                "runbolt",
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
                "--processes",
                "1",
            ],
            _ALL,
            requires=(PYTHON / "python",),
            versions=("django-bolt", "django", "msgspec"),
            note="`runbolt`, one process. Its ORM is Django's, as its documentation advises.",
        ),
        Contestant(
            "granian-rsgi",
            "granian, bare RSGI",
            PEERS / "granian",
            _granian("rsgi", "rsgi:app"),
            (*_PLAIN, "static", "upload", "postgres", "mixed"),
            "an interface, no framework: nothing to bind, validate or wrap",
            requires=(PYTHON / "granian",),
            versions=("granian", "uvloop"),
        ),
        Contestant(
            "granian-asgi",
            "granian, bare ASGI",
            PEERS / "granian",
            _granian("asgi", "asgi:app"),
            (*_PLAIN, "middleware", "upload", "postgres", "mixed"),
            "an interface, no framework: nothing to bind or validate, no static files",
            requires=(PYTHON / "granian",),
            versions=("granian", "uvloop"),
        ),
        Contestant(
            "robyn",
            "Robyn",
            PEERS / "robyn",
            lambda port: [
                str(ROBYN / "python"),
                "app.py",
                "--processes",
                "1",
                "--workers",
                "1",
                "--log-level",
                "WARN",
                "--disable-openapi",
            ],
            _ALL,
            requires=(ROBYN / "python",),
            versions=("robyn", "uvloop"),
            note="Sync handlers, its faster kind; async ones where the driver is asyncpg.",
        ),
        Contestant(
            "starlette",
            "Starlette on uvicorn",
            PEERS / "starlette",
            _uvicorn,
            _ALL,
            requires=(PYTHON / "uvicorn",),
            versions=("starlette", "uvicorn", "uvloop", "httptools"),
            note="Middlewares are pure ASGI, its faster kind; Pydantic by hand.",
        ),
        Contestant(
            "fastapi",
            "FastAPI on uvicorn",
            PEERS / "fastapi",
            _uvicorn,
            _ALL,
            requires=(PYTHON / "uvicorn",),
            versions=("fastapi", "uvicorn", "uvloop", "httptools", "pydantic"),
            note="Middlewares by `@app.middleware`, as its documentation shows.",
        ),
        Contestant(
            "litestar",
            "Litestar on granian",
            PEERS / "litestar",
            _granian("asgi", "app:app"),
            _ALL,
            requires=(PYTHON / "granian",),
            versions=("litestar", "granian", "uvloop", "msgspec"),
        ),
        Contestant(
            "django-wsgi",
            "Django WSGI on granian",
            PEERS / "django",
            _granian("wsgi", "app:wsgi"),
            _without("postgres", "mixed"),
            "a sync server has no asyncpg",
            requires=(PYTHON / "granian",),
            versions=("django", "granian", "psycopg", "whitenoise"),
            note="No middleware but what a scenario asks for; whitenoise serves files; Pydantic by hand.",
        ),
        Contestant(
            "django-asgi",
            "Django ASGI on uvicorn",
            PEERS / "django",
            lambda port: [word.replace("app:app", "app:asgi") for word in _uvicorn(port)],
            _without("postgres", "mixed"),
            "the row through Django's ORM is the one that its users write",
            requires=(PYTHON / "uvicorn",),
            versions=("django", "uvicorn", "psycopg", "whitenoise"),
            note="As above, with `async def` views.",
        ),
        Contestant(
            "go",
            "Go net/http",
            PEERS / "go",
            lambda port: [str(INSTALLED / "go-peer"), str(port)],
            (*_PLAIN, "parameters", "orders", "middleware", "static", "upload"),
            "the standard library has no driver for a database",
            requires=(INSTALLED / "go-peer",),
            environment=(("GOMAXPROCS", "1"),),
            note="Validation by hand.",
        ),
        Contestant(
            "fastify",
            "Node fastify",
            PEERS / "fastify",
            lambda port: [shutil.which("node") or "node", "app.js", str(port)],
            (*_PLAIN, "parameters", "orders", "middleware", "static", "upload", "postgres", "mixed"),
            "no ORM is the usual one",
            requires=(PEERS / "fastify" / "node_modules",),
            note="Schemas for bodies, parameters and answers.",
        ),
    )
}


def package_versions(contestant: Contestant) -> dict[str, str]:
    """Return the versions of the packages a contestant is made of."""
    import subprocess

    python = {"robyn": ROBYN / "python", "vase": VASE_PYTHON, "vase-production": VASE_PYTHON}.get(
        contestant.name, PYTHON / "python"
    )
    if contestant.versions and python.exists():
        source = (
            "import sys; from importlib.metadata import version; print(*[f'{p}={version(p)}' for p in sys.argv[1:]])"
        )
        # Not from this folder: `vase/` in it would hide the package.
        told = subprocess.run(
            [python, "-c", source, *contestant.versions], capture_output=True, text=True, check=True, cwd="/"
        )
        return dict(word.split("=") for word in told.stdout.split())
    return {}


if __name__ == "__main__":
    sys.exit("this is a part of run.py")
