"""Robyn with sync handlers; Pydantic by its own support."""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from common import QUERY, SCENARIO, STATIC, Found, Item, ItemOut, Message, Order, make_pool, sessions
from pydantic import ValidationError
from robyn import Headers, Request, Response, Robyn

app = Robyn(__file__)
state: dict[str, Any] = {}
TEXT = {"content-type": "text/plain; charset=utf-8"}
JSON = {"content-type": "application/json"}

if SCENARIO.endswith("-orm"):
    state["sync"] = sessions()


def text(request: Request) -> str:
    return "Hello, World!"


app.get("/text")(text)
app.get("/middleware")(text)


@app.get("/json")
def message(request: Request) -> Response:
    return Response(200, Headers(JSON), Message(message="Hello, World!").model_dump_json())


@app.get("/items/:category/:name/:price")
def find(request: Request) -> Response:
    path, query = request.path_params, request.query_params
    found = Found(
        category=int(path["category"]),
        name=path["name"],
        price=float(path["price"]),
        page=int(query.get("page", "")),
        query=query.get("query", ""),
    )
    return Response(200, Headers(JSON), found.model_dump_json())


@app.post("/orders")
def order(request: Request) -> Response:
    try:
        found = Order.model_validate_json(request.body)
    except ValidationError as error:
        return Response(422, Headers(JSON), error.json())
    return Response(200, Headers(JSON), found.model_dump_json())


@app.post("/upload")
def upload(request: Request) -> str:
    return str(len(request.body))


if SCENARIO == "middleware":

    def mark(name: str) -> Any:
        def after(response: Response) -> Response:
            response.headers.set(name, "1")
            return response

        after.__name__ = name.replace("-", "_")
        return after

    for name in ("x-third", "x-second", "x-first"):
        app.after_request("/middleware")(mark(name))


@app.get("/postgres/:id")
async def row(request: Request) -> Response:
    if "pool" not in state:
        state["pool"] = await make_pool()
    record = await state["pool"].fetchrow(QUERY, int(request.path_params["id"]))
    item = ItemOut(id=record["id"], name=record["name"], quantity=record["quantity"])
    return Response(200, Headers(JSON), item.model_dump_json())


def row_session(request: Request) -> Response:
    with state["sync"]() as session:
        item = session.get_one(Item, int(request.path_params["id"]))
        found = ItemOut(id=item.id, name=item.name, quantity=item.quantity)
    return Response(200, Headers(JSON), found.model_dump_json())


app.get("/postgres/session/:id")(row_session)
app.get("/sqlite/session/:id")(row_session)
app.serve_directory(route="/static", directory_path=STATIC)

if __name__ == "__main__":
    app.start(host="127.0.0.1", port=int(os.environ["BENCH_PORT"]), _check_port=False)
