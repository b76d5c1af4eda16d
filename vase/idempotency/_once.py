"""A handler that runs once for each key."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from vase.di import Dependency, Depends
from vase.http import (
    Conflict,
    HTTPException,
    LateBody,
    Request,
    RequestValidationError,
    Response,
    UnprocessableContent,
)
from vase.idempotency._key import HEADER, REPLAYED_HEADER, fingerprint_of, read_key
from vase.idempotency._store import Answer, Claim, Held, Store, Verdict
from vase.urls import Guard, Idempotency, identity_text

__all__ = ["Once"]

logger = logging.getLogger("vase.idempotency")

type Respond = Callable[[Request], Awaitable[Response]]
type OnError = Callable[[Request, Exception], Response | Coroutine[Any, Any, Response]]

_CLAIM: Final = "vase.idempotency"
# They say that nothing was done, and that the same request may succeed another time.
_PASSING: Final = frozenset({400, 401, 403, 406, 408, 409, 412, 413, 415, 421, 425, 428, 429})


class _Replay(Exception):  # noqa: N818  # no error: the answer that was given before
    """Leaves the plan of the handler before the handler runs."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Once:
    """Runs the handler of one route once for each key, and gives its answer again to who asks again.

    Two parts: `dependency` runs behind the guard and takes the key for the client that the guard knows; the object
    itself is called around the handler and keeps its answer.

    Args:
        options: What the route says.
        route: The route by method and path; keys of one route are nothing to another.
        guard: Who knows the client, where the options name nobody.
        store: Keeps the keys.
    """

    def __init__(self, options: Idempotency, route: str, guard: Guard | None, store: Store) -> None:
        self._options = options
        self._route = route
        self._identify = options.identity or guard
        self._store = store
        self._running = set[asyncio.Task[Response]]()

    @property
    def dependency(self) -> Dependency:
        """What must run behind the guard: it takes the key, or ends the request."""
        if self._identify is None:

            async def claim(request: Request) -> None:
                await self._claim(request, "")

            return Dependency(claim)

        async def claim_for(request: Request, identity: Any = Depends(self._identify)) -> None:
            await self._claim(request, identity_text(identity))

        return Dependency(claim_for)

    def around(self, respond: Respond, on_error: OnError) -> Respond:
        """Return a function that calls the handler and keeps its answer, if the request has a key.

        Args:
            respond: Calls the handler, with `dependency` before it.
            on_error: Makes the answer to what the handler raises.
        """

        async def answer(request: Request, /) -> Response:
            if HEADER not in request.headers:
                return await respond(request)
            # A client that is cut off sends the request again; the handler must not be broken off meanwhile.
            task = asyncio.ensure_future(self._run(request, respond, on_error))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            return await asyncio.shield(task)

        return answer

    async def _run(self, request: Request, respond: Respond, on_error: OnError) -> Response:
        is_final = True
        try:
            response = await respond(request)
        except _Replay as replay:
            return replay.response
        except Exception as error:
            if _CLAIM not in request.state:
                raise
            made = on_error(request, error)
            response = made if isinstance(made, Response) else await made
            is_final = not isinstance(error, RequestValidationError) and response.status_code not in _PASSING
        except BaseException:
            if _CLAIM in request.state:
                await self._release(request.state[_CLAIM])
            raise
        claim: Claim = request.state[_CLAIM]
        if response.status_code >= 500 or not is_final:
            await self._release(claim)
        else:
            await self._keep(claim, response)
        return response

    async def _claim(self, request: Request, identity: str) -> None:
        options = self._options
        key = read_key(request, required=options.required)
        if key is None:
            return
        fingerprint = await fingerprint_of(request)
        found = await asyncio.to_thread(
            self._store.claim,
            self._route,
            identity,
            key,
            fingerprint,
            keep=options.keep,
            lease=options.lease,
        )
        if isinstance(found, Claim):
            request.state[_CLAIM] = found
        elif isinstance(found, Held):
            raise _refusal(found)
        else:
            raise _Replay(_replayed(found))

    async def _keep(self, claim: Claim, response: Response) -> None:
        body = response.body.body if isinstance(response.body, LateBody) else response.body
        body = body.encode() if isinstance(body, str) else body
        kept = Answer(response.status_code, tuple(response.raw_headers), body if isinstance(body, bytes) else None)
        try:
            if not await asyncio.to_thread(self._store.finish, claim, kept):
                logger.error("%s took longer than the lease of its key; it may have run twice", self._route)
        except Exception:
            # It is done, so the client is told so; only a repetition within the lease is still recognised.
            logger.exception("the answer of %s could not be kept for its key", self._route)

    async def _release(self, claim: Claim) -> None:
        try:
            await asyncio.to_thread(self._store.release, claim)
        except Exception:
            logger.exception("a key of %s could not be released; it is free when its lease ends", self._route)


def _refusal(held: Held) -> HTTPException:
    if held.verdict is Verdict.OTHER:
        detail = "this `Idempotency-Key` was used for a request with another body or path; take a new key"
        members = {"code": "idempotency.reused"}
        return UnprocessableContent(detail, title="Idempotency-Key is already used", members=dict(members))
    detail = "a request with this `Idempotency-Key` is being answered; ask again in a moment"
    members = {"code": "idempotency.running"}
    headers = {"retry-after": "1"}
    return Conflict(detail, title="A request is outstanding for this key", headers=headers, members=dict(members))


def _replayed(answer: Answer) -> Response:
    if answer.body is None:
        detail = "the request with this `Idempotency-Key` was done; its answer was streamed and is not kept"
        raise Conflict(detail, title="The answer is not kept", members={"code": "idempotency.not_kept"})
    response = Response(answer.body, answer.status)
    response.raw_headers = [*answer.headers, (REPLAYED_HEADER, "true")]
    return response
