"""Routes that clients should leave: since when, until when, and where it says why (RFC 9745, RFC 8594)."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime

from vase.checks import CheckMessage, error
from vase.http import Request, Response
from vase.types import Place

__all__ = ["Deprecation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Says since when something is deprecated, and when it will go.

    Every answer of such a route has the field `Deprecation`, and `Sunset` and `Link` where there is something to say;
    the API document marks it as deprecated.

    Args:
        since: From when on; it may lie in the future.
        sunset: When it will answer no more.
        link: Where it says what to do instead.

    Example:
        Router("/v1", deprecated=Deprecation(since=date(2026, 1, 1), sunset=date(2026, 7, 1)))
    """

    since: date
    sunset: date | None = None
    link: str | None = None

    async def mark(self, request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """Add the header fields to the answer: the middleware of deprecated routes."""
        response = await call_next(request)
        self.put(response)
        return response

    def put(self, response: Response) -> None:
        """Add the header fields to an answer."""
        headers = response.headers
        headers["deprecation"] = f"@{int(_moment(self.since).timestamp())}"
        if self.sunset is not None:
            headers["sunset"] = format_datetime(_moment(self.sunset), usegmt=True)
        if self.link is not None:
            link = f'<{self.link}>; rel="deprecation"'
            if link not in headers.getlist("link"):  # an answer may be one that is kept and sent again
                headers.add("link", link)

    def faults(self, what: str, place: Place | None) -> Iterator[CheckMessage]:
        """Yield what is wrong with it, for `check`."""
        if self.sunset is not None and _moment(self.sunset) < _moment(self.since):
            message = f"{what} is deprecated since {self.since}, and its sunset is before that: {self.sunset}"
            yield error("urls.E052", message, hint="swap the two dates (RFC 9745 section 4)", place=place)


def _moment(day: date) -> datetime:
    """Return a day as its beginning in UTC, and a moment in UTC."""
    if not isinstance(day, datetime):
        day = datetime.combine(day, time())
    return (day if day.tzinfo is not None else day.replace(tzinfo=UTC)).astimezone(UTC)
