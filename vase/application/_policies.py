"""What routes say beyond their handlers, as parts of their calls: what runs before the handler, what stands around it.

A route that says nothing of the kind has an empty policy, and is called as if there were none.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from vase import _core
from vase.binding import Plan
from vase.checks import CheckMessage, error
from vase.di import Dependency, Depends
from vase.http import (
    EventSourceResponse,
    FileResponse,
    Request,
    Response,
    StreamingResponse,
    TooManyRequests,
    check_conditions,
    conditional,
    negotiate,
)
from vase.idempotency import Once, Store
from vase.urls import (
    CompiledRoute,
    Guard,
    Public,
    Renderer,
    Route,
    Throttle,
    auth_fault,
    idempotency_fault,
    idempotency_of,
    identity_text,
    mark_inline,
    offers_of,
    throttle_of,
)

__all__ = ["Policy", "Services", "throttling"]

type Respond = Callable[[Request], Awaitable[Response]]
type OnError = Callable[[Request, Exception], Response | Coroutine[Any, Any, Response]]

_VALIDATORS: Final = "vase.validators"
_READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Services:
    """What the policies of an application share.

    Args:
        keys: Keeps the keys of idempotent routes; None when there is no database for them.
    """

    keys: Store | None


class Policy:
    """The policy of one route.

    Args:
        route: The route.
        services: What all policies share.
    """

    def __init__(self, route: CompiledRoute, services: Services) -> None:
        self._compiled, self._route = route, route.route
        self.faults: list[CheckMessage] = []
        self._once = self._idempotency(services)
        etag = self._route.etag
        self._hashed: Literal["strong", "weak"] | None = (
            "strong" if etag is True else "weak" if etag == "weak" else None
        )
        self._is_checked = callable(etag) or callable(self._route.last_modified)
        self._offers = offers_of(self._route.produces)

    @property
    def is_active(self) -> bool:
        """Whether something stands around the handler."""
        return bool(self._once or self._hashed or self._is_checked or self._offers)

    @property
    def may_wait(self) -> bool:
        """Whether that may have to wait for something else than the handler."""
        return self._once is not None

    @property
    def reads_body(self) -> bool:
        """Whether the body is to be read before the call."""
        return self._once is not None

    @property
    def renderers(self) -> Mapping[str, Renderer | None]:
        """What writes a value in each media type of the route."""
        produces = self._route.produces
        return produces if isinstance(produces, Mapping) else dict.fromkeys(self._offers)

    @property
    def before(self) -> tuple[Dependency, ...]:
        """What runs behind the guard and before the dependencies of the route."""
        found = [*throttling(self._route)]
        if self._offers:
            found.append(_negotiating(self._offers))
        if self._once is not None:
            found.append(self._once.dependency)
        return tuple(found)

    @property
    def after(self) -> tuple[Dependency, ...]:
        """What runs behind the dependencies of the route, and before the handler's own parameters are read."""
        if not self._is_checked:
            return ()
        etag = self._route.etag if callable(self._route.etag) else _nothing
        modified = self._route.last_modified if callable(self._route.last_modified) else _nothing
        return (_conditioning(etag, modified, required=bool(self._route.precondition_required)),)

    def around(self, respond: Respond, on_error: OnError) -> Respond:
        """Return the call of the handler with what keeps its answer around it."""
        return respond if self._once is None else self._once.around(respond, on_error)

    def finishing(self, respond: Respond) -> Respond:
        """Return a call that always answers with what changes its answers around it."""
        if not (self._hashed or self._is_checked or self._offers):
            return respond
        hashed, is_negotiated = self._hashed, bool(self._offers)

        async def finish(request: Request, /) -> Response:
            response = await respond(request)
            if is_negotiated:
                response.headers.vary("accept")
            if request.method not in _READING:
                return response
            for name, value in request.state.get(_VALIDATORS, {}).items():
                response.headers.setdefault(name, value)
            body = response.body
            conditional(request, response, hashed=hashed)
            if response.status_code == 304 and hasattr(body, "aclose"):
                await body.aclose()
            return response

        return finish

    def check(self, plan: Plan) -> None:
        """Look for what the handler promises and the policy cannot do."""
        promised = plan.answer.annotation
        streams = (EventSourceResponse, FileResponse, StreamingResponse)
        if self._once is not None and isinstance(promised, type) and issubclass(promised, streams):
            self._fault(
                "application.E008",
                f"{self._name} is idempotent, and its answer, a `{promised.__name__}`, cannot be kept",
                "return a value or a `Response` whose body is there at once, like a link to the file",
            )

    def _idempotency(self, services: Services) -> Once | None:
        options = idempotency_of(self._route.idempotent)
        if options is None or idempotency_fault(options, self._route.methods) is not None:
            return None  # nothing is said, or the URL conf has told what is wrong with it
        if services.keys is None:
            self._fault(
                "application.E007",
                f"{self._name} is idempotent, and there is no database to keep its keys in",
                'add `default` to `DATABASES`, or name a file: `IDEMPOTENCY_DATABASE = "sqlite:///keys.sqlite3"`',
            )
            return None
        return Once(options, self._name, _guard_of(self._route), services.keys)

    @property
    def _name(self) -> str:
        return f"{'/'.join(self._route.methods)} {self._compiled.path}"

    def _fault(self, code: str, message: str, hint: str) -> None:
        self.faults.append(error(code, message, hint=hint, place=self._route.place))


def throttling(route: Route) -> tuple[Dependency, ...]:
    """Return what counts the requests of a route behind its guard; none where the core counts them, or nobody."""
    throttle = throttle_of(route.throttle)
    if throttle is None or throttle.by == "address" or not throttle.pairs:
        return ()
    return (_throttling(throttle, _guard_of(route)),)


def _guard_of(route: Route) -> Guard | None:
    auth = route.auth
    return None if auth is None or isinstance(auth, Public) or auth_fault(auth) is not None else auth


@mark_inline
def _nothing() -> None:
    """Stand for a version that the route does not name."""


def _throttling(throttle: Throttle, guard: Guard | None) -> Dependency:
    identify = throttle.by if callable(throttle.by) else guard
    count = _core.Throttle(throttle.pairs, throttle.max_clients)

    @mark_inline
    def take(request: Request, identity: Any = Depends(identify)) -> None:
        named = identity_text(identity)
        client = f"identity {named}" if named else f"address {request.client[0] if request.client else ''}"
        refused = count.take(client)
        if refused is not None:
            detail = "too many requests from this client to this route"
            raise TooManyRequests(detail, headers=dict(refused), members={"code": "throttle.exceeded"})

    return Dependency(take)


def _negotiating(offers: tuple[str, ...]) -> Dependency:
    @mark_inline
    def choose(request: Request) -> None:
        negotiate(request, *offers)

    return Dependency(choose)


def _conditioning(etag: Callable[..., Any], modified: Callable[..., Any], *, required: bool) -> Dependency:
    @mark_inline
    def check(request: Request, tag: Any = Depends(etag), moment: Any = Depends(modified)) -> None:
        named = str(tag) if isinstance(tag, int) else tag
        request.state[_VALIDATORS] = check_conditions(request, etag=named, last_modified=moment, required=required)

    return Dependency(check)
