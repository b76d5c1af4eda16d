"""`openapi`: the API document, without a server."""

import json

from vase.application import Vase
from vase.management._generated import Check, Output, deliver

__all__ = ["openapi"]


def openapi(app: Vase, *, output: Output = None, check: Check = False) -> None:
    """Print or write the OpenAPI document of the site."""
    text = json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"
    deliver(text, output, check=check, again="./manage.py openapi")
