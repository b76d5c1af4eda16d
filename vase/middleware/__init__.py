"""What every request passes on its way to a handler.

    # a function; it may change the request's `state`, answer early, or change the answer
    async def add_header(request: Request, call_next: CallNext) -> Response:
        response = await call_next(request)
        response.headers["x-powered-by"] = "curiosity"
        return response

    # a class; made once, when the application starts
    class Timing:
        def __init__(self, call_next: CallNext) -> None:
            self.call_next = call_next

        async def __call__(self, request: Request) -> Response:
            return await self.call_next(request)

`MIDDLEWARE` lists dotted names, outermost first: first the layers of the engine (`vase.middleware.request_id` and its
neighbours, configured by settings), then middleware of Python for all routes. Routers, controllers and routes add their
own inside of that, in this order.
Codes: `middleware.E001` to `middleware.E005`.
"""

from vase.middleware._chain import CallNext, Middleware, MiddlewareForm, answering, compose, form_of, passes_on
from vase.middleware._errors import MiddlewareError
from vase.middleware._split import LAYERS, SplitMiddleware, split

__all__ = [
    "LAYERS",
    "CallNext",
    "Middleware",
    "MiddlewareError",
    "MiddlewareForm",
    "SplitMiddleware",
    "answering",
    "compose",
    "form_of",
    "passes_on",
    "split",
]
