"""A resource: the actions of a model, made of what a class declares."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import joinedload

from tests.resources._library import START, Author, Book, Kind, Tag, books, store
from vase import Depends, Header, Vase, public
from vase.db import AsyncSession, Session, count, select
from vase.http import PermissionDenied, Unauthorized
from vase.resources import (
    CursorPagination,
    FilterSet,
    OrderingFilter,
    Resource,
)
from vase.testing import Client
from vase.views import get, post


class AuthorOut(BaseModel):
    id: int
    name: str


class AuthorIn(BaseModel):
    name: str = Field(min_length=1, max_length=40)


class BookOut(BaseModel):
    id: int
    title: str
    pages: int | None
    kind: Kind
    author: AuthorOut


class BookIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=80, description="What stands on the cover.")
    pages: int | None = Field(default=None, ge=1, lt=10_000)
    kind: Kind = Kind.NOVEL
    author_id: int = Field(alias="author")


class BookFilters(FilterSet[Book]):
    title__icontains: str | None = None
    ordering: Annotated[str | None, OrderingFilter("title", "id")] = "id"


class Authors(Resource[Author]):
    prefix = "/authors"
    schema = AuthorOut
    create_schema = AuthorIn


class AsyncAuthors(Authors):
    prefix = "/async/authors"
    namespace = "later"
    session = AsyncSession


class TagIn(BaseModel):
    name: str = Field(max_length=40)
    book_id: int


class TagOut(TagIn):
    id: int


class Tags(Resource[Tag]):
    prefix = "/tags"
    schema = TagOut
    create_schema = TagIn


class AsyncTags(Tags):
    prefix = "/async/tags"
    namespace = "later-tags"
    session = AsyncSession


@pytest.fixture
def client(app):
    for one in (Authors, AsyncAuthors, Tags, AsyncTags):
        app.include(one)
    with Client(app) as client:
        yield client


@pytest.mark.parametrize("prefix", ["/authors", "/async/authors"])
def test_the_life_of_a_row(client, prefix):
    """A row is created, listed, found, replaced, changed and deleted."""
    made = client.post(f"{prefix}/", json={"name": "Eco"})
    assert (made.status_code, made.json()) == (201, {"id": 1, "name": "Eco"})
    assert client.get(f"{prefix}/").json()["results"] == [{"id": 1, "name": "Eco"}]
    assert client.get(f"{prefix}/1").json() == {"id": 1, "name": "Eco"}
    assert client.put(f"{prefix}/1", json={"name": "U. Eco"}).json() == {"id": 1, "name": "U. Eco"}
    assert client.patch(f"{prefix}/1", json={"name": "Umberto"}).json() == {"id": 1, "name": "Umberto"}
    assert client.patch(f"{prefix}/1", json={}).json() == {"id": 1, "name": "Umberto"}
    gone = client.delete(f"{prefix}/1")
    assert (gone.status_code, gone.content) == (204, b"")
    for method in ("get", "delete"):
        missing = getattr(client, method)(f"{prefix}/1")
        assert (missing.status_code, missing.json()["detail"]) == (404, "no such author")
    assert client.patch(f"{prefix}/1", json={"name": "x"}).status_code == 404
    assert client.get(f"{prefix}/x").status_code == 404
    assert client.get(f"{prefix}/99999999999999999999").status_code == 404


def test_what_does_not_fit_is_refused(client):
    """PUT needs the whole, PATCH any part, and neither takes what the schema forbids or a null that could not be."""
    client.post("/authors/", json={"name": "Eco"})
    assert client.put("/authors/1", json={}).json()["errors"][0]["path"] == "body.name"
    for body in ({"name": ""}, {"name": None}, {"name": "x" * 41}):
        assert client.patch("/authors/1", json=body).json()["errors"][0]["path"] == "body.name", body
    assert client.get("/authors/1").json()["name"] == "Eco"


@pytest.mark.parametrize("prefix", ["", "/async"])
def test_what_the_database_refuses_is_a_conflict(client, app, prefix):
    """A reference to nothing, or the deletion of what others refer to, is a 409 and changes nothing."""
    store(app, *books(1))
    refused = client.post(f"{prefix}/tags/", json={"name": "x", "book_id": 77})
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "it does not fit the rows that are there: a value is taken, or refers to nothing",
    )
    assert client.patch(f"{prefix}/tags/1", json={"book_id": 77}).status_code == 409
    assert client.get(f"{prefix}/tags/1").json()["book_id"] == 1


def test_pages_filters_and_rows_of_the_list(app):
    """The list has the pages and filters of the class, and the rows of `get_queryset` with what it loads."""
    store(app, *books(5))

    class Books(Resource[Book]):
        prefix = "/books"
        schema = BookOut
        pagination = CursorPagination
        filters = BookFilters
        actions = ("list", "retrieve")

        def get_queryset(self) -> Any:
            return select(Book).where(Book.pages.is_not(None)).options(joinedload(Book.author))

    app.include(Books)
    with Client(app) as client:
        listed = client.get("/books/?ordering=-title&page_size=2").json()
        assert [book["title"] for book in listed["results"]] == ["Book 04", "Book 02"]
        assert listed["results"][0]["author"] == {"id": 1, "name": "Le Guin"}
        assert [book["title"] for book in client.get(listed["next"]).json()["results"]] == ["Book 01"]
        assert client.get("/books/?titel=x").json()["errors"][0]["path"] == "query.titel"
        assert client.get("/books/2").json()["title"] == "Book 01"
        assert client.get("/books/1").status_code == 404  # its pages are not known
        assert client.post("/books/", json={}).status_code == 405
        assert client.delete("/books/2").status_code == 405


@pytest.mark.parametrize("kind", [Session, AsyncSession])
def test_what_is_stored_is_answered_as_it_is_now(app, kind):
    """After a change the answer has what the query loads, relationships and values of the database included."""
    store(app, Author(name="Eco"), Author(name="Le Guin"))

    class Books(Resource[Book]):
        prefix = "/books"
        schema = BookOut
        create_schema = BookIn
        session = kind

        def get_queryset(self) -> Any:
            return select(Book).options(joinedload(Book.author))

        def new(self, data: BaseModel, **more: object) -> Book:
            return super().new(data, price=1, added=START, **more)

    app.include(Books)
    with Client(app) as client:
        made = client.post("/books/", json={"title": "Dune", "author": 1})
        assert made.status_code == 201, made.text
        assert made.json() == {
            "id": 1,
            "title": "Dune",
            "pages": None,
            "kind": "novel",
            "author": {"id": 1, "name": "Eco"},
        }
        changed = client.patch("/books/1", json={"author": 2}).json()
        assert changed["author"] == {"id": 2, "name": "Le Guin"}
        assert client.post("/books/", json={"title": "Dune", "author": 1}).status_code == 409
        assert client.patch("/books/1", json={"colour": 1}).json()["errors"][0]["type"] == "extra_forbidden"


def current_user(authorization: Annotated[str | None, Header()] = None) -> str:
    if authorization is None:
        raise Unauthorized("send a name")
    return authorization


def test_methods_take_the_place_of_actions(app):
    """An action that is written has its own signature; a query with dependencies is that of all actions."""

    class Mine(Resource[Author]):
        prefix = "/mine"
        schema = AuthorOut
        create_schema = AuthorIn
        auth = current_user

        def get_queryset(self, user: Annotated[str, Depends(current_user)]) -> Any:
            return select(Author).where(Author.name.startswith(user))

        def create(self, data: AuthorIn, user: Annotated[str, Depends(current_user)], db: Session) -> AuthorOut:
            """Create an author of mine."""
            row = self.save(db, self.new(data, name=f"{user} {data.name}"))
            return AuthorOut.model_validate(row, from_attributes=True)

        def destroy(self, id: int, db: Session, sure: bool = False) -> None:
            if not sure:
                raise PermissionDenied("say that you are sure")
            db.delete(db.get_one(Author, id))

        @post("/{id:int}/shout", status=200)
        def shout(self, id: int, db: Session) -> AuthorOut:
            row = self.change(db.get_one(Author, id), AuthorIn(name="x"), name="LOUD")
            return AuthorOut.model_validate(self.save(db, row), from_attributes=True)

        @get("/size", auth=public)
        def size(self, db: Session) -> int:
            return count(db, select(Author))

    app.include(Mine)
    ann, bob = {"authorization": "ann"}, {"authorization": "bob"}
    with Client(app) as client:
        assert client.get("/mine/").status_code == 401
        assert client.post("/mine/", json={"name": "x"}, headers=ann).json() == {"id": 1, "name": "ann x"}
        assert client.get("/mine/", headers=ann).json()["count"] == 1
        assert client.get("/mine/", headers=bob).json()["count"] == 0
        assert client.patch("/mine/1", json={"name": "bob"}, headers=bob).status_code == 404
        assert client.delete("/mine/1", headers=ann).status_code == 403
        assert client.get("/mine/size").json() == 1
        assert client.post("/mine/1/shout", headers=ann).json()["name"] == "LOUD"
        assert client.delete("/mine/1?sure=1", headers=ann).status_code == 204
    operation = app.openapi()["paths"]["/mine/"]["post"]
    assert operation["summary"] == "Create an author of mine"


def test_actions_can_be_left_out(app):
    """What is not among the actions, or is set to None, is not answered."""

    class Some(Authors):
        prefix = "/some"
        namespace = "some"
        actions = ("list", "retrieve", "destroy")
        destroy = None  # type: ignore[assignment]

    app.include(Some)
    assert [(route.route.methods, route.path, route.name) for route in app.routes() if "/some" in route.path] == [
        (("GET",), "/some/", "some:list"),
        (("GET",), "/some/{id}", "some:detail"),
    ]


def test_routes_have_names_and_one_object(app):
    """`reverse` finds the list and a row by the name of the model; all routes share one object."""

    class Counted(Authors):
        prefix = "/counted"
        made = 0

        def __init__(self) -> None:
            type(self).made += 1

    app.include(Counted)
    assert app.reverse("author:list") == "/counted/"
    assert app.reverse("author:detail", id=3) == "/counted/3"
    assert Counted.made == 1


def test_another_column_finds_a_row(app):
    """`lookup_field` names the column, and so the parameter of the path."""
    store(app, Author(name="eco"))

    class ByName(Authors):
        lookup_field = "name"

    app.include(ByName)
    with Client(app) as client:
        assert client.get("/authors/eco").json() == {"id": 1, "name": "eco"}
        assert client.get("/authors/nobody").status_code == 404
    assert app.reverse("author:detail", name="eco") == "/authors/eco"


def test_a_list_without_pages(app):
    """Without pagination all rows come at once."""
    store(app, Author(name="Eco"))

    class All(Authors):
        pagination = None

    app.include(All)
    with Client(app) as client:
        assert client.get("/authors/").json() == [{"id": 1, "name": "Eco"}]


def test_the_document_has_all_of_it(client, app):
    """Each action is an operation with its parameters, bodies and answers; a change has no field that must be there."""
    document = app.openapi()
    paths = document["paths"]
    assert {method: one["operationId"] for method, one in paths["/authors/"].items()} == {
        "get": "authors_list",
        "post": "authors_create",
    }
    one = paths["/authors/{id}"]
    assert {method: operation["operationId"] for method, operation in one.items()} == {
        "get": "authors_retrieve",
        "put": "authors_update",
        "patch": "authors_partial_update",
        "delete": "authors_destroy",
    }
    assert set(one["put"]["responses"]) == {"200", "400", "404", "409", "413", "415", "422"}
    assert set(one["delete"]["responses"]) == {"204", "404", "409"}
    assert set(paths["/authors/"]["post"]["responses"]) >= {"201", "409"}
    assert paths["/authors/"]["get"]["summary"] == "List every author"
    assert [one["name"] for one in paths["/authors/"]["get"]["parameters"]] == ["page", "page_size"]
    sent = document["components"]["schemas"]["PatchedAuthorIn"]
    assert sent["properties"] == {"name": {"type": "string", "minLength": 1, "maxLength": 40, "title": "Name"}}
    assert "required" not in sent


def test_a_mistake_is_told_with_its_line(app):
    """A missing schema, a wrong model and schemas that do not fit fail `check`, all at once."""

    class NoModel(Resource):  # type: ignore[type-arg]
        pass

    class NoTable(Resource[AuthorOut]):  # type: ignore[type-var]
        pass

    class NoSchemas(Resource[Author]):
        update_schema = int  # type: ignore[assignment]

    class Odd(Resource[Author]):
        actions = ("list", "delete")  # type: ignore[assignment]
        pagination = int  # type: ignore[assignment]
        filters = BookFilters
        lookup_field = "nmae"
        session = dict  # type: ignore[assignment]

    class Misfit(Resource[Book]):
        schema = AuthorOut
        create_schema = AuthorIn
        lookup_field = "author"

    class Misfits(Resource[Book]):
        schema = AuthorOut
        create_schema = AuthorIn

    for number, one in enumerate((NoModel, NoTable, NoSchemas, Odd, Misfit, Misfits)):
        app.include(one, f"/{number}")
    faults = app.check()
    assert all(fault.place is not None and fault.place.file == __file__ for fault in faults)
    assert [(fault.code, fault.message, fault.hint) for fault in faults] == [
        ("resources.E004", "`NoModel` does not say of which model it is", "write `class NoModel(Resource[Model])`"),
        (
            "resources.E004",
            "`NoTable` is of `AuthorOut`, which is no model with a table",
            "name a class that derives from `vase.db.Model`",
        ),
        (
            "resources.E005",
            "`NoSchemas` has no `schema`, which `list`, `create`, `retrieve`, `update`, `partial_update` need",
            "write `schema = …` with a Pydantic model, or leave them out of `actions`",
        ),
        (
            "resources.E005",
            "`NoSchemas` has no `create_schema`, which `create`, `update` need",
            "write `create_schema = …` with a Pydantic model, or leave them out of `actions`",
        ),
        (
            "resources.E005",
            "`update_schema` of `NoSchemas` is `<class 'int'>`, which is no Pydantic model",
            "name a subclass of `pydantic.BaseModel`",
        ),
        (
            "resources.E004",
            "`Odd` has an action `delete`, which is none",
            "there are `list`, `create`, `retrieve`, `update`, `partial_update`, `destroy`",
        ),
        ("resources.E004", "`pagination` of `Odd` is `<class 'int'>`", "name a subclass of `Pagination`"),
        (
            "resources.E004",
            "`session` of `Odd` is `<class 'dict'>`",
            "write `session = Session`, or `session = AsyncSession`",
        ),
        (
            "resources.E004",
            "`filters` of `Odd` is of `Book`, and the resource of `Author`",
            "name a `FilterSet[Author]`",
        ),
        ("resources.E004", "`lookup_field` of `Odd`: `Author` has no attribute `nmae`", "did you mean `name`?"),
        (
            "resources.E004",
            "`lookup_field` of `Misfit`: `author` ends at the relationship `author`",
            "name a column of the other model",
        ),
        (
            "resources.E006",
            "`AuthorOut` has a field `name`, which `Book` has not",
            "take it away, or give `Book` such an attribute",
        ),
        (
            "resources.E006",
            "`AuthorIn` has a field `name`, which `Book` has not",
            "take it away, or give `Book` such an attribute",
        ),
        *(
            (
                "resources.E006",
                f"no `Book` can be made of `AuthorIn`: nobody sets `{name}`",
                "add it to `AuthorIn`, give the column a default, or write `create` of `Misfits`",
            )
            for name in ("title", "price", "kind", "added", "author_id")
        ),
    ]


def test_two_applications_have_objects_of_their_own(app, tmp_path):
    """A resource belongs to no application."""
    other = Vase(settings={"DATABASES": {"default": f"sqlite:///{tmp_path}/other.sqlite3"}})
    Book.metadata.create_all(other.databases["default"].engine)
    app.include(Authors)
    other.include(Authors)
    with Client(app) as client, Client(other) as second:
        client.post("/authors/", json={"name": "Eco"})
        assert second.get("/authors/").json()["count"] == 0
    other.databases["default"].engine.dispose()
