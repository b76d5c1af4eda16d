"""What routes say beyond their handlers, as parts of their calls: what runs before the handler, what stands around it.

A route that says nothing of the kind has an empty policy, and is called as if there were none.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from vase.binding import Plan
from vase.checks import CheckMessage, error
from vase.di import Dependency
from vase.http import EventSourceResponse, FileResponse, Request, Response, StreamingResponse
from vase.idempotency import Once, Store
from vase.urls import CompiledRoute, Public, auth_fault, idempotency_fault, idempotency_of

__all__ = ["Policy", "Services"]

type Respond = Callable[[Request], Awaitable[Response]]
type OnError = Callable[[Request, Exception], Response | Coroutine[Any, Any, Response]]


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
        self._route = route
        self._once: Once | None = None
        self.faults: list[CheckMessage] = []
        options = idempotency_of(route.route.idempotent)
        if options is None or idempotency_fault(options, route.route.methods) is not None:
            return  # nothing is said, or the URL conf has told what is wrong with it
        if services.keys is None:
            self._fault(
                "application.E007",
                f"{self._name} is idempotent, and there is no database to keep its keys in",
                'add `default` to `DATABASES`, or name a file: `IDEMPOTENCY_DATABASE = "sqlite:///keys.sqlite3"`',
            )
            return
        auth = route.route.auth
        guard = None if auth is None or isinstance(auth, Public) or auth_fault(auth) is not None else auth
        self._once = Once(options, self._name, guard, services.keys)

    @property
    def is_active(self) -> bool:
        """Whether something stands around the handler."""
        return self._once is not None

    @property
    def reads_body(self) -> bool:
        """Whether the body is to be read before the call."""
        return self._once is not None

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What runs behind the guard and before everything else."""
        return () if self._once is None else (self._once.dependency,)

    def around(self, respond: Respond, on_error: OnError) -> Respond:
        """Return the call of the handler with what stands around it."""
        return respond if self._once is None else self._once.around(respond, on_error)

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

    @property
    def _name(self) -> str:
        return f"{'/'.join(self._route.route.methods)} {self._route.path}"

    def _fault(self, code: str, message: str, hint: str) -> None:
        self.faults.append(error(code, message, hint=hint, place=self._route.route.place))
