"""Sessions in handlers: what a client is told is what the database holds."""

import pytest
import sqlalchemy as sa

from vase.application import Vase
from vase.db import AsyncSession, Mapped, Model, Session, column, count, get_or_404, select
from vase.http import Conflict, PlainTextResponse
from vase.testing import Client


class Row(Model):
    name: Mapped[str] = column(max_length=20)
    parent_id: Mapped[int | None] = column(
        sa.ForeignKey("test_handlers_row.id", deferrable=True, initially="DEFERRED"), index=True
    )


@pytest.fixture
def app(tmp_path):
    app = Vase(settings={"DATABASES": {"default": f"sqlite:///{tmp_path}/db.sqlite3"}})
    Row.metadata.create_all(app.databases["default"].engine)

    @app.post("/sync/<name>", status=201)
    def make(name: str, db: Session, parent: int | None = None) -> int:
        row = Row(name=name, parent_id=parent)
        db.add(row)
        db.flush()
        return row.id

    @app.post("/async/<name>", status=201)
    async def make_async(name: str, db: AsyncSession, parent: int | None = None) -> int:
        row = Row(name=name, parent_id=parent)
        db.add(row)
        await db.flush()
        return row.id

    @app.post("/raise")
    def refuse(db: Session) -> str:
        db.add(Row(name="lost"))
        db.flush()
        raise Conflict("no")

    @app.post("/return")
    def answer(db: Session) -> PlainTextResponse:
        db.add(Row(name="kept"))
        return PlainTextResponse("no", 409)

    @app.get("/count")
    def how_many(db: Session) -> int:
        return count(db, select(Row))

    @app.get("/name/<int:number>")
    async def name(number: int, db: AsyncSession) -> str:
        return (await get_or_404(db, Row, number)).name

    return app


@pytest.fixture
def client(app):
    with Client(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_what_a_handler_stored_is_there_for_the_next_request(client, kind):
    """The commit comes before the answer, so a client that has its 201 finds the row."""
    response = client.post(f"/{kind}/tea")
    assert (response.status_code, response.text) == (201, "1")
    assert client.get("/count").text == "1"
    assert client.get("/name/1").text == "tea"
    assert client.get("/name/2").status_code == 404


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_commit_that_fails_is_no_success(client, kind):
    """A row that the database refuses at the commit is a 500, and no 201 was ever sent for it."""
    response = client.post(f"/{kind}/orphan?parent=99")
    assert response.status_code == 500
    assert client.get("/count").text == "0"


def test_raising_undoes_and_returning_keeps(client):
    """A handler that raises an answer has changed nothing; one that returns it has."""
    assert client.post("/raise").status_code == 409
    assert client.get("/count").text == "0"
    assert client.post("/return").status_code == 409
    assert client.get("/count").text == "1"
