"""The servers of these tests: the example as it runs in production, and a site whose handlers break the rules."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.served import (
    ODD_ENVIRONMENT,
    Served,
    example_command,
    migrated_example,
    odd_command,
    serve,
)
from tests.ports import free_port

HURRIED = {
    "VASE_HTTP_FIRST_BYTE_TIMEOUT_SECONDS": "1",
    "VASE_HTTP_HEADER_TIMEOUT_SECONDS": "1",
    "VASE_HTTP_IDLE_TIMEOUT_SECONDS": "1",
    "VASE_HTTP_BODY_GRACE_SECONDS": "1",
    "VASE_HTTP_BODY_MINIMUM_RATE": "240",
    "VASE_HTTP_WRITE_TIMEOUT_SECONDS": "1",
}
"""All time-outs short."""


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """The folder and the environment of an example site with sample data."""
    folder = tmp_path_factory.mktemp("example")
    return folder, migrated_example(folder)


@pytest.fixture(scope="session")
def production(example: tuple[Path, dict[str, str]]) -> Iterator[Served]:
    """The example as it runs in production, with the limits and time-outs that everybody gets."""
    folder, environ = example
    port = free_port()
    with serve(example_command(port), port, folder, environ) as one:
        yield one


@pytest.fixture(scope="session")
def hurried(example: tuple[Path, dict[str, str]]) -> Iterator[Served]:
    """The same with short time-outs."""
    folder, environ = example
    port = free_port()
    with serve(example_command(port), port, folder, {**environ, **HURRIED}) as one:
        yield one


@pytest.fixture(scope="session")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A site in one file whose handlers do what they should not; see `odd_site.py`."""
    folder, port = tmp_path_factory.mktemp("odd"), free_port()
    with serve(odd_command(port), port, folder, ODD_ENVIRONMENT) as one:
        yield one
