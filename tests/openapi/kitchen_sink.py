"""An application with everything that the document can say: every place, kind of model, answer and guard."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal, NotRequired, TypedDict
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from vase import (
    Body,
    Cookie,
    Depends,
    File,
    FileResponse,
    Form,
    Header,
    HTMLResponse,
    JSONResponse,
    Path,
    Query,
    RedirectResponse,
    Request,
    Response,
    Router,
    StreamingResponse,
    UploadFile,
    Vase,
    guard,
    public,
)
from vase.http import Conflict, Gone, NotFound, PermissionDenied, Unauthorized
from vase.views import Controller, delete, get, post


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Part(BaseModel):
    """A part of an item."""

    name: str = Field(min_length=1, max_length=20)
    parts: "list[Part]" = []


class Item(BaseModel):
    """A thing."""

    model_config = ConfigDict(populate_by_name=True)

    item_name: str = Field(alias="itemName", max_length=50)
    price: Decimal = Field(max_digits=8, decimal_places=2, ge=0)
    color: Color = Color.RED
    made_at: datetime | None = None
    parts: list[Part] = []
    extra: dict[str, int] = {}


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = Field(9, ge=1, le=9)


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool


@dataclass
class Point:
    """Where."""

    x: float
    y: float
    tags: list[str] = field(default_factory=list)


class Settings(TypedDict):
    theme: Literal["light", "dark"]
    size: NotRequired[int]


class Track(msgspec.Struct):
    title: str
    seconds: Annotated[int, msgspec.Meta(ge=0)]


class Album(msgspec.Struct):
    name: str
    tracks: list[Track] = []


class Filters(BaseModel):
    """Which ones."""

    color: Color | None = None
    limit: int = Field(10, ge=1, le=100, description="How many.")
    words: list[str] = []


class ItemSold(Conflict):  # what a client is told
    """Somebody was faster."""

    type = "https://shop.example/problems/sold"
    title = "Sold"


async def member(authorization: Annotated[str | None, Header()] = None) -> str:
    """A token of a member."""
    if authorization != "Bearer secret":
        raise Unauthorized("who are you?")
    return "ann"


async def staff(name: Annotated[str, Depends(member)]) -> str:
    raise PermissionDenied(f"{name} is not one of us")


def by_key(x_api_key: Annotated[str | None, Header()] = None) -> str | None:
    return x_api_key if x_api_key == "key" else None


@guard(scheme="basic", name="till", errors=[Gone])
def cashier(request: Request) -> str | None:
    return "till" if request.headers.get("authorization") == "Basic dDo=" else None


router = Router("/items", tags=["items"])


@router.get("/", errors=[NotFound])
async def list_items(filters: Annotated[Filters, Query()]) -> list[Item]:
    """List the things.

    The newest come first,
    and *all* of them come.

    Args:
        filters: Not for clients.
    """
    if filters.words == ["none"]:
        raise NotFound("there are none")
    return [Item(itemName="lamp", price=Decimal("1.50"))]


@router.post("/", status=201, errors=[ItemSold])
async def create_item(item: Item) -> Item:
    """Create a thing."""
    if item.item_name == "sold":
        raise ItemSold("too late")
    return item


@router.put("/{id:int}", deprecated=True, responses={202: "Later", 409: {"description": "No", "model": Part}})
async def replace_item(id: int, item: Annotated[Item, Body()], reason: Annotated[str, Body()] = "") -> Item | None:
    return item if reason != "none" else None


@router.get("/{id:uuid}/history/{day:date}", operation_id="item_history")
async def history(id: UUID, day: date, since: timedelta | None = None) -> dict[str, list[datetime]]:
    return {str(id): []}


@router.delete("/{id:int}", auth=staff)
async def delete_item(id: int) -> None: ...


@router.get("/{id:int}/secret", auth=member)
async def secret(id: int, name: Annotated[str, Depends(member)]) -> str:
    return name


class Todos(Controller):
    """Controllers are operations too."""

    prefix = "/todos"
    tags = ("todos",)
    auth = public

    @get("/{id:int}")
    async def show(self, id: int) -> Point:
        return Point(1.0, 2.0)

    @post("/", status=201)
    async def create(self, point: Point) -> Point:
        return point

    @delete("/{id:int}")
    async def remove(self, id: int) -> None: ...


app = Vase(
    settings={
        "OPENAPI_URL": "/openapi.json",
        "API_TITLE": "Kitchen sink",
        "API_VERSION": "2.1",
        "API_DESCRIPTION": "*Everything*.",
    }
)
app.include(router)
app.include(Todos)


@app.post("/pets")
async def adopt(pet: Annotated[Cat | Dog, Body(discriminator="kind")]) -> Cat | Dog:
    return pet


@app.put("/settings")
async def save_settings(settings: Settings) -> Settings:
    return settings


@app.post("/albums")
async def add_album(album: Album) -> Album:
    return album


@app.get("/search")
async def search(  # noqa: PLR0917  # one of each
    q: Annotated[str, Query(min_length=1, max_length=30, description="What to look for.", examples=["lamp"])],
    page: Annotated[int, Query(ge=1, le=1000, alias="p")] = 1,
    colors: Annotated[list[Color], Query()] = [],  # noqa: B006  # copied for each request
    exact: bool = False,
    kind: Literal["old", "new"] | None = None,
    old: Annotated[str | None, Query(deprecated=True)] = None,
    x_trace: Annotated[str | None, Header()] = None,
    session: Annotated[str | None, Cookie()] = None,
    hidden: Annotated[str | None, Query(include_in_schema=False)] = None,
) -> list[str]:
    return [q, str(page), *(color.value for color in colors)]


@app.get("/{color}/{kind:literal(a,b)}/choice")
async def choice(color: Color, kind: str, number: Annotated[float, Query(gt=0, lt=10)] = 1.0) -> str:
    return f"{color.value} {kind}"


@app.get("/by/{slug:slug}/{rest:path}")
async def by_path(slug: Annotated[str, Path(max_length=10)], rest: str) -> str:
    return slug


@app.route("/both", methods=["GET", "POST"])
async def both() -> dict[str, Any]:
    return {}


@app.post("/raw")
async def raw(data: Annotated[bytes, Body()]) -> int:
    return len(data)


class Login(BaseModel):
    """Who wants in."""

    user: str
    age: int = Field(3, ge=0)


@app.post("/login")
async def login(data: Annotated[Login, Form()]) -> Login:
    return data


@app.post("/fields")
async def fields(number: Annotated[int, Form()], tags: Annotated[list[str], Form()] = []) -> list[str]:  # noqa: B006
    return [str(number), *tags]


@app.post("/upload")
async def upload(image: UploadFile, title: Annotated[str, Form()] = "none") -> list[str]:
    return [image.filename, str(image.size), title]


@app.post("/files")
async def many_files(files: Annotated[list[bytes], File()]) -> list[int]:
    return [len(one) for one in files]


@app.get("/text")
async def text() -> str:
    return "text"


@app.get("/bytes")
async def raw_bytes() -> bytes:
    return b"\x00"


@app.get("/page")
async def page() -> HTMLResponse:
    return HTMLResponse("<p>hello</p>")


@app.get("/json")
async def json() -> JSONResponse:
    return JSONResponse({"a": 1})


@app.get("/away")
async def away() -> RedirectResponse:
    return RedirectResponse("/text")


@app.get("/file")
async def file() -> FileResponse:
    return FileResponse(__file__)


@app.get("/path")
async def path() -> FilePath:
    return FilePath(__file__)


@app.get("/stream")
async def stream() -> AsyncIterator[str]:
    for number in range(3):
        yield str(number)


@app.get("/lines")
def lines() -> Iterator[bytes]:
    yield b"line\n"


@app.get("/streaming")
async def streaming() -> StreamingResponse:
    return StreamingResponse(iter([b"a"]), media_type="text/csv")


@app.get("/anything")
async def anything():
    return {"any": "thing"}


@app.get("/response")
async def response() -> Response:
    return Response("x", media_type="text/css")


@app.get("/maybe")
async def maybe(there: bool = False) -> Part | None:
    return Part(name="x") if there else None


@app.get("/key", auth=by_key)
async def with_key() -> str:
    return "in"


@app.get("/till", auth=cashier)
async def with_till() -> str:
    return "in"


@app.get("/internal", include_in_schema=False)
async def internal() -> str:
    return "not told"


@app.webhooks.post("item-sold", tags=["items"])
async def item_sold(item: Item) -> None:
    """Tells that a thing is gone."""
