"""What a client would rather read: the part of content negotiation (RFC 9110 section 12.5.1) that error pages need.

The engine ranks in the same way, so that its refusals and Python's look alike.
"""

__all__ = ["HTML_TYPES", "JSON_TYPES", "prefers_html", "quality_of"]

HTML_TYPES = ("text/html",)
JSON_TYPES = ("application/problem+json", "application/json")


def prefers_html(accept: str | None) -> bool:
    """Say whether `Accept` ranks HTML above JSON, as browsers do; a tie goes to JSON."""
    if not accept:
        return False
    html = max(quality_of(accept, name) for name in HTML_TYPES)
    return html > 0 and html > max(quality_of(accept, name) for name in JSON_TYPES)


def quality_of(accept: str, media_type: str) -> float:
    """Return how much a client wants a media type, from 0 to 1; the most specific range decides."""
    kind = media_type.partition("/")[0]
    best, rank = 0.0, 0
    for part in accept.lower().split(","):
        name, *parameters = [piece.strip() for piece in part.split(";")]
        specificity = 3 if name == media_type else 2 if name == f"{kind}/*" else 1 if name == "*/*" else 0
        if specificity > rank:
            best, rank = _quality(parameters), specificity
    return best


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0.0 <= quality <= 1.0 else 0.0
    return 1.0
