"""The header `Idempotency-Key`, and what makes two requests the same."""

import re
from hashlib import sha256
from typing import Final

from vase.http import BadRequest, Request

__all__ = ["HEADER", "REPLAYED_HEADER", "fingerprint_of", "read_key"]

HEADER: Final = "idempotency-key"
REPLAYED_HEADER: Final = "idempotent-replayed"

_LONGEST: Final = 255
# The draft writes the key as a String of RFC 8941, in quotes; most clients leave the quotes out.
_quoted = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"').fullmatch
_bare = re.compile(r"[\x21\x23-\x2b\x2d-\x7e]+").fullmatch
_boundary = re.compile(r'boundary="?([^";,]+)', re.IGNORECASE).search


def read_key(request: Request, *, required: bool) -> str | None:
    """Return the key of a request; None when it has none and needs none.

    Raises:
        BadRequest: The key is missing where it is required, or it is none.
    """
    values = request.headers.getlist(HEADER)
    if not values:
        if not required:
            return None
        detail = "this request needs the header `Idempotency-Key`, with a new value for each operation"
        raise BadRequest(detail, title="Idempotency-Key is missing", members={"code": "idempotency.missing"})
    text = values[0].strip() if len(values) == 1 else ""
    quoted = _quoted(text)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text if _bare(text) else ""
    if not key or len(key) > _LONGEST:
        detail = f"`Idempotency-Key` is one text of 1 to {_LONGEST} visible ASCII characters, best a UUID"
        raise BadRequest(detail, title="Idempotency-Key is malformed", members={"code": "idempotency.malformed"})
    return key


async def fingerprint_of(request: Request) -> str:
    """Return what a request is recognised by: its method, path, query and body, never kept themselves."""
    body = await request.body()
    content_type = request.headers.get("content-type", "")
    boundary = _boundary(content_type)
    if boundary is not None:
        # A form that is sent again gets another boundary between the same parts.
        body = body.replace(b"--" + boundary[1].encode("latin-1"), b"--")
        content_type = content_type.partition(";")[0]
    found = sha256()
    for part in (request.method, request.raw_path, request.query_string, content_type):
        found.update(part.encode("latin-1", "replace") + b"\n")
    found.update(body)
    return found.hexdigest()
