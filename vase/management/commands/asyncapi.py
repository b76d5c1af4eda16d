"""`asyncapi`: the document of sockets and streams of events, without a server."""

import json

from vase.application import Vase
from vase.management._generated import Check, Output, deliver

__all__ = ["asyncapi"]


def asyncapi(app: Vase, *, output: Output = None, check: Check = False) -> None:
    """Print or write the AsyncAPI document of the site's sockets and events."""
    text = json.dumps(app.asyncapi(), indent=2, ensure_ascii=False) + "\n"
    deliver(text, output, check=check, again="./manage.py asyncapi")
