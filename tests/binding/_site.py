"""One handler on the real core: planned, compiled, called through `Engine.handle`. For the tests of this room."""

import asyncio
import json as json_module
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from vase._core import Endpoint, Engine, Request
from vase.binding import Plan, PlanOptions, plan
from vase.di import Providers
from vase.http import FileBody, FormData, LateBody, QueryParams, Response, UploadFile, problem_response
from vase.loop import EventLoop
from vase.urls import compile_urls, path


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json_module.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def locations(self) -> list[list[str | int]]:
        """The locations of all faults of a 422."""
        return [fault["loc"] for fault in self.json["errors"]]

    @property
    def faults(self) -> list[tuple[str, str]]:
        """The path and type of all faults of a 422."""
        return [(fault["path"], fault["type"]) for fault in self.json["errors"]]


class _Hooks:
    response_class = Response
    file_body_class = FileBody
    late_body_class = LateBody
    query_params_class = QueryParams
    form_data_class = FormData
    upload_file_class = UploadFile
    app = None

    def __init__(self) -> None:
        self.raised: list[BaseException] = []

    @staticmethod
    def finish(late: LateBody) -> None:
        """No plan of these tests leaves anything to be done."""
        assert late.take() is None

    def on_error(self, request: Request, exception: BaseException) -> Response:
        self.raised.append(exception)
        return problem_response(exception, request, debug=False)

    @staticmethod
    def parse_json(body: bytes) -> object:
        return json_module.loads(body)

    @staticmethod
    async def pump(sender: Any, source: Any) -> None:
        try:
            async for piece in source:
                if not sender.push(piece):
                    await sender.drained()
        except Exception:  # noqa: BLE001  # printed, and the connection is told
            traceback.print_exc()
            sender.fail()
        else:
            sender.close()
        finally:
            close = getattr(source, "aclose", None)
            if close is not None:
                await close()


@dataclass(slots=True)
class Site:
    """A site of one handler.

    Args:
        handler: The handler.
        route: Its path.
        methods: Its methods.
        wrapped: Whether it is called as the innermost of a chain of middleware.
        options: What else the plan is told.
        config: What else the engine is told.
    """

    handler: Callable[..., Any]
    route: str = "/"
    methods: Sequence[str] = ("GET",)
    providers: Providers = field(default_factory=Providers)
    wrapped: bool = False
    options: PlanOptions = field(default_factory=PlanOptions)
    config: dict[str, Any] = field(default_factory=dict)
    plan: Plan = field(init=False)
    hooks: Any = field(init=False)
    calls: int = 0
    _runner: Any = None
    _engine: Any = None

    def __post_init__(self) -> None:
        table = compile_urls([path(self.route, self.handler, methods=self.methods)])
        assert not table.faults, table.faults
        (route,) = table.routes
        options: PlanOptions = {
            "path_parameters": route.parameters,
            "open_parameters": route.pattern.open_parameters,
            "methods": route.route.methods,
            **self.options,
        }
        self.plan = plan(self.handler, providers=self.providers, **options)
        for name, converter in self.plan.refinements.items():
            route = route.refine(name, converter)
        self.hooks = _Hooks()
        self._runner = asyncio.Runner(loop_factory=EventLoop)
        loop: Any = self._runner.get_loop()
        described = json_module.dumps([route.as_data()])
        self._engine = Engine(
            loop.reactor,
            config=json_module.dumps({"default_host_check": False, **self.config}),
            routes=described,
            endpoints=[self._endpoint(list(route.parameters))],
            hooks=self.hooks,
        )

    def _endpoint(self, parameters: list[str]) -> Endpoint:
        settings: Any = self.plan.endpoint_options()
        function = self.plan.callable
        if self.wrapped:
            function = self.plan.respond
            settings |= {"mode": "task", "arguments": (("request",),)}
        else:
            explain = self.plan.explain

            def counted(request: Request, known: BaseException | None) -> Any:
                self.calls += 1
                return explain(request, known)

            settings |= {"explain": counted}
        return Endpoint(function, parameters=parameters, route=self.route, **settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._engine = None
        self._runner.close()

    def send(
        self,
        target: str = "/",
        *,
        method: str | None = None,
        json: Any = ...,
        body: bytes = b"",
        headers: Sequence[tuple[str, str]] = (),
    ) -> Reply:
        """Send a request and return its answer."""
        fields = [("host", "testserver"), *headers]
        if json is not ...:
            body = json_module.dumps(json).encode()
            fields.append(("content-type", "application/json"))

        async def handle() -> Reply:
            answer = self._engine.handle(method or self.methods[0], target, fields, body)
            status, answered, content = await asyncio.wait_for(answer, 10)
            return Reply(status, dict(answered), content)

        reply: Reply = self._runner.run(handle())
        return reply


def send(handler: Callable[..., Any], target: str = "/", *, route: str = "/", **more: Any) -> Reply:
    """Send one request to a handler."""
    methods = more.pop("methods", ("POST",) if "json" in more or "body" in more else ("GET",))
    options = more.pop("options", {})
    providers = more.pop("providers", None) or Providers()
    with Site(handler, route, methods, providers, more.pop("wrapped", False), options) as site:
        return site.send(target, **more)
