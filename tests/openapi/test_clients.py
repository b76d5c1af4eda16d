"""Clients made from the document alone: typed, and able to talk to the server that it describes."""

import asyncio
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from vase import Vase
from vase.openapi import python_client, typescript_client
from vase.testing import LiveServer


@pytest.fixture
def client(document: dict[str, Any], tmp_path: Path) -> ModuleType:
    """Write the Python client of the kitchen sink and import it."""
    file = tmp_path / "sink_client.py"
    file.write_text(python_client(document), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("sink_client", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sink_client"] = module
    spec.loader.exec_module(module)
    return module


def test_the_python_client_talks_to_the_server(kitchen_sink: Vase, client: Any) -> None:
    """Arguments arrive where they belong, answers come back as models, problems as `ApiError`."""
    with LiveServer(kitchen_sink) as server, client.Client(server.url) as api:
        items = api.list_items(words=["a", "b"], limit=5)
        assert [item.item_name for item in items] == ["lamp"]
        made = api.create_item(body=client.ItemInput(item_name="desk", price="3.50"))
        assert (made.item_name, made.price, made.color) == ("desk", "3.50", "red")
        assert api.search(q="lamp", p=3, colors=["blue"]) == ["lamp", "3", "blue"]
        assert api.todos_show(id=7).x == 1.0
        assert api.todos_remove(id=7) is None
        assert (api.maybe(there=True).name, api.maybe()) == ("x", None)
        assert api.text() == "text"
        assert api.raw_bytes() == b"\x00"
        assert api.raw(body=b"12345") == 5
        album = api.add_album(body=client.Album(name="x", tracks=[client.Track(title="t", seconds=3)]))
        assert album.tracks[0].seconds == 3
        assert api.adopt(body=client.Dog(kind="dog", good=True)).good is True
        assert api.by_path(slug="a-b", rest="c/d") == "a-b"
        assert api.login(user="ann", age=5).age == 5
        assert api.fields(number=1, tags=["x", "y"]) == ["1", "x", "y"]
        assert api.upload(image=("a.png", b"123"), title="t") == ["a.png", "3", "t"]
        assert api.many_files(files=[b"1", b"22"]) == [1, 2]
        with pytest.raises(client.ApiError) as caught:
            api.create_item(body=client.ItemInput(item_name="sold", price=1))
        assert (caught.value.status_code, caught.value.problem["title"]) == (409, "Sold")
        with pytest.raises(client.ApiError) as caught:
            api.secret(id=1)
        assert caught.value.status_code == 401
    with LiveServer(kitchen_sink) as server:
        with client.Client(server.url, headers={"authorization": "Bearer secret"}) as api:
            assert api.secret(id=1) == "ann"

        async def talk() -> str:
            async with client.AsyncClient(server.url) as api:
                return str((await api.list_items())[0].item_name)

        assert asyncio.run(talk()) == "lamp"


def test_a_change_of_the_api_is_a_change_of_the_client() -> None:
    """The text depends on the document alone: removing a field changes it, building it again does not."""
    before: Any = {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {},
        "components": {
            "schemas": {"A": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}}
        },
    }
    after = json.loads(json.dumps(before))
    del after["components"]["schemas"]["A"]["properties"]["b"]
    for write in (python_client, typescript_client):
        assert write(before) == write(json.loads(json.dumps(before)))
        assert write(before) != write(after)


def odd_document() -> dict[str, Any]:
    """Names and types that no language likes, and everything that JSON Schema can say about a type."""
    return {
        "openapi": "3.1.0",
        "info": {"title": 'A "title" */ \\ """', "version": "1"},
        "paths": {
            "/it`s/${x}/{class}/{a-b}": {
                "delete": {
                    "operationId": "delete",
                    "summary": 'Ends a """ comment */ too',
                    "parameters": [
                        {"name": "class", "in": "path", "required": True, "schema": {"type": "string"}},
                        {"name": "a-b", "in": "path", "required": True, "schema": {"type": "integer"}},
                        {"name": "class", "in": "query", "schema": {"type": ["string", "null"]}},
                        {"name": "x-y", "in": "header", "schema": {"type": "array", "items": {"type": "number"}}},
                        {"name": "id", "in": "cookie", "schema": {"type": "string"}},
                    ],
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/1"}}}},
                    "responses": {"200": {"description": "", "content": {"text/event-stream": {}}}},
                }
            },
            "/form": {
                "post": {
                    "operationId": "send_form",
                    "requestBody": {
                        "content": {
                            "multipart/form-data": {
                                "schema": {
                                    "allOf": [
                                        {"$ref": "#/components/schemas/1"},
                                        {
                                            "type": "object",
                                            "properties": {
                                                "one": {"type": "string", "format": "binary"},
                                                "many": {
                                                    "type": "array",
                                                    "items": {"type": "string", "contentMediaType": "image/png"},
                                                },
                                            },
                                            "required": ["one"],
                                        },
                                    ]
                                }
                            }
                        }
                    },
                    "responses": {"204": {"description": ""}},
                }
            },
        },
        "components": {
            "schemas": {
                "1": {
                    "type": "object",
                    "description": 'Ends """ and */',
                    "properties": {
                        "self": {"type": "string"},
                        "model_x": {"const": 1},
                        "class": {"enum": ["a", 'b"', None]},
                        "x y": {"prefixItems": [{"type": "string"}, {"type": "integer"}], "type": "array"},
                        "inner": {"type": "object", "properties": {"when": {"type": "string", "format": "date"}}},
                        "all": {"allOf": [{"$ref": "#/components/schemas/Client"}]},
                        "map": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
                        "any": {},
                        "schema": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}},
                    },
                    "required": ["self", "x y"],
                },
                "Client": {
                    "type": "object",
                    "properties": {"again": {"$ref": "#/components/schemas/Client"}},
                    "additionalProperties": True,
                },
                "client": {"enum": [1.5, 2]},
            }
        },
    }


@pytest.mark.slow
@pytest.mark.parametrize("odd", [False, True], ids=["kitchen sink", "odd"])
def test_the_python_client_is_typed(document: dict[str, Any], odd: bool, tmp_path: Path) -> None:
    """Mypy finds nothing under `--strict`, and the module can be imported."""
    file = tmp_path / "client.py"
    file.write_text(python_client(odd_document() if odd else document), encoding="utf-8")
    for command in (["-m", "mypy", "--strict", "--config-file", "", file.name], ["-c", "import client"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def tsc(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command of the TypeScript compiler: the one that is there, or the one of the npm registry."""
    found = shutil.which("tsc")
    if found is not None:
        return [found]
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("neither `tsc` nor `npm` is installed")
    folder = tmp_path_factory.mktemp("typescript")
    wanted = [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "typescript@5.9.3"]
    done = subprocess.run(wanted, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"TypeScript cannot be installed: {done.stderr.strip()[-200:]}")
    return [str(folder / "node_modules" / ".bin" / "tsc")]


USE = """
import { ApiError, Client, type ItemOutput } from "./client";

const api = new Client({ baseUrl: process.argv[2] });
declare const process: { argv: string[] };

export async function use(): Promise<string[]> {
  const items: ItemOutput[] = await api.listItems({ words: ["a", "b"], limit: 3 });
  const made = await api.createItem({ body: { itemName: "desk", price: 3.5 } });
  const found = await api.search({ q: "a b", colors: ["blue"] });
  const none = await api.maybe();
  let status = 0;
  try {
    await api.createItem({ body: { itemName: "sold", price: "1" } });
  } catch (error) {
    if (error instanceof ApiError) status = error.status;
  }
  const sent = await api.upload({ image: new Blob(["abc"]), title: "t" });
  const lengths = await api.manyFiles({ files: [new Blob(["a"]), new Blob(["bb"])] });
  const fields = await api.fields({ number: 1, tags: ["x", "y"] });
  const forms = [sent.join(), lengths.join(), fields.join()];
  return [...forms, items[0]!.itemName, made.price, found.join(), String(none), String(status), await api.text()];
}

// @ts-expect-error  a number is no color
export const wrong = () => api.search({ q: "a", colors: [1] });

use().then((found) => console.log(JSON.stringify(found)));
"""


@pytest.mark.slow
@pytest.mark.parametrize("odd", [False, True], ids=["kitchen sink", "odd"])
def test_the_typescript_client_compiles(document: dict[str, Any], odd: bool, tsc: list[str], tmp_path: Path) -> None:
    """`tsc --strict` finds nothing."""
    (tmp_path / "client.ts").write_text(typescript_client(odd_document() if odd else document), encoding="utf-8")
    options = ["--strict", "--noEmit", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "client.ts"]
    done = subprocess.run([*tsc, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_typescript_client_talks_to_the_server(
    kitchen_sink: Vase, document: dict[str, Any], tsc: list[str], tmp_path: Path
) -> None:
    """Compiled and run by node, it says the same as the Python client; a wrong call does not compile."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("`node` is not installed")
    (tmp_path / "client.ts").write_text(typescript_client(document), encoding="utf-8")
    (tmp_path / "use.ts").write_text(USE, encoding="utf-8")
    options = ["--strict", "--module", "commonjs", "--target", "es2022", "--lib", "es2022,dom,dom.iterable", "use.ts"]
    done = subprocess.run([*tsc, *options], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout
    with LiveServer(kitchen_sink) as server:
        ran = subprocess.run(
            [node, "use.js", server.url], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == [
        "blob,3,t",
        "1,2",
        "1,x,y",
        "lamp",
        "3.5",
        "a b,1,blue",
        "undefined",
        "409",
        "text",
    ], ran.stderr
