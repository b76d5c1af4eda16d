"""Files as bodies: the engine opens and sends them, with `ETag`, ranges and conditional requests."""

import mimetypes
import re
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import PurePath
from typing import Literal
from urllib.parse import quote

__all__ = ["Disposition", "FileBody", "content_disposition", "media_type_of"]

type Disposition = Literal["attachment", "inline"]
"""Whether a browser saves a file or shows it."""

_is_plain = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]+").fullmatch

# What `mimetypes` leaves to tables of the operating system, which differ from one machine to the next.
_MEDIA_TYPES = {
    ".avif": "image/avif",
    ".js": "text/javascript",
    ".md": "text/markdown",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_ENCODINGS = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz"}


@dataclass(frozen=True, slots=True)
class FileBody:
    """A file of the disk as the body of an answer; the engine reads it, Python never does.

    Args:
        path: The file.
        download_name: The name under which a browser saves it; None when it is shown.
    """

    path: str
    download_name: str | None = None


def media_type_of(path: str | PathLike[str]) -> str:
    """Return the media type that the name of a file suggests; `application/octet-stream` when it suggests none."""
    known = _MEDIA_TYPES.get(PurePath(path).suffix.lower())
    if known is not None:
        return known
    guess, encoding = mimetypes.guess_type(fspath(path))
    if encoding is not None:
        # `a.tar.gz` is sent as the archive it is: to call it `Content-Encoding` would have the browser unpack it.
        return _ENCODINGS.get(encoding, "application/octet-stream")
    return guess or "application/octet-stream"


def content_disposition(kind: Disposition, name: str) -> str:
    """Return the value of `Content-Disposition` for a file name, whatever characters it has (RFC 6266, RFC 8187)."""
    # Only the last part: a name with a path in it is an attack on old browsers, or a mistake.
    name = name.replace("\\", "/").rpartition("/")[2]
    if not name:
        return kind
    if _is_plain(name):
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"
