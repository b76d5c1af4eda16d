"""Which of several media types a client gets (RFC 9110 section 12.5.1)."""

from collections.abc import Sequence
from typing import Final

from vase.http._accept import quality_of
from vase.http._exceptions import NotAcceptable
from vase.http._request import Request

__all__ = ["accepted_type", "choose_type", "negotiate"]

_CHOSEN: Final = "vase.media_type"


def choose_type(accept: str | None, offers: Sequence[str]) -> str | None:
    """Return the offer that a client wants most; of equals the first, and None when it wants none of them.

    Args:
        accept: The header `Accept`; a client that sends none takes anything.
        offers: Media types, the usual one first.
    """
    if not accept or not accept.strip():
        return offers[0]
    ranked = [(quality_of(accept, offer.partition(";")[0].strip().lower()), offer) for offer in offers]
    best = max(ranked, key=lambda one: one[0])
    return best[1] if best[0] > 0 else None


def negotiate(request: Request, *offers: str) -> str:
    """Return the media type that the answer should have.

    The answer must say `response.headers.vary("accept")`; a route with `produces=` says so by itself.

    Args:
        request: The request.
        *offers: The media types that the handler can make, the usual one first.

    Raises:
        NotAcceptable: The client wants none of them (406); the problem lists them.
    """
    chosen = choose_type(", ".join(request.headers.getlist("accept")), offers)
    if chosen is None:
        detail = f"this can be had as {', '.join(offers)}"
        raise NotAcceptable(detail, members={"available": list(offers)})
    request.state[_CHOSEN] = chosen
    return chosen


def accepted_type(request: Request) -> str:
    """Return the media type that was chosen from `produces=` of the route: a dependency for its handler."""
    chosen: str = request.state.get(_CHOSEN, "application/json")
    return chosen
