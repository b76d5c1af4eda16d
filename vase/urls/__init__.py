"""URL confs: paths, includes, converters, names and the way back.

    from vase.urls import include, path

    urlpatterns = [
        path("", home, name="home"),
        path("articles/<slug:slug>", show_article, name="article"),
        path("shop/", include("shop.urls", namespace="shop")),
    ]

`<int:id>` and `{id:int}` are the same. Prefix and path are written one after the other, as in Django; of two slashes
that meet, one stays. Overlapping paths answer in the order in which they are declared.
`mount("legacy/", flask_app)` puts a whole ASGI or WSGI application under a prefix.
`compile_urls` makes one flat table of all that, and a list of everything that is wrong with it: `urls.E001` to
`urls.E014`, `urls.E030`, `urls.E031`, `urls.E040`, `urls.W001`, `urls.W002`. `URLResolver.reverse` raises
`NoReverseMatch` (`urls.E015` to `urls.E017`); `WrittenReversals` finds calls that would, before they run.
Settings read by the application for this room: `ROOT_URLCONF`, `APPEND_SLASH`.
"""

from vase.urls._compile import CompiledMount, CompiledRoute, URLTable, compile_urls
from vase.urls._converters import Converter, ConverterTable, CustomConverter, choice_converter, converter_for
from vase.urls._deprecation import Deprecation
from vase.urls._errors import ConverterError, NoReverseMatch, URLError
from vase.urls._guards import (
    Auth,
    Guard,
    GuardInfo,
    Public,
    auth_fault,
    auth_label,
    guard,
    guard_info,
    guarding,
    public,
)
from vase.urls._idempotency import SAFE_METHODS, Idempotency, Idempotent, idempotency_fault, idempotency_of
from vase.urls._identity import identity_text
from vase.urls._inline import is_inline, mark_inline
from vase.urls._mounted import Interface, MountedApp, mount
from vase.urls._pattern import LiteralSegment, ParameterSegment, PathPattern, PatternFault, Segment, parse_pattern
from vase.urls._representations import Produced, Renderer, Tagged, offers_of
from vase.urls._resolver import URLResolver
from vase.urls._route import (
    ExceptionHandlers,
    Handler,
    Include,
    Mount,
    MountOptions,
    Route,
    RouteOptions,
    RouteSource,
    URLPattern,
    Versions,
    include,
    path,
)
from vase.urls._sockets import SOCKET_METHOD, Listener, is_socket_class, takes_socket
from vase.urls._throttle import Throttle, Throttled, throttle_fault, throttle_of
from vase.urls._written import WrittenReversals

__all__ = [
    "SAFE_METHODS",
    "SOCKET_METHOD",
    "Auth",
    "CompiledMount",
    "CompiledRoute",
    "Converter",
    "ConverterError",
    "ConverterTable",
    "CustomConverter",
    "Deprecation",
    "ExceptionHandlers",
    "Guard",
    "GuardInfo",
    "Handler",
    "Idempotency",
    "Idempotent",
    "Include",
    "Interface",
    "Listener",
    "LiteralSegment",
    "Mount",
    "MountOptions",
    "MountedApp",
    "NoReverseMatch",
    "ParameterSegment",
    "PathPattern",
    "PatternFault",
    "Produced",
    "Public",
    "Renderer",
    "Route",
    "RouteOptions",
    "RouteSource",
    "Segment",
    "Tagged",
    "Throttle",
    "Throttled",
    "URLError",
    "URLPattern",
    "URLResolver",
    "URLTable",
    "Versions",
    "WrittenReversals",
    "auth_fault",
    "auth_label",
    "choice_converter",
    "compile_urls",
    "converter_for",
    "guard",
    "guard_info",
    "guarding",
    "idempotency_fault",
    "idempotency_of",
    "identity_text",
    "include",
    "is_inline",
    "is_socket_class",
    "mark_inline",
    "mount",
    "offers_of",
    "parse_pattern",
    "path",
    "public",
    "takes_socket",
    "throttle_fault",
    "throttle_of",
]
