"""`version`: what to write into a bug report."""

import importlib.metadata
import platform
from typing import Annotated

import typer

from vase.management._output import emit, emit_json
from vase.types import JSON


def version(*, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False) -> None:
    """Show the versions of Vase, its core and Python."""
    versions: dict[str, JSON] = {
        "vase": importlib.metadata.version("vase"),
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "platform": platform.platform(),
    }
    if as_json:
        emit_json(versions)
    else:
        emit(f"Vase {versions['vase']}, {versions['implementation']} {versions['python']}, {versions['platform']}")
