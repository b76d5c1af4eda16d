"""Conditional requests (RFC 9110 section 13): what a client has already, and what it must not overwrite.

Files need none of this: the engine answers their conditions itself.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from typing import Final, Literal, Self

from vase.exceptions import quote
from vase.http._errors import HeaderError
from vase.http._exceptions import NotModified, PreconditionFailed, PreconditionRequired
from vase.http._late import LateBody
from vase.http._request import Request
from vase.http._response import Response

__all__ = ["ETag", "check_conditions", "conditional", "etag_of"]

_READING: Final = frozenset({"GET", "HEAD"})
# They describe the body that a 304 does not have (RFC 9110 section 15.4.5).
_OF_BODY: Final = frozenset({"content-encoding", "content-language", "content-length", "content-range", "content-type"})
_is_tag = re.compile(r"[\x21\x23-\x7e]*").fullmatch
_tags = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"').findall

type Outcome = Literal["proceed", "not modified", "failed"]


@dataclass(frozen=True, slots=True)
class ETag:
    """What names one version of a thing.

    Args:
        value: The name, without quotes.
        is_weak: Whether two versions of one name may differ in their bytes.

    Raises:
        HeaderError: The name has a character that no entity tag may have.
    """

    value: str
    is_weak: bool = False

    def __post_init__(self) -> None:
        if not _is_tag(self.value):
            message = f"not an entity tag: {quote(self.value)}"
            raise HeaderError(
                message, code="http.E010", hint="use visible ASCII without quotes, like a number or a hash"
            )

    def __str__(self) -> str:
        return f'W/"{self.value}"' if self.is_weak else f'"{self.value}"'

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the tag that a header field holds; a text without quotes is its name."""
        found = re.fullmatch(r'(W/)?"(.*)"', text)
        return cls(text) if found is None else cls(found[2], bool(found[1]))


def etag_of(content: bytes | str, *, is_weak: bool = False) -> ETag:
    """Return a tag that is made of a body: the same for the same bytes, in each worker and after each start."""
    data = content.encode() if isinstance(content, str) else content
    return ETag(blake2b(data, digest_size=16).hexdigest(), is_weak)


def check_conditions(
    request: Request,
    *,
    etag: ETag | str | None = None,
    last_modified: datetime | None = None,
    required: bool = False,
    headers: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Ask whether a request is to be done, before its work is done; return the headers of its answer.

    Args:
        request: The request.
        etag: The version of the thing as it is now; a text is a strong tag. None when the thing has no tag or is not
            there.
        last_modified: When the thing was changed; without a zone it is UTC. The second is what counts.
        required: Whether a request that changes something must say what it changes.
        headers: Header fields of the answer that a 304 has as well, like `cache-control`.

    Raises:
        NotModified: The client has this version; the answer is 304 and has the same headers.
        PreconditionFailed: The thing is not what the client takes it for (412).
        PreconditionRequired: The client does not say what it changes (428).

    Example:
        validators = check_conditions(request, etag=article.version)
        return JSONResponse(article, headers=validators)
    """
    tag = ETag.parse(etag) if isinstance(etag, str) else etag
    modified = None if last_modified is None else _to_second(last_modified)
    found = {name.lower(): value for name, value in (headers or {}).items()}
    if tag is not None:
        found["etag"] = str(tag)
    if modified is not None:
        found["last-modified"] = format_datetime(modified, usegmt=True)
    outcome = _outcome(request, tag, modified)
    if outcome == "not modified":
        raise NotModified(headers=found)
    if outcome == "failed":
        raise PreconditionFailed("it was changed, or is not there, since it was looked at", headers=_validators(found))
    if required and request.method not in _READING and not _is_conditional(request, modified):
        detail = "say with `If-Match` which version is to be changed; the `ETag` of a GET names it"
        raise PreconditionRequired(detail, headers=_validators(found))
    return found


def conditional(request: Request, response: Response, *, hashed: Literal["strong", "weak"] | None) -> None:
    """Turn an answer to GET or HEAD into a 304 if the client has it already.

    Args:
        request: The request.
        response: The answer, with `ETag` or `Last-Modified` if its handler gave one.
        hashed: Which tag is made of a body that has none; None makes no tag.
    """
    if request.method not in _READING or response.status_code != 200:
        return
    named = response.headers.get("etag")
    body = response.body.body if isinstance(response.body, LateBody) else response.body
    if named is None and hashed is not None and isinstance(body, bytes | str):
        named = str(etag_of(body, is_weak=hashed == "weak"))
        response.raw_headers.append(("etag", named))
    modified = _date(response.headers.get("last-modified"))
    if named is None and modified is None:
        return
    if _outcome(request, None if named is None else ETag.parse(named), modified, only_reading=True) == "not modified":
        response.status_code = 304
        response.raw_headers = [field for field in response.raw_headers if field[0] not in _OF_BODY]
        _drop_body(response)


def _outcome(request: Request, tag: ETag | None, modified: datetime | None, *, only_reading: bool = False) -> Outcome:
    """Walk the conditions in the order of RFC 9110 section 13.2.2."""
    headers = request.headers
    exists = tag is not None or modified is not None
    if not only_reading:
        if (wanted := headers.getlist("if-match")) and not _matches(wanted, tag, exists=exists, is_strong=True):
            return "failed"
        if not wanted and modified is not None:
            since = _date(headers.get("if-unmodified-since"))
            if since is not None and modified > since:
                return "failed"
    refused: Outcome = "not modified" if request.method in _READING else "failed"
    if known := headers.getlist("if-none-match"):
        return refused if _matches(known, tag, exists=exists, is_strong=False) else "proceed"
    if modified is not None and request.method in _READING:
        since = _date(headers.get("if-modified-since"))
        if since is not None and modified <= since:
            return "not modified"
    return "proceed"


def _matches(lines: Iterable[str], tag: ETag | None, *, exists: bool, is_strong: bool) -> bool:
    text = ", ".join(lines).strip()
    if text == "*":
        return exists
    # A client that got the answer compressed has our strong tag as a weak one: the layer that compresses weakens it.
    # Its name is still that of one version, so it may be used to protect that version.
    if tag is None or (is_strong and tag.is_weak):
        return False
    return any(value == tag.value for _, value in _tags(text))


def _is_conditional(request: Request, modified: datetime | None) -> bool:
    headers = request.headers
    if headers.getlist("if-match") or headers.getlist("if-none-match"):
        return True
    return modified is not None and _date(headers.get("if-unmodified-since")) is not None


def _validators(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in {"etag", "last-modified"}}


def _drop_body(response: Response) -> None:
    body = response.body
    if isinstance(body, LateBody):
        body.body = b""
    else:
        response.body = b""


def _date(text: str | None) -> datetime | None:
    """Return the moment of a header field; what is no date counts as not sent."""
    if text is None:
        return None
    try:
        return _to_second(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None


def _to_second(moment: datetime) -> datetime:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.replace(microsecond=0)
