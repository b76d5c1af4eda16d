"""The document says what the plans do, in the words of OpenAPI 3.1; a validator from outside agrees."""

import dataclasses
import json
import time
from typing import Annotated, Any

from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, Field

from vase import Query, Router, Vase
from vase.http import NotFound
from vase.testing import Client
from vase.views import Controller, get


def operation(document: dict[str, Any], path: str, method: str = "get") -> dict[str, Any]:
    found: dict[str, Any] = document["paths"][path][method]
    return found


def parameters(document: dict[str, Any], path: str, method: str = "get") -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in operation(document, path, method)["parameters"]}


def answers(document: dict[str, Any], path: str, method: str = "get") -> dict[str, list[str]]:
    responses = operation(document, path, method)["responses"]
    return {code: list(response.get("content", {})) for code, response in responses.items()}


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    """Of every place, kind of model, answer and guard together an outside validator finds nothing wrong."""
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert document["openapi"] == "3.1.0"
    assert document["info"] == {"title": "Kitchen sink", "version": "2.1", "description": "*Everything*."}


def test_the_document_is_the_same_each_time(kitchen_sink: Vase, document: dict[str, Any]) -> None:
    """Two buildings of one application give one text: a file of it in a repository changes with the API alone."""
    assert json.dumps(kitchen_sink.openapi()) == json.dumps(document)


def test_parameters_have_place_type_default_and_words(document: dict[str, Any]) -> None:
    """What the markers say is told; `null`, which no query holds, and what is hidden are not."""
    found = parameters(document, "/search")
    assert found["q"] == {
        "name": "q",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 30},
        "description": "What to look for.",
        "examples": {"1": {"value": "lamp"}},
    }
    assert found["p"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}
    assert found["colors"]["schema"]["items"] == {"$ref": "#/components/schemas/Color"}
    assert found["kind"]["schema"] == {"type": "string", "enum": ["old", "new"]}
    assert found["old"]["deprecated"] is True
    assert (found["x-trace"]["in"], found["session"]["in"]) == ("header", "cookie")
    assert "hidden" not in found


def test_the_fields_of_a_model_are_parameters(document: dict[str, Any]) -> None:
    """A model in the query is a parameter for each field, and no component."""
    found = parameters(document, "/items/")
    assert found["limit"]["description"] == "How many."
    assert found["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}
    assert found["color"]["schema"] == {"$ref": "#/components/schemas/Color"}
    assert not any(one["required"] for one in found.values())
    assert "Filters" not in document["components"]["schemas"]


def test_path_parameters_say_what_the_engine_takes(document: dict[str, Any]) -> None:
    """Converters and annotations together: formats, patterns of converters, choices."""
    history = parameters(document, "/items/{id}/history/{day}")
    assert history["id"]["schema"] == {"type": "string", "format": "uuid"}
    assert history["day"]["schema"] == {"type": "string", "format": "date"}
    by = parameters(document, "/by/{slug}/{rest}")
    assert by["slug"]["schema"] == {"type": "string", "maxLength": 10, "pattern": "^(?:[-a-zA-Z0-9_]+)$"}
    assert by["rest"]["schema"] == {"type": "string", "minLength": 1}
    choice = parameters(document, "/{color}/{kind}/choice")
    assert choice["color"]["schema"] == {"$ref": "#/components/schemas/Color"}
    assert choice["kind"]["schema"] == {"type": "string", "enum": ["a", "b"]}


def test_bodies_of_every_kind(document: dict[str, Any]) -> None:
    """Models of Pydantic, dataclasses, TypedDicts and structs are references; several parameters are one object."""
    schemas = document["components"]["schemas"]

    def body(path: str, method: str) -> Any:
        return operation(document, path, method)["requestBody"]["content"]["application/json"]["schema"]

    assert body("/items/", "post") == {"$ref": "#/components/schemas/Item-Input"}
    assert body("/todos/", "post") == {"$ref": "#/components/schemas/Point-Input"}
    assert body("/settings", "put") == {"$ref": "#/components/schemas/Settings"}
    assert body("/albums", "post") == {"$ref": "#/components/schemas/Album"}
    assert schemas["Album"]["properties"]["tracks"]["items"] == {"$ref": "#/components/schemas/Track"}
    assert schemas["Settings"]["required"] == ["theme"]
    several = body("/items/{id}", "put")
    assert several["required"] == ["item"]
    assert several["properties"]["reason"] == {"type": "string", "default": ""}
    assert body("/pets", "post")["discriminator"]["mapping"]["dog"] == "#/components/schemas/Dog"
    assert operation(document, "/raw", "post")["requestBody"] == {"content": {"application/octet-stream": {}}}


def test_forms(document: dict[str, Any]) -> None:
    """A form is one object in both encodings; one with files is multipart alone."""

    def content(path: str) -> dict[str, Any]:
        found: dict[str, Any] = operation(document, path, "post")["requestBody"]["content"]
        return found

    both = ["application/x-www-form-urlencoded", "multipart/form-data"]
    assert list(content("/login")) == list(content("/fields")) == both
    assert content("/login")[both[0]]["schema"] == {"$ref": "#/components/schemas/Login-Input"}
    assert content("/fields")[both[0]]["schema"]["required"] == ["number"]
    assert list(content("/upload")) == list(content("/files")) == ["multipart/form-data"]
    properties = content("/upload")["multipart/form-data"]["schema"]["properties"]
    assert properties["image"] == {"type": "string", "contentMediaType": "application/octet-stream"}
    assert properties["title"] == {"type": "string", "default": "none"}
    assert "415" in answers(document, "/upload", "post")


def test_answers_follow_the_promise(document: dict[str, Any]) -> None:
    """The return annotation and `status=` say status and type; a default is a member that is always there."""
    assert answers(document, "/text") == {"200": ["text/plain"]}
    assert answers(document, "/bytes") == {"200": ["application/octet-stream"]}
    assert answers(document, "/page") == {"200": ["text/html"]}
    assert answers(document, "/json") == {"200": ["application/json"]}
    assert answers(document, "/away") == {"307": []}
    assert answers(document, "/stream") == answers(document, "/lines") == {"200": ["application/octet-stream"]}
    assert answers(document, "/anything") == answers(document, "/response") == {"2XX": ["*/*"]}
    assert set(answers(document, "/file")) == {"200", "206", "304", "404", "416"}
    assert answers(document, "/maybe") == {"200": ["application/json"], "204": [], "422": ["application/problem+json"]}
    assert answers(document, "/items/", "post")["201"] == ["application/json"]
    item = document["components"]["schemas"]["Item-Output"]
    assert set(item["required"]) == set(item["properties"]) == {
        "itemName", "price", "color", "made_at", "parts", "extra"
    }  # fmt: skip


def test_errors_appear_where_they_can_happen(document: dict[str, Any]) -> None:
    """A body can be broken, too large, of another type or wrong; a path may lead nowhere; a query may not fit."""
    problem = ["application/problem+json"]
    assert answers(document, "/items/", "post") == {
        "201": ["application/json"],
        **dict.fromkeys(("400", "409", "413", "415", "422"), problem),
    }
    assert answers(document, "/raw", "post") == {"200": ["application/json"], "400": problem, "413": problem}
    assert answers(document, "/todos/{id}") == {"200": ["application/json"], "404": problem}
    assert answers(document, "/both") == {"200": ["application/json"]}
    faults = operation(document, "/search")["responses"]["422"]["content"]["application/problem+json"]
    assert faults == {"schema": {"$ref": "#/components/schemas/ValidationProblem"}}


def test_declared_errors_and_answers(document: dict[str, Any]) -> None:
    """`errors=` brings the words and the type of an exception, `responses=` a sentence, a model or a whole answer."""
    sold = operation(document, "/items/", "post")["responses"]["409"]
    assert sold["description"] == "Sold"
    example = sold["content"]["application/problem+json"]["examples"]["ItemSold"]["value"]
    assert example == {"type": "https://shop.example/problems/sold", "title": "Sold", "status": 409}
    replaced = operation(document, "/items/{id}", "put")["responses"]
    assert replaced["202"] == {"description": "Later"}
    assert replaced["409"]["description"] == "No"
    assert replaced["409"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Part-Output"}


def test_security_is_read_from_the_guards(document: dict[str, Any]) -> None:
    """What a guard takes is the scheme, also through other guards; `public` says that none is needed."""
    assert document["components"]["securitySchemes"] == {
        "by_key": {"type": "apiKey", "in": "header", "name": "x-api-key"},
        "member": {"type": "http", "scheme": "bearer", "description": "A token of a member"},
        "till": {"type": "http", "scheme": "basic"},
    }
    assert operation(document, "/items/{id}/secret")["security"] == [{"member": []}]
    assert operation(document, "/items/{id}", "delete")["security"] == [{"member": []}]
    assert operation(document, "/todos/{id}")["security"] == []
    assert "security" not in operation(document, "/text")
    key = operation(document, "/key")
    assert key["security"] == [{"by_key": []}]
    assert "parameters" not in key
    assert list(key["responses"]) == ["200", "401", "403"]
    assert "WWW-Authenticate" in key["responses"]["401"]["headers"]
    assert "410" in operation(document, "/till")["responses"]


def test_words_of_an_operation(document: dict[str, Any]) -> None:
    """Summary and description come from the docstring up to its sections, tags from the router, the rest as said."""
    found = operation(document, "/items/")
    assert (found["operationId"], found["tags"], found["summary"]) == ("list_items", ["items"], "List the things")
    assert found["description"] == "The newest come first,\nand *all* of them come."
    assert operation(document, "/items/{id}", "put")["deprecated"] is True
    assert operation(document, "/items/{id}/history/{day}")["operationId"] == "item_history"
    assert [tag["name"] for tag in document["tags"]] == ["items", "todos"]
    assert "/internal" not in document["paths"]
    assert "/openapi.json" not in document["paths"]


def test_webhooks(document: dict[str, Any]) -> None:
    """What the application sends has its body and what it expects back, and none of the framework's own errors."""
    sent = document["webhooks"]["item-sold"]["post"]
    assert sent["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Item-Input"}
    assert sent["responses"] == {"204": {"description": "No Content"}}
    assert sent["summary"] == "Tells that a thing is gone"


def test_members_that_may_be_left_out_are_not_required() -> None:
    """What a route leaves out when nobody set it is not promised; aliases are those that are written."""

    class Out(BaseModel):
        name: str = Field(serialization_alias="Name")
        size: int = 1

    app = Vase()

    @app.get("/whole")
    async def whole() -> Out:
        return Out(name="x")

    @app.get("/set", response_model_exclude_unset=True)
    async def only_set() -> Out:
        return Out(name="x")

    with Client(app) as client:
        assert client.get("/whole").json() == {"Name": "x", "size": 1}
        assert client.get("/set").json() == {"Name": "x"}
    document: Any = app.openapi()
    schema = document["components"]["schemas"]["Out"]
    assert (list(schema["properties"]), schema["required"]) == (["Name", "size"], ["Name"])


def test_operation_ids_are_apart() -> None:
    """An id is the name of the handler, with the class before it and, where a route has several, the method."""
    app = Vase()

    def show() -> str:
        return ""

    def other() -> str:
        return ""

    class Pages(Controller):
        @get("/page")
        def show(self) -> str:
            return ""

    app.add("/a", show, ["GET"])
    app.add("/other", other, ["GET", "PUT"])
    app.include(Pages)
    document: Any = app.openapi()
    names = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert names == ["show", "other_get", "other_put", "pages_show"]


def test_equal_handlers_on_two_paths() -> None:
    """One handler on two paths is two operations, both named by their path."""
    app = Vase()

    def show(id: int) -> str:
        return ""

    app.add("/a/{id}", show, ["GET"])
    app.add("/b/{id}", show, ["GET"])
    document: Any = app.openapi()
    names = [item["get"]["operationId"] for item in document["paths"].values()]
    assert names == ["show_a_id_get", "show_b_id_get"]


def test_equal_names_of_models_are_kept_apart() -> None:
    """Two models called `Item` are two components; a model with one of our names pushes ours aside."""

    def module(name: str, **fields: Any) -> type[BaseModel]:
        made: type[BaseModel] = type("Item", (BaseModel,), {"__annotations__": fields, "__module__": name})
        return made

    class ProblemDetails(BaseModel):
        mine: int

    one, two = module("one", a=int), module("two", b=int)
    app = Vase()
    app.add("/one", lambda: None, ["GET"], response_model=one)
    app.add("/two", lambda: None, ["GET"], response_model=two)
    app.add("/three", lambda: None, ["GET"], response_model=ProblemDetails, errors=[NotFound])
    document: Any = app.openapi()
    schemas = document["components"]["schemas"]
    references = [document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
                  for path in ("/one", "/two")]  # fmt: skip
    first, second = (schemas[reference.rpartition("/")[2]] for reference in references)
    assert (list(first["properties"]), list(second["properties"])) == (["a"], ["b"])
    assert list(schemas["ProblemDetails"]["properties"]) == ["mine"]
    assert schemas["ProblemDetails2"]["title"] == "ProblemDetails"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_paths_that_differ_in_names_alone_are_one() -> None:
    """`/x/{a}` and `/x/{b}` are one path of the document, whose parameter has one name."""
    app = Vase()

    def by_a(a: int) -> str:
        return ""

    def by_b(b: int) -> str:
        return ""

    app.add("/x/{a}", by_a, ["GET"])
    app.add("/x/{b}", by_b, ["DELETE"])
    document: Any = app.openapi()
    assert list(document["paths"]) == ["/x/{a}"]
    assert document["paths"]["/x/{a}"]["delete"]["parameters"][0]["name"] == "a"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_what_nobody_can_describe_may_be_anything() -> None:
    """A type that JSON Schema has no word for does not break the document."""

    @dataclasses.dataclass
    class Odd:
        value: complex
        anything: Any

    app = Vase()

    @app.get("/odd")
    async def odd(page: Annotated[int, Query(json_schema_extra={"x-page": True})] = 1) -> Odd:
        return Odd(1j, None)

    document: Any = app.openapi()
    assert document["paths"]["/odd"]["get"]["parameters"][0]["schema"]["x-page"] is True
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_a_thousand_routes() -> None:
    """A large application is described in seconds; the room is imported for nobody who does not ask."""

    class Out(BaseModel):
        name: str

    app = Vase()
    for number in range(50):
        router = Router(f"/r{number}")
        for index in range(20):

            async def handler(id: int, q: str = "") -> Out:
                return Out(name=q)

            handler.__name__ = f"handler_{number}_{index}"
            router.add(f"/{{id:int}}/{index}", handler, ["GET"])
        app.include(router)
    app.routes()
    start = time.perf_counter()
    document: Any = app.openapi()
    assert len(document["paths"]) == 1000
    assert time.perf_counter() - start < 20


def test_one_id_for_two_operations_is_told() -> None:
    """An `operation_id=` that is taken is an error, with the place of the other."""
    app = Vase()
    app.add("/a", lambda: "", ["GET"], operation_id="same")
    app.add("/b", lambda: "", ["GET"], operation_id="same")
    app.add("/c", lambda: "", ["GET"], operation_id="same", include_in_schema=False)
    (fault,) = app.check()
    assert (fault.code, fault.message) == ("application.E006", "the `operation_id` `same` of `/b` is taken by `/a`")
    assert __file__ in str(fault.hint) or "test_document.py" in str(fault.hint)


def test_a_webhook_that_cannot_be_read_is_told() -> None:
    """`check` tells the faults of webhooks with their lines; the document is made without them."""
    app = Vase()

    @app.webhooks.post("sold")
    async def sold(item) -> None:  # the mistake
        ...

    (fault,) = app.check()
    assert (fault.code, fault.place is not None) == ("binding.E001", True)
    assert "webhooks" not in app.openapi()
