"""`runserver`: addresses; serving itself is tested by the server room and in `tests/template`."""

import pytest

from vase.management import CommandError
from vase.management.commands.runserver import parse_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("8000", ("127.0.0.1", 8000)),
        ("0.0.0.0:80", ("0.0.0.0", 80)),
        ("localhost:0", ("localhost", 0)),
        ("[::1]:8000", ("::1", 8000)),
        ("shop.example:65535", ("shop.example", 65535)),
    ],
)
def test_addresses(text, address):
    """A port alone is on this machine; IPv6 addresses stand in brackets."""
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "host", "host:", ":8000", "::1:8000", "8000:host", "65536", "1.2.3.4:99999", "-1"]
)
def test_refused_addresses(text):
    """What is no address is told before anything is started."""
    with pytest.raises(CommandError) as refused:
        parse_address(text)
    assert refused.value.code == "management.E008"


def test_wrong_address_ends_the_command(manage):
    """The command ends with the sentence and the shapes that would do."""
    result = manage("runserver", "host")
    assert result.returncode == 1
    assert result.stderr == (
        "error[management.E008]: this is no address to listen on: `host`\n"
        "  hint: write a port, or a host and a port: `8000`, `0.0.0.0:8000`, `[::1]:8000`\n"
    )
