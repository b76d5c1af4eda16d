"""Migrations from models to the database and back, on real files."""

import ast
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from vase.db import (
    Databases,
    DatabaseURLError,
    MigrationError,
    make_migrations,
    migrate,
    pending_migrations,
    show_migrations,
)

SHOP = """
class Product(Model):
    name: Mapped[str] = column(max_length=120)
    price: Mapped[Decimal] = column(max_digits=10, decimal_places=2)
"""
KITCHEN_SINK = """
import enum, uuid
from typing import Any, Literal

class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"

class Thing(Model):
    name: Mapped[str] = column(max_length=120, unique=True)
    text: Mapped[str]
    note: Mapped[str | None]
    price: Mapped[Decimal] = column(max_digits=10, decimal_places=2)
    ratio: Mapped[float]
    amount: Mapped[int] = column(index=True, db_default="0")
    is_on: Mapped[bool]
    day: Mapped[date]
    made_at: Mapped[datetime] = column(auto_now_add=True)
    changed_at: Mapped[datetime] = column(auto_now=True)
    key: Mapped[uuid.UUID]
    data: Mapped[dict[str, Any]]
    blob: Mapped[bytes]
    colour: Mapped[Colour]
    size: Mapped[Literal["s", "m"]]
    parent_id: Mapped[int | None] = column(ForeignKey("kitchen_thing.id", on_delete="SET_NULL"))

class Pair(PlainModel):
    thing_id: Mapped[int] = column(ForeignKey(Thing, on_delete="CASCADE"), primary_key=True)
    place: Mapped[int] = column(primary_key=True)
"""


def table_names(site) -> set[str]:
    with site.database.engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_first_migration_of_an_app(site):
    """The first migration is `0001_initial`, names its label as branch, and makes the table."""
    site.models("shop", SHOP)
    made = make_migrations(site)
    (only,) = made.migrations
    assert (only.label, only.name, only.revision) == ("shop", "0001_initial", "shop_0001")
    assert only.operations == ("create table shop_product",)
    assert only.written
    assert only.path.read_text() == only.source
    assert not site.file.exists(), "making migrations must not create the database"
    run = migrate(site)
    assert [(step.label, step.name, step.direction) for step in run.steps] == [("shop", "0001_initial", "apply")]
    assert table_names(site) == {"alembic_version", "shop_product"}
    assert migrate(site).steps == ()


def test_source_is_formatted_and_names_no_room_of_vase(site):
    """A migration file passes the formatter as it is written and needs only SQLAlchemy and Alembic."""
    site.models("kitchen", KITCHEN_SINK)
    (only,) = make_migrations(site).migrations
    assert "vase" not in only.source
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--line-length", "120", "--diff", str(only.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    ast.parse(only.source)


def test_nothing_is_left_to_do_after_migrating(site):
    """Every type that a model can name compares equal to the column that its migration made."""
    site.models("kitchen", KITCHEN_SINK)
    make_migrations(site)
    migrate(site)
    again = make_migrations(site, check=True)
    assert [one.operations for one in again.migrations] == []
    assert not again.has_changes


def test_changes_get_a_number_and_a_name(site):
    """The second migration is named after what it does, and keeps the rows."""
    site.models("shop", SHOP)
    make_migrations(site)
    migrate(site)
    with site.database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO shop_product (name, price) VALUES ('tea', 3)"))
    site.models("shop", SHOP + "    subtitle: Mapped[str | None] = column(max_length=40, index=True)\n")
    (only,) = make_migrations(site).migrations
    assert only.name == "0002_add_product_subtitle"
    assert only.operations == (
        "add column shop_product.subtitle",
        "create index ix_shop_product_subtitle",
    )
    migrate(site)
    with site.database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT name, subtitle FROM shop_product")).all() == [("tea", None)]


def test_name_dry_run_and_check(site):
    """`name` names the file; `dry_run` and `check` return the same and write nothing."""
    site.models("shop", SHOP)
    for made in (make_migrations(site, dry_run=True), make_migrations(site, check=True)):
        assert made.has_changes
        assert not made.migrations[0].written
        assert not made.migrations[0].path.exists()
    assert make_migrations(site, name="goods").migrations[0].name == "0001_goods"


def test_foreign_keys_across_apps_become_dependencies(site):
    """An app that points to another is migrated after it, also when it comes first or is asked for alone."""
    site.models("authors", "class Author(Model):\n    name: Mapped[str]\n")
    site.models(
        "books",
        """
        from authors.models import Author

        class Book(Model):
            author_id: Mapped[int] = column(ForeignKey(Author, on_delete="CASCADE"))
            author: Mapped[Author] = relationship()
        """,
    )
    site.apps.reverse()
    made = make_migrations(site)
    books = next(one for one in made.migrations if one.label == "books")
    assert 'depends_on = ("authors_0001",)' in books.source
    run = migrate(site, "books")
    assert [step.revision for step in run.steps] == ["authors_0001", "books_0001"]
    assert pending_migrations(site) == []


def test_labels_limit_what_is_made(site):
    """Only the named apps are looked at; one that needs a new table of another app says so."""
    site.models("authors", "class Author(Model):\n    name: Mapped[str]\n")
    site.models(
        "books",
        """
        from authors.models import Author

        class Book(Model):
            author_id: Mapped[int] = column(ForeignKey(Author, on_delete="CASCADE"))
        """,
    )
    with pytest.raises(
        MigrationError, match=r"app `books` points to app `authors`, which has no migration yet"
    ) as caught:
        make_migrations(site, ["books"])
    assert caught.value.code == "db.E014"
    assert caught.value.hint == "make both: `manage.py makemigrations authors books`"
    assert [one.label for one in make_migrations(site, ["authors"]).migrations] == ["authors"]
    assert [one.label for one in make_migrations(site, ["books"]).migrations] == ["books"]


def test_a_circle_between_apps_is_told(site):
    """Two apps whose new tables point to each other cannot be ordered."""
    site.models("left", "class A(Model):\n    b_id: Mapped[int | None] = column()\n")
    site.models(
        "right",
        """
        import sqlalchemy as sa
        from left.models import A

        class B(Model):
            a_id: Mapped[int] = column(ForeignKey(A, on_delete="CASCADE"))

        A.__table__.append_constraint(sa.ForeignKeyConstraint([A.__table__.c.b_id], [B.__table__.c.id]))
        """,
    )
    with pytest.raises(MigrationError, match="the new tables of these apps point to each other") as caught:
        make_migrations(site)
    assert caught.value.code == "db.E016"


def test_removed_model_drops_its_table(site):
    """A table whose model is gone is dropped by the app whose migration made it."""
    site.models("shop", SHOP + "\nclass Extra(Model):\n    __tablename__ = 'odd'\n    n: Mapped[int]\n")
    make_migrations(site)
    site.models("shop", SHOP)
    (only,) = make_migrations(site).migrations
    assert (only.label, only.operations) == ("shop", ("drop table odd",))


def test_revert_to_a_number_and_to_zero(site):
    """A target below the newest reverts what is above it; `zero` reverts all, dependents of other apps included."""
    site.models("authors", "class Author(Model):\n    name: Mapped[str]\n")
    site.models(
        "books",
        "from authors.models import Author\n\nclass Book(Model):\n"
        '    author_id: Mapped[int] = column(ForeignKey(Author, on_delete="CASCADE"))\n',
    )
    make_migrations(site)
    site.models("authors", "class Author(Model):\n    name: Mapped[str]\n    born: Mapped[int | None]\n")
    make_migrations(site)
    migrate(site)
    run = migrate(site, "authors", "0001")
    assert [(step.revision, step.direction) for step in run.steps] == [("authors_0002", "revert")]
    assert {one.revision for one in pending_migrations(site)} == {"authors_0002"}
    assert migrate(site, "authors", "0001").steps == ()
    run = migrate(site, "authors", "zero")
    assert [step.revision for step in run.steps] == ["books_0001", "authors_0001"]
    assert table_names(site) == {"alembic_version"}
    assert [step.revision for step in migrate(site, "authors", "0002").steps] == ["authors_0001", "authors_0002"]


def test_plan_changes_nothing(site):
    """`plan` returns the steps and does not even create the file."""
    site.models("shop", SHOP)
    make_migrations(site)
    run = migrate(site, plan=True)
    assert run.was_planned_only
    assert [step.revision for step in run.steps] == ["shop_0001"]
    assert not site.file.exists()


def test_show_migrations(site):
    """Each app is listed with its migrations in order and whether the database has them."""
    site.models("shop", SHOP)
    make_migrations(site)
    migrate(site)
    site.models("shop", SHOP + "    weight: Mapped[int | None]\n")
    make_migrations(site)
    (shop,) = show_migrations(site)
    assert shop.label == "shop"
    assert [(one.name, one.is_applied) for one in shop.migrations] == [
        ("0001_initial", True),
        ("0002_add_product_weight", False),
    ]


def test_children_survive_the_rebuild_of_their_parent(site):
    """SQLite rebuilds a table to change a column; rows that point to it are not cascaded away."""
    source = """
    class Parent(Model):
        name: Mapped[str] = column(max_length=10)

    class Child(Model):
        parent_id: Mapped[int] = column(ForeignKey(Parent, on_delete="CASCADE"))
    """
    site.models("family", source)
    make_migrations(site)
    migrate(site)
    with site.database.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO family_parent (id, name) VALUES (1, 'Ada')"))
        connection.execute(sa.text("INSERT INTO family_child (parent_id) VALUES (1)"))
    site.database.dispose()
    site.models("family", source.replace("max_length=10", "max_length=20"))
    (only,) = make_migrations(site).migrations
    assert only.operations == ("alter column family_parent.name",)
    migrate(site)
    with site.database.engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM family_child")).scalar() == 1


def data_migration(site, body: str, *, label: str = "shop") -> Path:
    """Write a migration by hand after the first one."""
    path: Path = site.folder / label / "migrations" / "0002_data.py"
    path.write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f'revision = "{label}_0002"\ndown_revision = "{label}_0001"\nbranch_labels = None\ndepends_on = None\n\n\n'
        "def upgrade() -> None:\n" + textwrap.indent(textwrap.dedent(body), "    ")
    )
    return path


def test_a_migration_that_fails_leaves_the_database_as_it_was(site):
    """All steps of a run are undone together, DDL included, and the error names the migration and its file."""
    site.models("shop", SHOP)
    make_migrations(site)
    path = data_migration(
        site, "op.execute('CREATE TABLE half (n INTEGER)')\nop.execute('INSERT INTO nowhere VALUES (1)')\n"
    )
    with pytest.raises(
        MigrationError, match=r"migration `shop\.0002_data` cannot be applied: OperationalError: no such table: nowhere"
    ) as caught:
        migrate(site)
    assert caught.value.code == "db.E014"
    assert caught.value.place is not None
    assert Path(caught.value.place.file) == path
    assert table_names(site) == set()


def test_a_migration_that_breaks_references_is_refused(site):
    """Foreign keys are off while tables are rebuilt, so the whole database is checked before the commit."""
    site.models(
        "shop",
        SHOP
        + "\nclass Order(Model):\n    product_id: Mapped[int] = column(ForeignKey(Product, on_delete='PROTECT'))\n",
    )
    make_migrations(site)
    data_migration(site, "op.execute('INSERT INTO shop_order (product_id) VALUES (7)')\n")
    with pytest.raises(MigrationError, match="row 1 of `shop_order` points to no row of `shop_product`") as caught:
        migrate(site)
    assert caught.value.code == "db.E015"


def test_a_killed_migration_leaves_the_old_schema(site):
    """SIGKILL in the middle of a run: the schema is the old one, and running again completes it."""
    site.models("shop", SHOP)
    make_migrations(site)
    migrate(site)
    site.database.dispose()
    path = data_migration(
        site,
        """
        op.execute("CREATE TABLE half (n INTEGER)")
        print("in the middle", flush=True)
        import time; time.sleep(60)
        """,
    )
    script = textwrap.dedent(f"""
        import sys
        from types import SimpleNamespace as N
        from pathlib import Path
        from vase.db import Databases, migrate
        app = N(label="shop", name="shop", path=Path({str(site.folder / "shop")!r}))
        migrate(N(apps=[app], databases=Databases({{"default": "sqlite:///{site.file}"}})))
    """)
    child = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child.stdout:
        assert child.stdout.readline() == "in the middle\n"
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    assert table_names(site) == {"alembic_version", "shop_product"}
    path.write_text(path.read_text().replace("time.sleep(60)", "time.sleep(0)"))
    assert [step.revision for step in migrate(site).steps] == ["shop_0002"]
    assert "half" in table_names(site)


def test_two_runs_at_once_do_the_work_once(site):
    """A second `migrate` waits for the first and then finds nothing to do."""
    site.models("shop", SHOP)
    make_migrations(site)
    data_migration(site, "import time; time.sleep(0.5)\n")
    script = textwrap.dedent(f"""
        from types import SimpleNamespace as N
        from pathlib import Path
        from vase.db import Databases, migrate
        app = N(label="shop", name="shop", path=Path({str(site.folder / "shop")!r}))
        run = migrate(N(apps=[app], databases=Databases({{"default": "sqlite:///{site.file}"}})))
        print(len(run.steps))
    """)
    children = [subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = sorted(child.communicate()[0].strip() for child in children)
    assert answers == ["0", "0", "2"]


def test_two_newest_migrations_are_told(site):
    """Two files with the same parent are one fault with both names, before anything runs."""
    site.models("shop", SHOP)
    make_migrations(site)
    data_migration(site, "pass\n")
    other = site.folder / "shop" / "migrations" / "0002_other.py"
    other.write_text((site.folder / "shop/migrations/0002_data.py").read_text().replace("shop_0002", "shop_0002b"))
    with pytest.raises(
        MigrationError,
        match=r"app `shop` has 2 newest migrations: `0002_(data` and `0002_other|other` and `0002_data)`",
    ) as caught:
        migrate(site)
    assert caught.value.code == "db.E011"


@pytest.mark.parametrize(
    ("label", "target", "code", "message", "hint"),
    [
        ("shp", None, "db.E010", "no installed app has the label `shp`", "did you mean `shop`?"),
        ("shop", "0009", "db.E012", "no migration matches `0009` in app `shop`", None),
        (None, "0001", "db.E010", "a target needs the label of its app: `0001`", None),
    ],
)
def test_wrong_words_are_explained(site, label, target, code, message, hint):
    """An unknown label or target is one sentence with the nearest match."""
    site.models("shop", SHOP)
    make_migrations(site)
    with pytest.raises(MigrationError) as caught:
        migrate(site, label, target)
    assert (caught.value.code, str(caught.value)) == (code, message)
    assert caught.value.hint == hint or hint is None


def test_a_revision_without_a_file_is_told(site):
    """A database ahead of the code is named, not guessed about."""
    site.models("shop", SHOP)
    make_migrations(site)
    data = data_migration(site, "pass\n")
    migrate(site)
    data.unlink()
    with pytest.raises(
        MigrationError, match="the database has a migration that no file of the installed apps describes: `shop_0002`"
    ) as caught:
        migrate(site)
    assert caught.value.code == "db.E013"


def test_missing_folder_is_told(site):
    """A SQLite file in a folder that does not exist is a sentence, not a driver's error."""
    site.models("shop", SHOP)
    site.databases = Databases({"default": f"sqlite:///{site.folder}/nowhere/db.sqlite3"})
    make_migrations(site)
    with pytest.raises(DatabaseURLError, match="the folder of the database does not exist") as caught:
        migrate(site)
    assert caught.value.code == "db.E005"


def test_same_label_in_two_applications(make_site: Callable[..., Any]):
    """Two applications in one process whose apps share a label do not see each other's tables."""
    one, two = make_site("one"), make_site("two")
    one.models("first.catalog", "class Product(Model):\n    name: Mapped[str]\n")
    two.models("second.catalog", "class Product(Model):\n    title: Mapped[str]\n    year: Mapped[int]\n")
    for site in (one, two):
        make_migrations(site)
        migrate(site)
    assert table_names(one) == table_names(two) == {"alembic_version", "catalog_product"}
    with two.database.engine.connect() as connection:
        assert [column["name"] for column in sa.inspect(connection).get_columns("catalog_product")] == [
            "id",
            "title",
            "year",
        ]


def test_making_many_is_quick(site):
    """Twenty apps are compared in well under the time a person would notice."""
    for number in range(20):
        site.models(f"app{number}", SHOP)
    make_migrations(site)
    started = time.perf_counter()
    assert not make_migrations(site).has_changes
    assert time.perf_counter() - started < 5
