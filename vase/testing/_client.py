"""The test client: `Engine.handle` is `serve` without the socket."""

import asyncio
import http.cookies
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack
from urllib.parse import quote, urlencode, urljoin, urlsplit

from pydantic_core import to_json

from vase._core import Engine
from vase.application import Vase
from vase.http import HTTPException
from vase.loop import AsyncioEventLoop, EventLoop, ServingLoop, loop_class
from vase.testing._multipart import FileContent, multipart
from vase.testing._response import TestResponse
from vase.testing._sockets import AsyncWebSocketSession, WebSocketDenialResponse, WebSocketSession
from vase.testing._streams import AsyncStreamedResponse, StreamedResponse

__all__ = ["AsyncClient", "Client"]

_ADDRESS = ("127.0.0.1", 50000)
_MOST_REDIRECTS = 20
_OF_ADDRESSES = "%/?:@!$&'()*+,;=~-._[]|"


class RequestOptions(TypedDict, total=False):
    """What may be said of a request besides method and URL.

    Attributes:
        params: The query, as a mapping or pairs; a sequence as a value repeats its name.
        headers: Header fields.
        json: A value that is sent as JSON.
        data: Form fields, sent urlencoded, or as parts beside files.
        files: Files of a form by field: `b"content"`, `("a.txt", b"content")` or `("a.txt", b"content", "text/plain")`;
            pairs in a list let a field repeat.
        content: The body as it is.
        follow_redirects: Whether redirects are followed; they are not when left out.
    """

    params: Mapping[str, Any] | Sequence[tuple[str, Any]]
    headers: Mapping[str, str]
    json: Any
    data: Mapping[str, Any]
    files: Mapping[str, FileContent] | Sequence[tuple[str, FileContent]]
    content: bytes | str
    follow_redirects: bool


class _Prepared:
    """A request as the engine takes it."""

    __slots__ = ("content", "headers", "method", "target")

    def __init__(self, method: str, target: str, headers: list[tuple[str, str]], content: bytes) -> None:
        self.method, self.target, self.headers, self.content = method, target, headers, content


class AsyncClient:
    """Sends requests through an application, on the running event loop.

    Args:
        app: The application.
        headers: Header fields that every request carries.
        raise_server_exceptions: Whether an exception that became a 500 is raised in the test.
    """

    def __init__(
        self, app: Vase, *, headers: Mapping[str, str] | None = None, raise_server_exceptions: bool = True
    ) -> None:
        self.app = app
        self.headers = {name.lower(): value for name, value in (headers or {}).items()}
        self.cookies: dict[str, str] = {}
        self._raises = raise_server_exceptions
        self._raised: list[BaseException] = []
        self._made = (app.providers.revision, app.engine(self._loop()))

    @property
    def python_calls(self) -> int:
        """How many requests of this client have reached Python."""
        return self._made[1].python_calls

    @property
    def _engine(self) -> Engine:
        """The engine; made anew when a test has changed a provider or an override."""
        revision = self.app.providers.revision
        if self._made[0] != revision:
            self._made = (revision, self.app.engine(self._loop()))
        return self._made[1]

    async def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a request and return its answer.

        Args:
            method: The method.
            url: A path, with or without a query, or a whole URL.
            **options: More of the request.
        """
        response = await self._send(self._prepare(method, url, options))
        if not options.get("follow_redirects"):
            return response
        for _ in range(_MOST_REDIRECTS):
            if response.status_code not in {301, 302, 303, 307, 308}:
                return response
            url = urljoin(url, response.headers["location"])
            options.pop("params", None)  # they were part of the address before
            if (response.status_code == 303 and method != "HEAD") or (
                response.status_code in {301, 302} and method == "POST"
            ):
                method, options = "GET", {"headers": options.get("headers", {})}
            response = await self._send(self._prepare(method, url, options))
        raise AssertionError(f"more than {_MOST_REDIRECTS} redirects, the last to {response.headers['location']}")

    async def get(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a GET."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a POST."""
        return await self.request("POST", url, **options)

    async def put(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a PUT."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a PATCH."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a DELETE."""
        return await self.request("DELETE", url, **options)

    async def head(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a HEAD."""
        return await self.request("HEAD", url, **options)

    async def options(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send an OPTIONS."""
        return await self.request("OPTIONS", url, **options)

    @asynccontextmanager
    async def stream(
        self, method: str, url: str, **options: Unpack[RequestOptions]
    ) -> AsyncIterator[AsyncStreamedResponse]:
        """Send a request and read its answer while it is made; the block's end is a client that leaves."""
        prepared = self._prepare(method, url, options)
        self._raised.clear()
        with self.app.hooks.observed(self._observe):
            status, headers, pieces = await self._engine.stream(
                prepared.method, prepared.target, prepared.headers, prepared.content, _ADDRESS
            )
            response = AsyncStreamedResponse(status, headers, pieces)
            try:
                yield response
            finally:
                await response.aclose()
        if self._raises and self._raised:
            raise self._raised[0]

    @asynccontextmanager
    async def websocket_connect(
        self, url: str, subprotocols: Sequence[str] = (), **options: Unpack[RequestOptions]
    ) -> AsyncIterator[AsyncWebSocketSession]:
        """Open a WebSocket; the block's end closes it.

        Args:
            url: A path, with or without a query.
            subprotocols: The protocols that the client speaks, the one it likes best first.
            **options: More of the handshake.

        Raises:
            WebSocketDenialResponse: The handshake was answered with something else.
        """
        prepared = self._prepare("GET", url, options)
        headers = list(prepared.headers)
        if subprotocols:
            headers.append(("sec-websocket-protocol", ", ".join(subprotocols)))
        self._raised.clear()
        with self.app.hooks.observed(self._observe):
            status, answered, content, raw = await self._engine.connect(prepared.target, headers, _ADDRESS)
            if self._raises and self._raised:
                raise self._raised[0]
            if raw is None:
                raise WebSocketDenialResponse(TestResponse(status, answered, content))
            session = AsyncWebSocketSession(answered, raw)
            try:
                yield session
            finally:
                await session.aclose()
        if self._raises and self._raised:
            raise self._raised[0]

    @staticmethod
    def _loop() -> ServingLoop:
        loop = asyncio.get_running_loop()
        if not isinstance(loop, EventLoop | AsyncioEventLoop):
            raise RuntimeError("the test client runs on `vase.loop.EventLoop`; take the `async_client` fixture")  # noqa: TRY004
        return loop

    def _observe(self, exception: BaseException) -> None:
        if not isinstance(exception, HTTPException):
            self._raised.append(exception)

    async def _send(self, prepared: _Prepared) -> TestResponse:
        self._raised.clear()
        with self.app.hooks.observed(self._observe):
            status, headers, content = await self._engine.handle(
                prepared.method, prepared.target, prepared.headers, prepared.content, _ADDRESS
            )
        await self.app.hooks.settled()
        if self._raises and self._raised:
            raise self._raised[0]
        for name, value in headers:
            if name == "set-cookie":
                self._keep_cookie(value)
        return TestResponse(status, headers, content)

    def _prepare(self, method: str, url: str, options: RequestOptions) -> _Prepared:
        parts = urlsplit(url)
        query = "&".join(filter(None, [parts.query, urlencode(options.get("params", ()), doseq=True)]))
        headers = dict(self.headers)
        headers.setdefault("host", parts.netloc or self.app.test_host)
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        content, media_type = _body(options)
        if media_type is not None:
            headers["content-type"] = media_type
        if content or method in {"POST", "PUT", "PATCH"}:
            headers["content-length"] = str(len(content))
        headers |= {name.lower(): value for name, value in options.get("headers", {}).items()}
        # What no address can hold is encoded as a browser does it; what is encoded already stays as it is.
        target = quote(parts.path or "/", safe=_OF_ADDRESSES) + (
            f"?{quote(query, safe=_OF_ADDRESSES)}" if query else ""
        )
        return _Prepared(method.upper(), target, list(headers.items()), content)

    def _keep_cookie(self, line: str) -> None:
        for name, morsel in http.cookies.SimpleCookie(line).items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value


async def _enter[T](manager: AbstractAsyncContextManager[T]) -> T:
    return await manager.__aenter__()


async def _leave(manager: AbstractAsyncContextManager[Any], error: BaseException | None) -> bool | None:
    if error is None:
        return await manager.__aexit__(None, None, None)
    return await manager.__aexit__(type(error), error, error.__traceback__)


def _body(options: RequestOptions) -> tuple[bytes, str | None]:
    if "json" in options:
        return to_json(options["json"]), "application/json"
    if "files" in options:
        return multipart(options.get("data", {}), options["files"])
    if "data" in options:
        return urlencode(options["data"], doseq=True).encode(), "application/x-www-form-urlencoded"
    content = options.get("content", b"")
    return (content.encode() if isinstance(content, str) else content), None


class Client:
    """The synchronous client: owns an event loop and runs it while a request is answered.

    As a context manager it also runs what the application does when it starts and stops.

    Args:
        app: The application.
        headers: Header fields that every request carries.
        raise_server_exceptions: Whether an exception that became a 500 is raised in the test.

    Example:
        >>> with Client(app) as client:
        ...     assert client.get("/").status_code == 200
    """

    def __init__(
        self, app: Vase, *, headers: Mapping[str, str] | None = None, raise_server_exceptions: bool = True
    ) -> None:
        self.app = app
        self._runner = asyncio.Runner(loop_factory=loop_class(app.settings.EVENT_LOOP))
        try:
            self._client = self._run(self._open(headers, raise_server_exceptions))
        except BaseException:
            self._runner.close()
            raise

    async def _open(self, headers: Mapping[str, str] | None, raises: bool) -> AsyncClient:  # noqa: FBT001
        return AsyncClient(self.app, headers=headers, raise_server_exceptions=raises)

    def _run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name, sent with every request."""
        return self._client.cookies

    @property
    def headers(self) -> dict[str, str]:
        """The header fields that every request carries, names in lower case."""
        return self._client.headers

    @property
    def python_calls(self) -> int:
        """How many requests of this client have reached Python."""
        return self._client.python_calls

    def request(self, method: str, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a request and return its answer; see `AsyncClient.request`."""
        return self._run(self._client.request(method, url, **options))

    def get(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a GET."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a POST."""
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a PUT."""
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a PATCH."""
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a DELETE."""
        return self.request("DELETE", url, **options)

    def head(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send a HEAD."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Unpack[RequestOptions]) -> TestResponse:
        """Send an OPTIONS."""
        return self.request("OPTIONS", url, **options)

    @contextmanager
    def stream(self, method: str, url: str, **options: Unpack[RequestOptions]) -> Iterator[StreamedResponse]:
        """Send a request and read its answer while it is made; see `AsyncClient.stream`."""
        with self._entered(self._client.stream(method, url, **options)) as response:
            yield StreamedResponse(response, self._run)

    @contextmanager
    def websocket_connect(
        self, url: str, subprotocols: Sequence[str] = (), **options: Unpack[RequestOptions]
    ) -> Iterator[WebSocketSession]:
        """Open a WebSocket; see `AsyncClient.websocket_connect`."""
        with self._entered(self._client.websocket_connect(url, subprotocols, **options)) as session:
            yield WebSocketSession(session, self._run)

    @contextmanager
    def _entered[T](self, manager: AbstractAsyncContextManager[T]) -> Iterator[T]:
        """Enter an asynchronous manager on the loop of the client."""
        value = self._run(_enter(manager))
        try:
            yield value
        except BaseException as error:
            if not self._run(_leave(manager, error)):
                raise
        else:
            self._run(_leave(manager, None))

    @contextmanager
    def lifespan(self) -> Iterator[Self]:
        """Run the application's start before the block and its stop after it."""
        self._run(self.app.startup())
        try:
            yield self
        finally:
            self._run(self.app.shutdown())

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    def __enter__(self) -> Self:
        self._run(self.app.startup())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._run(self.app.shutdown())
        finally:
            self.close()
