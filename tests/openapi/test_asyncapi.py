"""The document of sockets and events, in the words of AsyncAPI 3; the official schema of AsyncAPI agrees."""

import gzip
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from vase import (
    Controller,
    Depends,
    EventSourceResponse,
    Header,
    Query,
    ServerSentEvent,
    Vase,
    WebSocket,
    guard,
    public,
)
from vase.http import Unauthorized
from vase.views import websocket, websocket_listener

type Validate = Callable[[dict[str, Any]], list[str]]


class Point(BaseModel):
    x: int
    y: int


class Say(BaseModel):
    """Something is said."""

    kind: Literal["say"]
    text: str = Field(max_length=80)
    at: tuple[int, str]


class Draw(BaseModel):
    kind: Literal["draw"]
    points: list[Point]
    color: str = "black"


class Line(BaseModel):
    who: str
    drawn: Annotated[Say | Draw, Field(discriminator="kind")] | None = None


@dataclass
class Price:
    lamp: str
    price: float


type Incoming = Annotated[Say | Draw, Field(discriminator="kind")]


async def member(authorization: Annotated[str | None, Header()] = None) -> str:
    """Return who it is."""
    if authorization is None:
        raise Unauthorized("who are you?")
    return authorization


@guard(scheme="basic", name="till")
async def till(authorization: Annotated[str | None, Header()] = None) -> str | None:
    return authorization


async def key(x_key: Annotated[str | None, Header()] = None) -> str | None:
    return x_key


class Room(Controller):
    prefix = "/room"

    @websocket("/", auth=till)
    async def talk(self, socket: WebSocket[str, bytes]) -> None: ...

    @websocket_listener("/echo", auth=key)
    async def echo(self, data: Say) -> None: ...


def make_site() -> Vase:
    app = Vase(
        settings={
            "API_TITLE": "Lamps",
            "API_VERSION": "1.2",
            "API_DESCRIPTION": "What goes on.",
            "API_SERVERS": ["https://shop.example/v1", "http://localhost:8000"],
        }
    )

    @app.websocket("/rooms/<room>/", auth=member, tags=["rooms"])
    async def rooms(
        room: Literal["blue", "green"],
        socket: WebSocket[Incoming, Line],
        name: Annotated[str, Query(description="Who it is.", max_length=9)],
        who: Annotated[str, Depends(member)],
        x_trace: Annotated[int, Header()] = 0,
    ) -> None:
        """Talk in a room.

        Everybody hears it.
        """

    @app.websocket("/plain", auth=public)
    async def plain(socket: WebSocket) -> None: ...

    @app.websocket("/hidden", include_in_schema=False)
    async def hidden(socket: WebSocket[Say]) -> None: ...

    @app.websocket_listener("/sum")
    async def total(data: list[int]) -> int | None: ...

    @app.get("/prices/{lamp}")
    async def prices(
        lamp: str, limit: int = 3
    ) -> AsyncIterator[ServerSentEvent[Price] | ServerSentEvent[Say] | ServerSentEvent[str]]:
        """Tell the prices as they change."""
        yield ServerSentEvent(Price(lamp, limit))

    @app.get("/board")
    async def board() -> AsyncIterator[
        ServerSentEvent[Price, Literal["price"]]
        | ServerSentEvent[Say | Price, Literal["said"]]
        | ServerSentEvent[int, Literal["lamp up", "lamp down"]]
        | ServerSentEvent[Any, Literal["else"]]
    ]:
        yield ServerSentEvent[Price, Literal["price"]](Price("tall", 3), event="price")

    @app.post("/ticks", summary="Ticks")
    def ticks() -> Iterator[ServerSentEvent]:
        yield ServerSentEvent(3)

    @app.get("/log", deprecated=True)
    async def log() -> EventSourceResponse:
        return EventSourceResponse([])

    @app.get("/page")
    async def page() -> str:
        return ""

    app.include(Room)
    assert app.check() == []
    return app


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return make_site().asyncapi()


@pytest.fixture(scope="module")
def validate() -> Validate:
    file = Path(__file__).parent / "data" / "asyncapi-3.0.0.json.gz"
    validator = jsonschema.Draft7Validator(json.loads(gzip.decompress(file.read_bytes())))
    return lambda document: [error.message for error in validator.iter_errors(document)]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def found(document: dict[str, Any], reference: str) -> Any:
    value: Any = document
    for step in reference.removeprefix("#/").split("/"):
        value = value[step]
    return value


def test_the_official_schema_agrees(document: dict[str, Any], validate: Validate) -> None:
    """Of sockets, listeners, streams and guards together the schema of AsyncAPI 3.0.0 finds nothing wrong."""
    assert validate(document) == []
    assert document["asyncapi"] == "3.0.0"
    assert document["info"] == {"title": "Lamps", "version": "1.2", "description": "What goes on."}


def test_the_schema_would_find_mistakes(document: dict[str, Any], validate: Validate) -> None:
    """The validator is no ornament: an unknown member, a wrong action and a missing channel are refused."""
    assert validate({**document, "paths": {}})
    assert validate({**document, "operations": {"x": {"action": "publish", "channel": {"$ref": "#/channels/rooms"}}}})
    assert validate({**document, "operations": {"x": {"action": "send"}}})


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """Messages of operations are messages of their channels, and schemas are drafts of what AsyncAPI reads."""
    for reference in references(document):
        assert found(document, reference) is not None
    for operation in document["operations"].values():
        for message in operation.get("messages", []):
            assert message["$ref"].startswith(operation["channel"]["$ref"])
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)


def test_a_socket_is_a_channel(document: dict[str, Any]) -> None:
    """Path, words, tags, parameters of the path, of the query and of the headers, and the servers of its protocol."""
    channel = document["channels"]["rooms"]
    assert channel["address"] == "/rooms/{room}/"
    assert (channel["summary"], channel["description"]) == ("Talk in a room", "Everybody hears it.")
    assert channel["tags"] == [{"name": "rooms"}]
    assert channel["parameters"] == {"room": {"enum": ["blue", "green"]}}
    assert channel["servers"] == [{"$ref": "#/servers/wss"}, {"$ref": "#/servers/ws-2"}]
    binding = channel["bindings"]["ws"]
    assert (binding["method"], binding["bindingVersion"]) == ("GET", "0.1.0")
    assert binding["query"]["required"] == ["name"]
    assert binding["query"]["properties"]["name"] == {"type": "string", "maxLength": 9, "description": "Who it is."}
    assert list(binding["headers"]["properties"]) == ["x-trace"]
    assert document["servers"] == {
        "wss": {"host": "shop.example", "pathname": "/v1", "protocol": "wss"},
        "https": {"host": "shop.example", "pathname": "/v1", "protocol": "https"},
        "ws-2": {"host": "localhost:8000", "protocol": "ws"},
        "http-2": {"host": "localhost:8000", "protocol": "http"},
    }


def test_members_of_a_union_are_messages(document: dict[str, Any]) -> None:
    """What clients send is received, what the handler sends is sent; each member of a union has its own schema."""
    heard, said = document["operations"]["receive_rooms"], document["operations"]["send_rooms"]
    assert (heard["action"], said["action"]) == ("receive", "send")
    assert [one["$ref"].rpartition("/")[2] for one in heard["messages"]] == ["Say", "Draw-Input"]
    assert [one["$ref"].rpartition("/")[2] for one in said["messages"]] == ["Line"]
    assert document["components"]["messages"]["Say"] == {
        "name": "Say",
        "summary": "Something is said",
        "contentType": "application/json",
        "payload": {"$ref": "#/components/schemas/Say"},
    }


def test_schemas_are_of_draft_7(document: dict[str, Any]) -> None:
    """A discriminator is a name, a tuple has `items`; a default that is always sent makes two schemas of a model."""
    schemas = document["components"]["schemas"]
    (union,) = [one for one in schemas["Line"]["properties"]["drawn"]["anyOf"] if "discriminator" in one]
    assert union["discriminator"] == "kind"
    assert schemas["Say"]["properties"]["at"]["items"] == [{"type": "integer"}, {"type": "string"}]
    assert "prefixItems" not in json.dumps(schemas)
    jsonschema.validate({"kind": "say", "text": "a", "at": [1, "x"]}, schemas["Say"], jsonschema.Draft7Validator)
    assert "color" not in schemas["Draw-Input"]["required"]
    assert "color" in schemas["Draw-Output"]["required"]


def test_texts_octets_and_anything(document: dict[str, Any]) -> None:
    """`str` and `bytes` are messages of their own kind; without types nothing is said of what travels."""
    messages = document["components"]["messages"]
    assert messages["text"] == {"name": "text", "contentType": "text/plain", "payload": {"type": "string"}}
    assert messages["binary"]["contentType"] == "application/octet-stream"
    assert messages["anything"] == {"name": "anything"}
    assert list(document["channels"]["plain"]["messages"]) == ["anything"]
    assert list(document["channels"]["room_talk"]["messages"]) == ["text", "binary"]


def test_listeners(document: dict[str, Any]) -> None:
    """The message of a listener is received, its value sent; one that returns nothing sends nothing."""
    assert [name for name in document["operations"] if "total" in name] == ["receive_total", "send_total"]
    (sent,) = document["channels"]["total"]["messages"].keys() - {"list_int"}
    assert document["components"]["messages"][sent]["payload"] == {"type": "integer"}
    assert [name for name in document["operations"] if "echo" in name] == ["receive_room_echo"]


def test_events_are_sent(document: dict[str, Any]) -> None:
    """A stream of events is a channel that only sends; its messages are the data of its events."""
    channel, operation = document["channels"]["prices"], document["operations"]["send_prices"]
    assert (channel["address"], channel["summary"]) == ("/prices/{lamp}", "Tell the prices as they change")
    assert [one["$ref"].rpartition("/")[2] for one in operation["messages"]] == ["Price", "Say", "text"]
    binding = operation["bindings"]["http"]
    assert (binding["method"], binding["query"]["properties"]["limit"]["type"]) == ("GET", "integer")
    assert channel["servers"] == [{"$ref": "#/servers/https"}, {"$ref": "#/servers/http-2"}]
    assert document["operations"]["send_ticks"]["bindings"]["http"]["method"] == "POST"
    assert list(document["channels"]["log"]["messages"]) == ["anything"]
    assert "receive_prices" not in document["operations"]


def test_events_have_their_names(document: dict[str, Any]) -> None:
    """A name that the type of an event declares is that of its message; the type of its data is the title."""
    messages = document["components"]["messages"]
    told = document["operations"]["send_board"]["messages"]
    keys = [one["$ref"].rpartition("/")[2] for one in told]
    assert keys == ["price", "said", "said-2", "lamp_up", "lamp_down", "else"]
    assert messages["price"] == {
        "name": "price",
        "title": "Price",
        "contentType": "application/json",
        "payload": {"$ref": "#/components/schemas/Price"},
    }
    assert [(messages[key]["name"], messages[key]["title"]) for key in keys[1:]] == [
        ("said", "Say"),
        ("said", "Price"),
        ("lamp up", "int"),
        ("lamp down", "int"),
        ("else", "anything"),
    ]
    assert messages["lamp_up"]["payload"] == {"type": "integer"}


def test_what_is_no_conversation_is_left_out(document: dict[str, Any]) -> None:
    """Pages are told by OpenAPI, and what is hidden by nobody."""
    names = {"rooms", "plain", "total", "room_talk", "room_echo", "prices", "ticks", "log", "board"}
    assert document["channels"].keys() == names


def test_who_may_connect(document: dict[str, Any]) -> None:
    """Guards are security schemes, in the words of AsyncAPI; the header of the proof is no parameter."""
    schemes = document["components"]["securitySchemes"]
    assert schemes["member"] == {"type": "http", "scheme": "bearer", "description": "Return who it is"}
    assert schemes["till"] == {"type": "http", "scheme": "basic"}
    assert schemes["key"] == {"type": "httpApiKey", "in": "header", "name": "x-key"}
    assert document["operations"]["send_rooms"]["security"] == [{"$ref": "#/components/securitySchemes/member"}]
    assert "security" not in document["operations"]["send_plain"]
    assert "headers" not in document["channels"]["room_echo"]["bindings"]["ws"]


def test_a_site_without_conversations(validate: Validate) -> None:
    """The document of a site without sockets is valid, and empty."""
    document = Vase().asyncapi()
    assert validate(document) == []
    assert (document["channels"], document["operations"]) == ({}, {})


def test_the_document_is_the_same_each_time(document: dict[str, Any]) -> None:
    """Two buildings give one text, so that a file of it changes with the API alone."""
    assert json.dumps(make_site().asyncapi()) == json.dumps(document)


def test_openapi_knows_events() -> None:
    """A handler that promises events by its annotation is an event stream in OpenAPI as well."""
    paths: Any = make_site().openapi()["paths"]
    for path, method in (("/prices/{lamp}", "get"), ("/ticks", "post"), ("/log", "get")):
        assert list(paths[path][method]["responses"]["200"]["content"]) == ["text/event-stream"]
