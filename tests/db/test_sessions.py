"""When the work of a session is kept, what it costs, and blocks that fail alone."""

import weakref

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from vase.db import (
    AsyncSession,
    Database,
    ForeignKey,
    Mapped,
    Model,
    PlainModel,
    Session,
    column,
    count,
    exists,
    get_or_404,
    select,
    transaction,
)
from vase.http import NotFound


class Item(Model):
    name: Mapped[str] = column(max_length=20, unique=True)


class Part(PlainModel):
    item_id: Mapped[int] = column(ForeignKey(Item, on_delete="CASCADE"), primary_key=True)
    place: Mapped[int] = column(primary_key=True)


@pytest.fixture
def database():
    database = Database("sqlite://")
    Item.metadata.create_all(database.engine)
    with database.session() as db:
        db.add_all([Item(id=1, name="one"), Item(id=2, name="two")])
    yield database
    database.dispose()


def names(database) -> list[str]:
    with database.session() as db:
        return list(db.scalars(select(Item.name).order_by(Item.id)))


def test_kept_on_return_undone_on_raise(database):
    """A session that ends well is committed, one that raises is rolled back."""
    with database.session() as db:
        db.add(Item(name="kept"))
    with pytest.raises(KeyError), database.session() as db:  # noqa: PT012
        db.add(Item(name="lost"))
        db.flush()
        raise KeyError
    assert names(database) == ["one", "two", "kept"]


@pytest.mark.parametrize("change", ["add", "change", "delete", "core", "text", "flushed"])
def test_every_kind_of_change_is_kept(database, change):
    """Added, changed, deleted, through the ORM or beside it: all are seen at the end of a session."""
    with database.session() as db:
        one = db.get(Item, 1)
        match change:
            case "add":
                db.add(Item(name="new"))
            case "change":
                one.name = "new"
            case "delete":
                db.delete(one)
            case "core":
                db.execute(sa.insert(Item).values(name="new"))
            case "text":
                db.execute(sa.text("UPDATE test_sessions_item SET name = 'new' WHERE id = 1"))
            case "flushed":
                db.add(Item(name="new"))
                db.flush()
    assert names(database) != ["one", "two"]


def test_reading_commits_nothing(database):
    """A session that has only read ends without a commit."""
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    with database.session() as db:
        db.get(Item, 1)
        db.scalars(select(Item)).all()
    assert commits == []


def test_provider_commits_before_it_ends(database):
    """The dependency of a handler keeps the work when it is resumed and undoes it when an error is thrown in."""
    provider = database.get_session()
    next(provider).add(Item(name="kept"))
    assert next(provider, None) is None
    provider = database.get_session()
    next(provider).add(Item(name="lost"))
    with pytest.raises(KeyError):
        provider.throw(KeyError())
    assert names(database) == ["one", "two", "kept"]
    assert database.providers() == {Session: database.get_session, AsyncSession: database.get_async_session}


def test_a_commit_that_fails_is_raised(database):
    """What the database refuses at the end reaches the caller, who has not been told that all is well."""
    with pytest.raises(sa.exc.IntegrityError), database.session() as db:
        db.add(Item(name="one"))


def test_a_refused_commit_leaves_nothing_behind(database):
    """After a COMMIT that was refused, the connection goes back to the pool without its transaction."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE late (n INTEGER REFERENCES test_sessions_item (id) DEFERRABLE INITIALLY DEFERRED)"
        )
    for _ in range(3):
        with pytest.raises(sa.exc.IntegrityError), database.session() as db:
            db.execute(sa.text("INSERT INTO late VALUES (99)"))
        with database.session() as db:
            assert db.scalar(sa.text("SELECT count(*) FROM late")) == 0


def test_objects_stay_readable_after_the_end(database):
    """What a handler returns can be made into JSON when its session is gone."""
    with database.session() as db:
        item = Item(name="three")
        db.add(item)
    assert (item.id, item.name) == (3, "three")


def test_what_a_handler_was_given_is_let_go(database):
    """With the provider the session is gone, its connection is back, and its objects are detached."""
    provider = database.get_session()
    session = next(provider)
    one, known = session.get_one(Item, 1), weakref.ref(session)
    del session
    assert database.engine.pool.checkedout() == 1
    assert next(provider, None) is None
    assert database.engine.pool.checkedout() == 0
    assert (known(), one.name, sa.inspect(one).detached) == (None, "one", True)


def test_objects_are_detached_behind_a_block(database):
    """A session whose name is still there gives no object a second connection."""
    with database.session() as db:
        one = db.get_one(Item, 1)
    assert sa.inspect(one).detached
    assert db.get_transaction() is None


def test_get_by_key(database):
    """`get` finds by key, gives the object that is here already, sees changes, and knows nothing of others."""
    with database.session() as db:
        one = db.get(Item, 1)
        assert one is not None
        assert db.get(Item, 1) is one
        assert db.get(Item, 9) is None
        assert db.get(Item, 2, with_for_update=True).name == "two"
        db.add(Part(item_id=1, place=3))
    with database.session() as db:
        assert db.get(Part, (1, 3)).place == 3
        db.add(Item(id=7, name="pending"))
        assert db.get(Item, 7).name == "pending", "what is not flushed yet is found too"


def test_get_uses_one_compiled_statement(database):
    """The statement is made once for the class, also across engines and threads."""
    with database.session() as db:
        db.get(Item, 1)
    made = vars(Item)["__select_by_key__"]
    with database.session() as db:
        db.get(Item, 2)
    assert vars(Item)["__select_by_key__"] is made


def test_get_or_404(database):
    """A row by key or by query, or a 404 that names the model."""
    with database.session() as db:
        assert get_or_404(db, Item, 1).name == "one"
        assert get_or_404(db, select(Item).where(Item.name == "two")).id == 2
        by_name = select(Item).where(Item.name == sa.bindparam("name"))
        assert get_or_404(db, by_name, name="two").id == 2
        with pytest.raises(NotFound, match="no such item"):
            get_or_404(db, by_name, name="x")
        for key in (9, 2**63, -(2**70)):
            with pytest.raises(NotFound, match="no such item"):
                get_or_404(db, Item, key)


def test_count_and_exists(database):
    """Counting leaves order and limit out; existing needs one row."""
    with database.session() as db:
        query = select(Item).order_by(Item.name).limit(1)
        assert count(db, query) == 2
        assert exists(db, query)
        assert not exists(db, select(Item).where(Item.id == 9))


def test_atomic_inside_a_transaction_is_a_savepoint(database):
    """A block that fails is undone alone; what was before it stays."""
    with database.session() as db:
        db.add(Item(name="before"))
        with pytest.raises(sa.exc.IntegrityError), transaction.atomic(db):  # noqa: PT012
            db.add(Item(name="inside"))
            db.flush()
            db.add(Item(name="one"))
        with transaction.atomic(db), transaction.atomic(db):
            db.add(Item(name="nested"))
    assert names(database) == ["one", "two", "before", "nested"]


def test_atomic_first_is_the_transaction(database):
    """A block on a session that has begun nothing is committed at its end."""
    with database.session() as db:
        with transaction.atomic(db) as same:
            assert same is db
            db.add(Item(name="committed"))
        assert names(database)[-1] == "committed"


async def test_async_sessions_keep_the_same_promises(database):
    """Commit, rollback, helpers and blocks are the same, awaited."""
    async with database.async_session() as db:
        assert (await get_or_404(db, Item, 1)).name == "one"
        assert await count(db, select(Item)) == 2
        assert await exists(db, select(Item).where(Item.id == 2)) is True
        db.add(Item(name="kept"))
        with pytest.raises(sa.exc.IntegrityError):
            async with transaction.atomic(db):
                db.add(Item(name="one"))
    with pytest.raises(NotFound):  # noqa: PT012
        async with database.async_session() as db:
            db.add(Item(name="lost"))
            await get_or_404(db, Item, 10**30)
    provider = database.get_async_session()
    (await anext(provider)).add(Item(name="provided"))
    assert await anext(provider, None) is None
    assert names(database) == ["one", "two", "kept", "provided"]
    await database.close()
