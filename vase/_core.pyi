"""The compiled core: the HTTP engine and its bridge to asyncio. Rooms enter it, users do not need to."""

from asyncio import Future
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from typing import Any, Literal, Protocol, Self, TypedDict, final, type_check_only

from typing_extensions import disjoint_base

from vase.http import FormData, QueryParams, Response

__all__ = [
    "Endpoint",
    "Engine",
    "FieldList",
    "Headers",
    "Pulse",
    "Reactor",
    "Request",
    "RequestBodyError",
    "Socket",
    "check_routes",
    "find_unfit_number",
]

class RequestBodyError(Exception):
    """The body of a request could not be read; `args` are the status that answers it, a code and a sentence."""

@final
class Pulse:
    """The loop's sign of life, readable from any thread."""

    @property
    def parked(self) -> bool: ...
    @property
    def beats(self) -> int: ...

@final
class Reactor:
    """Drives the core's runtime from asyncio's selector. One per loop, used on the loop's thread alone."""

    def __new__(cls, descriptor: int) -> Reactor: ...
    def bind(self, event_loop: object) -> None: ...
    def pulse(self) -> Pulse: ...
    def turn(self, timeout: float | None) -> bool: ...
    def close(self) -> None: ...

@disjoint_base
class FieldList:
    """A view over a list of `(name, value)`, names in lower case; `vase.http` makes mappings of it."""

    def __new__(cls, pairs: list[tuple[str, str]]) -> Self: ...
    @property
    def _pairs(self) -> list[tuple[str, str]]: ...
    def __getitem__(self, name: str, /) -> str: ...
    def __contains__(self, name: object, /) -> bool: ...
    def _set(self, name: str, value: str) -> None: ...

@final
class Headers:
    """The headers of a request: names in any case, values decoded as Latin-1 (RFC 9110 section 5.5)."""

    def __getitem__(self, name: str, /) -> str: ...
    def __contains__(self, name: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Any: ...
    def get(self, name: str, default: Any = None) -> Any: ...
    def getlist(self, name: str) -> list[str]: ...
    def keys(self) -> list[str]: ...
    def values(self) -> list[str]: ...
    def items(self) -> list[tuple[str, str]]: ...

@final
class Request:
    """An HTTP request. Its parts are made when they are asked for, and never change."""

    @property
    def method(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def raw_path(self) -> str: ...
    @property
    def query_string(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def client(self) -> tuple[str, int] | None: ...
    @property
    def http_version(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def app(self) -> Any: ...
    @property
    def route(self) -> str: ...
    @property
    def headers(self) -> Headers: ...
    @property
    def query_params(self) -> QueryParams: ...
    @property
    def path_params(self) -> dict[str, Any]: ...
    @property
    def cookies(self) -> dict[str, str]: ...
    @property
    def state(self) -> dict[str, Any]: ...
    def body(self) -> Awaitable[bytes]: ...
    def text(self) -> Awaitable[str]: ...
    def json(self) -> Awaitable[Any]: ...
    def form(self) -> Awaitable[FormData]: ...
    def stream(self) -> AsyncIterator[bytes]: ...

@type_check_only
class FormRules(TypedDict):
    """What becomes of the files of a form: the fields that are kept (None keeps all), and their largest sizes."""

    names: set[str] | None
    max_sizes: dict[str, int]

@final
class Socket:
    """One end of a WebSocket, before and after its handshake. It belongs to the loop's thread."""

    @property
    def subprotocols(self) -> list[str]: ...
    def accept(self, subprotocol: str | None = None) -> list[tuple[str, str]]: ...
    def refuse(self) -> None: ...
    def receive(self) -> Awaitable[str | bytes | None]: ...
    def send(self, message: str | bytes | bytearray | memoryview) -> bool | None: ...
    def drained(self) -> Future[None]: ...
    def ping(self, payload: bytes) -> bool: ...
    def close(self, code: int = 1000, reason: str = "") -> None: ...
    def closed(self) -> Future[None]: ...
    @property
    def close_code(self) -> int | None: ...
    @property
    def close_reason(self) -> str | None: ...

@final
class Endpoint:
    """A handler and the plan of its call.

    Args:
        handler: The callable.
        mode: `inline` is called in place; `coroutine` is an `async def` that cannot suspend, driven without a task;
            `task` is any other `async def`; `thread` is a `def`, called in the pool.
        arguments: Where each positional argument comes from; see `vase.binding`.
        encode: Makes bytes (JSON) or a `Response` of what is neither text, bytes, None nor a `Response`.
        explain: An async function that binds the slow, complete way: of the request, and of what the reader of its
            JSON body has raised, if that is why.
        status: The status of a plain answer.
        collects: Whether the body is read before the call.
        form: What becomes of the files of a form; left out, all are kept.
        takes_text: Whether text and bytes are answers as they are; `encode` judges them otherwise.
        takes_none: Whether `None` is an answer.
        name: What logs and errors call the handler.
        route: The pattern of the route.
        parameters: The names of the path's parameters, in order.
    """

    def __new__(
        cls,
        handler: Callable[..., object],
        *,
        mode: Literal["inline", "coroutine", "task", "thread"],
        arguments: Sequence[tuple[Any, ...]] | None = None,
        encode: Callable[[Any], bytes | Response] | None = None,
        explain: Callable[[Request, BaseException | None], Coroutine[Any, Any, object]] | None = None,
        status: int | None = None,
        collects: bool = False,
        form: FormRules | None = None,
        takes_text: bool = True,
        takes_none: bool = True,
        name: str = ...,
        route: str = ...,
        parameters: Sequence[str] = ...,
    ) -> Endpoint: ...

class _Hooks(Protocol):
    @property
    def app(self) -> object: ...
    @property
    def response_class(self) -> type[Response]: ...
    @property
    def file_body_class(self) -> type[object]: ...
    @property
    def query_params_class(self) -> type[object]: ...
    @property
    def form_data_class(self) -> type[object]: ...
    @property
    def upload_file_class(self) -> type[object]: ...
    @property
    def on_error(self) -> Callable[[Request, BaseException], Response | Coroutine[Any, Any, Response]]: ...
    @property
    def pump(self) -> Callable[..., Coroutine[Any, Any, None]]: ...
    @property
    def parse_json(self) -> Callable[[bytes], object]: ...

@final
class Engine:
    """An application as the core sees it: its routes and layers, ready for sockets or single requests."""

    def __new__(
        cls,
        reactor: Reactor,
        *,
        config: str,
        routes: str,
        endpoints: Sequence[Endpoint],
        hooks: _Hooks,
        threads_max: int = 40,
        access_log: bool = False,
    ) -> Engine: ...
    @property
    def python_calls(self) -> int: ...
    @property
    def connections(self) -> int: ...
    def metrics(self) -> str: ...
    def serve(self, descriptor: int) -> None: ...
    def stop_accepting(self) -> None: ...
    def drain(self, grace: float) -> Awaitable[None]: ...
    def handle(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        client: tuple[str, int] | None = None,
    ) -> Awaitable[tuple[int, list[tuple[str, str]], bytes]]: ...
    def stream(
        self,
        method: str,
        target: str,
        headers: Sequence[tuple[str, str]],
        body: bytes,
        client: tuple[str, int] | None = None,
    ) -> Awaitable[tuple[int, list[tuple[str, str]], AsyncIterator[bytes]]]: ...
    def connect(
        self,
        target: str,
        headers: Sequence[tuple[str, str]],
        client: tuple[str, int] | None = None,
    ) -> Awaitable[tuple[int, list[tuple[str, str]], bytes, Socket | None]]: ...

def check_routes(routes: str) -> list[tuple[int, str]]:
    """Return what is wrong with a list of routes: pairs of a route's id and a sentence."""

def find_unfit_number(text: bytes, *, integers: bool) -> int | None:
    """Return the place of the first number of a JSON text that no float holds: `NaN`, `-Infinity`, `1e999`.

    Args:
        text: The text, JSON or not.
        integers: Whether an integer of more than 308 digits counts as well.
    """
