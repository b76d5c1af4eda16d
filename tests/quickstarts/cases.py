"""The quickstarts of other frameworks: where they are documented, how long they are there, and what is asked of them.

The programs are in the folders beside this file: `hello_original.py` on the framework, written for this comparison in
the way its documentation shows, and `hello.py` on Vase. Neither is longer than it has to be, and no original is longer
than the program of the documentation where that has a whole one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

__all__ = ["QUICKSTARTS", "Ask", "Quickstart", "Talk"]


@dataclass(frozen=True)
class Ask:
    """One request, and how the two answers may differ.

    Args:
        method: The method.
        url: The path and query.
        options: What the test clients are told besides.
        status: The status of the original's answer.
        ours: The status of Vase's answer, where it is another one.
        reason: Why it is another one.
    """

    method: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    ours: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Talk:
    """A conversation over a WebSocket: what is sent, as JSON or as text."""

    url: str
    messages: tuple[Any, ...]


@dataclass(frozen=True)
class Quickstart:
    """A program and its original.

    Args:
        framework: The folder.
        topic: The name of the files.
        source: The page or file that documents it.
        version: The version of that page.
        documented: Its lines of code and tokens there, where the page has a whole program.
        asks: What is asked of both programs.
    """

    framework: str
    topic: str
    source: str
    version: str
    documented: tuple[int, int] | None
    asks: tuple[Ask | Talk, ...]


FLASK: Final = ("https://github.com/pallets/flask/blob/3.1.3/docs/quickstart.rst", "3.1.3")
FASTAPI: Final = ("https://github.com/fastapi/fastapi/blob/0.141.1/docs_src/", "0.141.1")
STARLETTE: Final = ("https://github.com/encode/starlette/blob/0.47.3/docs/", "0.47.3")
LITESTAR: Final = ("https://github.com/litestar-org/litestar/blob/v2.24.0/docs/examples/", "2.24.0")
NINJA: Final = ("https://github.com/vitalik/django-ninja/blob/v1.6.3/docs/", "1.6.3")

FORM: Final = {"data": {"username": "ada", "password": "secret"}}
FILE: Final = ("a.txt", b"some text", "text/plain")
NO_PATH: Final = "a path whose parameter cannot be converted leads nowhere, as in Django"
NOT_GUESSED: Final = "a value that does not fit is told, not replaced by the default"
UNPROCESSABLE: Final = "what does not fit is 422, whatever part of the request it is in"

QUICKSTARTS: Final = (
    Quickstart("flask", "hello", f"{FLASK[0]}#a-minimal-application", FLASK[1], (5, 24), (Ask("GET", "/"),)),
    Quickstart(
        "flask",
        "parameters",
        f"{FLASK[0]}#variable-rules",
        FLASK[1],
        None,
        (
            Ask("GET", "/post/3"),
            Ask("GET", "/post/3?page=2"),
            Ask("GET", "/post/x", status=404),
            Ask("GET", "/post/3?page=x", ours=422, reason=NOT_GUESSED),
        ),
    ),
    Quickstart(
        "flask",
        "body",
        f"{FLASK[0]}#apis-with-json",
        FLASK[1],
        None,
        (
            Ask("POST", "/users", {"json": {"name": "ada"}}, 201),
            Ask("POST", "/users", {"content": b"name=ada", "headers": {"content-type": "text/plain"}}, 415),
        ),
    ),
    Quickstart(
        "flask",
        "form",
        f"{FLASK[0]}#the-request-object",
        FLASK[1],
        None,
        (Ask("POST", "/login", FORM), Ask("POST", "/login", {"data": {}}, 400, 422, UNPROCESSABLE)),
    ),
    Quickstart(
        "flask",
        "file",
        f"{FLASK[0]}#file-uploads",
        FLASK[1],
        None,
        (
            Ask("POST", "/upload", {"files": {"image": FILE}}),
            Ask("POST", "/upload", {"files": {"other": FILE}}, 400, 422, UNPROCESSABLE),
        ),
    ),
    Quickstart(
        "fastapi",
        "hello",
        f"{FASTAPI[0]}first_steps/tutorial001_py310.py",
        FASTAPI[1],
        (5, 28),
        (Ask("GET", "/"), Ask("GET", "/nothing", status=404), Ask("POST", "/", status=405)),
    ),
    Quickstart(
        "fastapi",
        "parameters",
        f"{FASTAPI[0]}query_params/tutorial003_py310.py",
        FASTAPI[1],
        (12, 75),
        (
            Ask("GET", "/items/3"),
            Ask("GET", "/items/3?q=x&short=yes"),
            Ask("GET", "/items/3?short=perhaps", status=422),
            Ask("GET", "/items/three", status=422, ours=404, reason=NO_PATH),
        ),
    ),
    Quickstart(
        "fastapi",
        "body",
        f"{FASTAPI[0]}body/tutorial001_py310.py",
        FASTAPI[1],
        (11, 57),
        (
            Ask("POST", "/items/", {"json": {"name": "lamp", "price": 2.5}}),
            Ask("POST", "/items/", {"json": {"name": "lamp", "price": 2, "tax": 1}}),
            Ask("POST", "/items/", {"json": {"price": "much"}}, 422),
        ),
    ),
    Quickstart(
        "fastapi",
        "form",
        f"{FASTAPI[0]}request_forms/tutorial001_an_py310.py",
        FASTAPI[1],
        (6, 55),
        (Ask("POST", "/login/", FORM), Ask("POST", "/login/", {"data": {"username": "ada"}}, 422)),
    ),
    Quickstart(
        "fastapi",
        "file",
        f"{FASTAPI[0]}request_files/tutorial001_an_py310.py",
        FASTAPI[1],
        (9, 73),
        (
            Ask("POST", "/files/", {"files": {"file": FILE}}),
            Ask("POST", "/uploadfile/", {"files": {"file": FILE}}),
            Ask("POST", "/uploadfile/", {"files": {"other": FILE}}, 422),
        ),
    ),
    Quickstart(
        "fastapi",
        "dependency",
        f"{FASTAPI[0]}dependencies/tutorial001_an_py310.py",
        FASTAPI[1],
        (11, 106),
        (
            Ask("GET", "/items/"),
            Ask("GET", "/items/?q=x&skip=3"),
            Ask("GET", "/items/?skip=x", status=422),
        ),
    ),
    Quickstart(
        "fastapi",
        "websocket",
        f"{FASTAPI[0]}websockets_/tutorial001_py310.py",
        FASTAPI[1],
        (45, 83),
        (Talk("/ws", ("one", "two")),),
    ),
    Quickstart(
        "starlette",
        "hello",
        f"{STARLETTE[0]}index.md#example",
        STARLETTE[1],
        (8, 54),
        (Ask("GET", "/"), Ask("GET", "/nothing", status=404), Ask("POST", "/", status=405)),
    ),
    Quickstart(
        "starlette",
        "parameters",
        f"{STARLETTE[0]}routing.md#path-parameters",
        STARLETTE[1],
        None,
        (Ask("GET", "/users/3"), Ask("GET", "/users/3?q=x"), Ask("GET", "/users/x", status=404)),
    ),
    Quickstart(
        "starlette",
        "body",
        f"{STARLETTE[0]}requests.md#body",
        STARLETTE[1],
        None,
        (Ask("POST", "/items", {"json": {"name": "lamp"}}, 201),),
    ),
    Quickstart(
        "starlette",
        "form",
        f"{STARLETTE[0]}requests.md#request-files",
        STARLETTE[1],
        None,
        (Ask("POST", "/login", FORM),),
    ),
    Quickstart(
        "starlette",
        "file",
        f"{STARLETTE[0]}requests.md#request-files",
        STARLETTE[1],
        None,
        (Ask("POST", "/upload", {"files": {"image": FILE}}),),
    ),
    Quickstart(
        "starlette",
        "websocket",
        f"{STARLETTE[0]}websockets.md#iterating-data",
        STARLETTE[1],
        None,
        (Talk("/ws", ("one", "two")),),
    ),
    Quickstart("litestar", "hello", f"{LITESTAR[0]}hello_world.py", LITESTAR[1], (7, 45), (Ask("GET", "/"),)),
    Quickstart(
        "litestar",
        "parameters",
        f"{LITESTAR[0]}parameters/query_params.py",
        LITESTAR[1],
        (7, 59),
        (Ask("GET", "/users/3"), Ask("GET", "/users/3?greeting=Hi"), Ask("GET", "/users/x", status=404)),
    ),
    Quickstart(
        "litestar",
        "body",
        f"{LITESTAR[0]}request_data/request_data_2.py",
        LITESTAR[1],
        (10, 51),
        (
            Ask("POST", "/users", {"json": {"id": 3, "name": "ada"}}, 201),
            Ask("POST", "/users", {"json": {"id": 3}}, 400, 422, UNPROCESSABLE),
        ),
    ),
    Quickstart(
        "litestar",
        "form",
        f"{LITESTAR[0]}request_data/request_data_4.py",
        LITESTAR[1],
        (11, 60),
        (
            Ask("POST", "/users", {"data": {"id": 3, "name": "ada"}}, 201),
            Ask("POST", "/users", {"data": {"id": 3}}, 400, 422, UNPROCESSABLE),
        ),
    ),
    Quickstart(
        "litestar",
        "file",
        f"{LITESTAR[0]}request_data/request_data_6.py",
        LITESTAR[1],
        (9, 83),
        (Ask("POST", "/", {"files": {"data": FILE}}, 201),),
    ),
    Quickstart(
        "litestar",
        "dependency",
        f"{LITESTAR[0]}dependency_injection/dependency_yield_simple.py",
        LITESTAR[1],
        (14, 108),
        (Ask("GET", "/items"), Ask("GET", "/items?skip=3")),
    ),
    Quickstart(
        "litestar",
        "websocket",
        f"{LITESTAR[0]}websockets/receive_json.py",
        LITESTAR[1],
        (6, 46),
        (Talk("/ws", ({"message": "one"}, {"message": "two"})),),
    ),
    Quickstart("ninja", "hello", f"{NINJA[0]}src/index001.py", NINJA[1], (11, 74), (Ask("GET", "/api/hello"),)),
    Quickstart(
        "ninja",
        "parameters",
        f"{NINJA[0]}src/index001.py",
        NINJA[1],
        (11, 74),
        (
            Ask("GET", "/api/add/3"),
            Ask("GET", "/api/add/3?b=4"),
            Ask("GET", "/api/add/3?b=x", status=422),
            Ask("GET", "/api/add/x", status=422, ours=404, reason=NO_PATH),
        ),
    ),
    Quickstart(
        "ninja",
        "body",
        f"{NINJA[0]}src/tutorial/body/code01.py",
        NINJA[1],
        None,
        (
            Ask("POST", "/api/items", {"json": {"name": "lamp", "price": 2.5}}),
            Ask("POST", "/api/items", {"json": {"name": "lamp"}}, 422),
        ),
    ),
    Quickstart(
        "ninja",
        "form",
        f"{NINJA[0]}docs/guides/input/form-params.md",
        NINJA[1],
        None,
        (Ask("POST", "/api/login", FORM), Ask("POST", "/api/login", {"data": {"username": "ada"}}, 422)),
    ),
    Quickstart(
        "ninja",
        "file",
        f"{NINJA[0]}docs/guides/input/file-params.md",
        NINJA[1],
        None,
        (
            Ask("POST", "/api/upload", {"files": {"file": FILE}}),
            Ask("POST", "/api/upload", {"files": {"other": FILE}}, 422),
        ),
    ),
)
"""Each pair of programs."""
