"""The site that stands in for one that cannot start: every page says why, until a file changes."""

from vase.application import Vase
from vase.http import Request, Response, problem_response

__all__ = ["broken_site"]


def broken_site(error: BaseException) -> Vase:
    """Return an application that answers every request with the reason.

    Args:
        error: What building the site raised.
    """
    app = Vase(debug=True)

    async def explain(request: Request) -> Response:
        return problem_response(error, request, debug=True)

    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app.router.route("/", methods=methods)(explain)
    app.router.route("/{rest:path}", methods=methods)(explain)
    return app
