"""Answers: what a handler returns, or what its value becomes.

A response is read by the engine through three attributes (`status_code`, `raw_headers`, `body`), so to make one is to
set three attributes: no length is counted and no text encoded here, the engine does both without Python.
"""

from collections.abc import AsyncIterable, AsyncIterator
from os import PathLike, fspath
from pathlib import PurePath
from typing import ClassVar, Unpack
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

from pydantic_core import to_json

from vase._core import FieldList
from vase.exceptions import quote
from vase.http._cookies import CookieOptions, cookie_key, dump_cookie, needs_secure
from vase.http._errors import RedirectError
from vase.http._files import Disposition, FileBody, content_disposition, media_type_of
from vase.http._headers import HeaderSource, MutableHeaders, check_header, checked_headers
from vase.http._late import LateBody
from vase.http._streams import ChunkSource, stream_of

__all__ = [
    "Body",
    "FileResponse",
    "HTMLResponse",
    "JSONResponse",
    "PlainTextResponse",
    "RedirectResponse",
    "Response",
    "StreamingResponse",
]

type Body = bytes | str | FileBody | LateBody | AsyncIterable[bytes]
"""What the engine can send; text goes out as UTF-8."""


class Response:
    """An answer: a status, header fields and a body.

    Args:
        content: The body.
        status_code: The status.
        headers: Header fields, checked; a line break in one is an error.
        media_type: The media type; `; charset=utf-8` is added to those of text. A `content-type` header wins.

    Example:
        >>> Response("<a/>", media_type="application/xml").media_type
        'application/xml'
    """

    __slots__ = ("body", "raw_headers", "status_code")

    content_type: ClassVar[str | None] = None
    """The `Content-Type` of answers of this class, parameters included; subclasses set it."""

    # The same as a field, made once for each class: an answer without other headers takes it as it is.
    _content_type_field: ClassVar[tuple[str, str] | None] = None

    status_code: int
    raw_headers: list[tuple[str, str]]
    body: Body

    def __init__(
        self,
        content: bytes | str = b"",
        status_code: int = 200,
        headers: HeaderSource | None = None,
        media_type: str | None = None,
    ) -> None:
        self.body = content
        self.status_code = status_code
        if headers is None and media_type is None:
            field = self._content_type_field
            self.raw_headers = [] if field is None else [field]
        else:
            self.raw_headers = _fields(self.content_type, headers, media_type)

    def __init_subclass__(cls) -> None:
        # `media_type = "…"` in a subclass is how Starlette's users say it; left as it is, it would hide the property.
        declared = cls.__dict__.get("media_type")
        if isinstance(declared, str):
            cls.content_type = _with_charset(declared)
            del cls.media_type
        cls._content_type_field = None if cls.content_type is None else check_header("content-type", cls.content_type)
        super().__init_subclass__()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.status_code}>"

    @property
    def headers(self) -> MutableHeaders:
        """The header fields, to read and to change."""
        return FieldList.__new__(MutableHeaders, self.raw_headers)

    @property
    def media_type(self) -> str | None:
        """The media type without its parameters, lower case."""
        for name, value in self.raw_headers:
            if name == "content-type":
                return value.partition(";")[0].strip().lower()
        return None

    def set_cookie(self, name: str, value: str = "", **options: Unpack[CookieOptions]) -> None:
        """Ask the browser to keep a cookie; `SameSite=Lax` unless told otherwise.

        A cookie of the same name, domain and path that this answer already sets is replaced.

        Args:
            name: The name of the cookie.
            value: Its value; encode what is not plain ASCII.
            **options: Its attributes.

        Raises:
            CookieError: When a browser would refuse or misread the cookie.
        """
        header = dump_cookie(name, value, options)
        if any(field[0] == "set-cookie" for field in self.raw_headers):
            key = cookie_key(header)
            self.raw_headers[:] = [
                field for field in self.raw_headers if field[0] != "set-cookie" or cookie_key(field[1]) != key
            ]
        self.raw_headers.append(("set-cookie", header))

    def delete_cookie(self, name: str, **options: Unpack[CookieOptions]) -> None:
        """Ask the browser to forget a cookie; give the path and domain that it was set with."""
        forget = options.copy()
        forget["max_age"] = 0
        forget.pop("expires", None)
        if needs_secure(name):
            forget["secure"] = True
        self.set_cookie(name, "", **forget)


class PlainTextResponse(Response):
    """Plain text, UTF-8."""

    __slots__ = ()

    content_type = "text/plain; charset=utf-8"


class HTMLResponse(Response):
    """An HTML page, UTF-8. The content is sent as it is: escape what came from outside, or render a template."""

    __slots__ = ()

    content_type = "text/html; charset=utf-8"


class JSONResponse(Response):
    """Any value that Pydantic can write as JSON: models, dataclasses, dates, UUIDs, enums, containers of them.

    `NaN` and the infinities become `null`, because JSON has no word for them.
    """

    __slots__ = ()

    content_type = "application/json"
    body: bytes

    def __init__(
        self,
        content: object,
        status_code: int = 200,
        headers: HeaderSource | None = None,
        media_type: str | None = None,
    ) -> None:
        self.body = to_json(content, inf_nan_mode="null")
        self.status_code = status_code
        if headers is None and media_type is None and (field := self._content_type_field) is not None:
            self.raw_headers = [field]
        else:
            self.raw_headers = _fields(self.content_type, headers, media_type)


class RedirectResponse(Response):
    """Sends the client to another URL.

    Args:
        url: Where to; characters that may not stand in a URL are percent-encoded.
        status_code: 307 (repeat the same method there), 303 (get what a form led to), 301 and 308 (for good), 302.
        headers: More header fields.

    Raises:
        RedirectError: When the URL is neither relative nor http(s): `javascript:` and its like are how it attacks.
    """

    __slots__ = ()

    def __init__(self, url: str, status_code: int = 307, headers: HeaderSource | None = None) -> None:
        # A browser takes `\` for `/` and drops tabs and line breaks: encoded first, so that what is checked is sent.
        location = percent_encode(url.strip(), safe=":/%#?=@[]!$&'()*+,;~")
        try:
            scheme = urlsplit(location).scheme
        except ValueError:
            scheme = "?"
        if scheme not in {"", "http", "https"}:
            raise RedirectError(
                f"a redirect leads to http, https or a path, not to {quote(url)}",
                code="http.E007",
                hint="check where the URL came from before a client is sent there",
            )
        super().__init__(b"", status_code, headers)
        self.headers["location"] = location


class FileResponse(Response):
    """A file of the disk; the engine sends it, with `ETag`, ranges and conditional requests.

    A file that is not there is answered with 404.

    Args:
        path: The file. Never build it from a request without checking where it leads.
        status_code: The status.
        headers: More header fields.
        media_type: The media type; guessed from the name of the file when left out.
        filename: The name under which a browser saves the file.
        disposition: `inline` shows a file that has a `filename` instead of saving it.
    """

    __slots__ = ()

    body: FileBody

    def __init__(
        self,
        path: str | PathLike[str],
        status_code: int = 200,
        headers: HeaderSource | None = None,
        media_type: str | None = None,
        *,
        filename: str | None = None,
        disposition: Disposition = "attachment",
    ) -> None:
        self.status_code = status_code
        self.body = FileBody(fspath(path), filename if disposition == "attachment" else None)
        self.raw_headers = _fields(None, headers, media_type or media_type_of(filename or PurePath(path)))
        if filename is not None:
            self.headers.setdefault("content-disposition", content_disposition(disposition, filename))


class StreamingResponse(Response):
    """A body that is made while it is sent, piece by piece, no faster than the client reads.

    Args:
        content: An asynchronous iterable, or a blocking one, which is then pulled in a thread.
        status_code: The status.
        headers: More header fields.
        media_type: The media type.
    """

    __slots__ = ()

    body: AsyncIterator[bytes]

    def __init__(
        self,
        content: ChunkSource,
        status_code: int = 200,
        headers: HeaderSource | None = None,
        media_type: str | None = None,
    ) -> None:
        self.body = stream_of(content)
        self.status_code = status_code
        self.raw_headers = _fields(self.content_type, headers, media_type)


def _fields(content_type: str | None, headers: HeaderSource | None, media_type: str | None) -> list[tuple[str, str]]:
    if media_type is not None:
        content_type = check_header("content-type", _with_charset(media_type))[1]
    if headers is None:
        return [] if content_type is None else [("content-type", content_type)]
    fields = checked_headers(headers)
    if content_type is not None and not any(name == "content-type" for name, _ in fields):
        fields.append(("content-type", content_type))
    return fields


def _with_charset(media_type: str) -> str:
    needs = media_type.startswith("text/") and "charset=" not in media_type
    return f"{media_type}; charset=utf-8" if needs else media_type
