"""A page of results: what a list answers, as a model that appears in the API document."""

from collections.abc import Callable, Mapping
from typing import Annotated, ClassVar, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from vase.http import Request

__all__ = ["CursorPage", "Links", "Page", "links_to"]

type Links = dict[str, str]
"""Where related pages are, by the relation: `first`, `prev`, `next`, `last` (RFC 8288)."""

_REFERENCE: Final = {"format": "uri-reference"}
_NEXT: Final = "Where the next page is; null on the last one."
_PREVIOUS: Final = "Where the page before is; null on the first one."
_RELATIONS: Final = ("first", "prev", "next", "last")


class _Linked(BaseModel):
    """A model that knows where its neighbours are."""

    # A page of rows is what a handler holds; what leaves is what the route promises.
    model_config = ConfigDict(arbitrary_types_allowed=True)

    response_fields: ClassVar[Mapping[str, str]] = {"Link": "Where the pages around it are (RFC 8288)."}

    _links: Links = PrivateAttr(default_factory=dict)

    def response_headers(self) -> Mapping[str, str]:
        """Return the header fields of an answer with this page."""
        links = [f'<{self._links[name]}>; rel="{name}"' for name in _RELATIONS if name in self._links]
        return {"link": ", ".join(links)} if links else {}


class Page[T](_Linked):
    """A page of a list whose length is known."""

    count: Annotated[int, Field(description="How many there are on all pages.")]
    next: Annotated[str | None, Field(description=_NEXT, json_schema_extra=_REFERENCE)] = None
    previous: Annotated[str | None, Field(description=_PREVIOUS, json_schema_extra=_REFERENCE)] = None
    results: list[T]

    @classmethod
    def made_of(cls, results: list[T], *, count: int, links: Links) -> "Page[T]":
        """Return a page of results that need no validation."""
        made = cls.model_construct(count=count, next=links.get("next"), previous=links.get("prev"), results=results)
        made._links = links  # noqa: SLF001  # of this very class
        return made

    def map[U](self, function: Callable[[T], U]) -> "Page[U]":
        """Return a page with what a function makes of each result."""
        return Page.made_of([function(one) for one in self.results], count=self.count, links=self._links)


class CursorPage[T](_Linked):
    """A page of a list that is followed from page to page; nobody counts how long it is."""

    next: Annotated[str | None, Field(description=_NEXT, json_schema_extra=_REFERENCE)] = None
    previous: Annotated[str | None, Field(description=_PREVIOUS, json_schema_extra=_REFERENCE)] = None
    results: list[T]

    @classmethod
    def made_of(cls, results: list[T], *, links: Links) -> "CursorPage[T]":
        """Return a page of results that need no validation."""
        made = cls.model_construct(next=links.get("next"), previous=links.get("prev"), results=results)
        made._links = links  # noqa: SLF001  # of this very class
        return made

    def map[U](self, function: Callable[[T], U]) -> "CursorPage[U]":
        """Return a page with what a function makes of each result."""
        return CursorPage.made_of([function(one) for one in self.results], links=self._links)


def links_to(request: Request, parameters: Mapping[str, Mapping[str, object]]) -> Links:
    """Return addresses like that of a request, with other parameters in the query.

    They are references without a host (RFC 3986 section 4.2): right behind every proxy that leaves paths alone.

    Args:
        request: The request.
        parameters: The parameters of each relation.
    """
    # What a client may put into a path must end neither the `<…>` of a `Link` field nor become the host of a reference.
    path = request.raw_path.replace("<", "%3C").replace(">", "%3E")
    path = f"/.{path}" if path.startswith("//") else path
    found: Links = {}
    for relation, chosen in parameters.items():
        kept = [
            (name, value)
            for name in dict.fromkeys(request.query_params)
            if name not in chosen
            for value in request.query_params.getlist(name)
        ]
        found[relation] = f"{path}?{urlencode([*kept, *chosen.items()])}"
    return found
