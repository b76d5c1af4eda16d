"""Forms with files as a browser sends them."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

__all__ = ["FileContent", "multipart"]

type FileContent = bytes | tuple[str, bytes] | tuple[str, bytes, str]
"""A file of a form: its content; or its name and content; or those and its content type."""


def multipart(
    data: Mapping[str, Any], files: Mapping[str, FileContent] | Sequence[tuple[str, FileContent]]
) -> tuple[bytes, str]:
    """Return a `multipart/form-data` body and its content type.

    Args:
        data: The fields; a list or tuple as a value repeats its name.
        files: The files by field, as a mapping or as pairs.
    """
    boundary = secrets.token_hex(16)
    parts = [_part(name, str(value).encode()) for name, value in _pairs(data)]
    for name, file in files.items() if isinstance(files, Mapping) else files:
        filename, content, kind = _described(name, file)
        parts.append(_part(name, content, f'; filename="{_escaped(filename)}"', kind))
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    return body + b"--%s--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}"


def _described(name: str, file: FileContent) -> tuple[str, bytes, str]:
    if isinstance(file, bytes):
        return name, file, "application/octet-stream"
    return file if len(file) == 3 else (*file, "application/octet-stream")


def _part(name: str, content: bytes, more: str = "", kind: str | None = None) -> bytes:
    head = f'Content-Disposition: form-data; name="{_escaped(name)}"{more}\r\n'
    if kind is not None:
        head += f"Content-Type: {kind}\r\n"
    return head.encode() + b"\r\n" + content


def _pairs(data: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for name, value in data.items():
        for item in value if isinstance(value, list | tuple) else [value]:
            yield name, item


def _escaped(text: str) -> str:
    # https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
