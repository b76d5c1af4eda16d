"""Where declarations live, what tables are called, what a model may leave out."""

import sys

import sqlalchemy as sa

from vase.db import application_metadata, check_models


def test_table_is_named_after_label_and_class(site):
    """The table of a model is the app's label and the class in snake case, wherever the app's package lies."""
    site.models("shop.catalog", "class HTTPProductPage(Model):\n    n: Mapped[int]\n")
    assert site.model("shop.catalog.HTTPProductPage").__table__.name == "catalog_http_product_page"


def test_label_comes_from_the_app_config(site):
    """An `AppConfig` with a label of its own names the tables."""
    package = site.folder / "goods"
    package.mkdir()
    (package / "apps.py").write_text(
        "from vase.apps import AppConfig\n\nclass Config(AppConfig):\n    label = 'wares'\n"
    )
    site.models("goods", "class Box(Model):\n    n: Mapped[int]\n")
    assert site.model("goods.Box").__table__.name == "wares_box"


def test_primary_key_is_there_unless_declared(site):
    """A model has an integer `id` first; one with another key has not, and a composite key stays as it is written."""
    site.models(
        "shop",
        """
        class A(Model):
            n: Mapped[int]

        class B(Model):
            code: Mapped[str] = column(max_length=2, primary_key=True)

        class C(PlainModel):
            left: Mapped[int] = column(primary_key=True)
            right: Mapped[int] = column(primary_key=True)
        """,
    )
    keys = {name: [c.name for c in site.model(f"shop.{name}").__table__.primary_key] for name in "ABC"}
    assert keys == {"A": ["id"], "B": ["code"], "C": ["left", "right"]}
    assert [c.name for c in site.model("shop.A").__table__.columns] == ["id", "n"]


def test_models_without_a_primary_key_are_told_together(site):
    """A missing key does not stop the import: every such model is one fault with its line."""
    site.models("shop", "class A(PlainModel):\n    n: Mapped[int]\n\nclass B(PlainModel):\n    n: Mapped[int]\n")
    faults = list(check_models(site))
    assert [(fault.code, fault.message) for fault in faults] == [
        ("db.E003", "model `A` has no primary key"),
        ("db.E003", "model `B` has no primary key"),
    ]
    assert str(faults[0].place).endswith("shop/models.py:5")
    assert not application_metadata(["shop"]).tables


def test_every_constraint_has_a_name(site):
    """A migration can drop any constraint, because the convention names them all."""
    site.models(
        "shop",
        """
        import sqlalchemy as sa

        class A(Model):
            code: Mapped[str] = column(sa.CheckConstraint("code <> ''", name="filled"), unique=True)
            other_id: Mapped[int | None] = column(ForeignKey("shop_a.id", on_delete="SET_NULL"))
        """,
    )
    table = site.model("shop.A").__table__
    names = {str(constraint.name) for constraint in table.constraints} | {str(index.name) for index in table.indexes}
    assert names == {
        "pk_shop_a",
        "uq_shop_a_code",
        "ck_shop_a_filled",
        "fk_shop_a_other_id_shop_a",
        "ix_shop_a_other_id",
    }


def test_single_and_joined_inheritance(site):
    """A subclass without a key shares the table of its parent; one with a key has a table of its own."""
    site.models(
        "zoo",
        """
        class Animal(Model):
            kind: Mapped[str]
            __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "animal"}

        class Dog(Animal):
            __mapper_args__ = {"polymorphic_identity": "dog"}

        class Bird(Animal):
            id: Mapped[int] = column(ForeignKey(Animal, on_delete="CASCADE"), primary_key=True)
            wings: Mapped[int]
            __mapper_args__ = {"polymorphic_identity": "bird"}
        """,
    )
    assert site.model("zoo.Dog").__table__.name == "zoo_animal"
    assert site.model("zoo.Bird").__table__.name == "zoo_bird"


def test_abstract_models_lend_their_columns(site):
    """A base of the user's gives its columns to each model, and has no table."""
    site.models(
        "shop",
        """
        class Stamped(Model):
            __abstract__ = True
            made_at: Mapped[datetime] = column(auto_now_add=True)

        class A(Stamped):
            n: Mapped[int]
        """,
    )
    assert {c.name for c in site.model("shop.A").__table__.columns} == {"id", "n", "made_at"}
    assert set(application_metadata(["shop"]).tables) == {"shop_a"}


def test_names_in_strings_are_looked_up_in_the_own_app(make_site):
    """Two apps with models of the same name configure side by side; neither finds the other's."""
    one = make_site("one")
    source = """
    class Comment(Model):
        post_id: Mapped[int] = column(ForeignKey("{label}_post.id", on_delete="CASCADE"))
        post: Mapped["Post"] = relationship(back_populates="comments")

    class Post(Model):
        comments: Mapped[list["Comment"]] = relationship(back_populates="post")
    """
    one.models("first.blog", source.format(label="blog"))
    one.models("second.blog", source.format(label="blog"))
    sa.orm.configure_mappers()
    for package in ("first.blog", "second.blog"):
        comment = sys.modules[f"{package}.models"].Comment
        assert sa.inspect(comment).relationships["post"].mapper.class_.__module__ == f"{package}.models"


def test_one_application_cannot_have_a_table_twice(site):
    """Two installed apps that claim one table are a fault of that application."""
    site.models("first.blog", "class Post(Model):\n    n: Mapped[int]\n")
    site.models("second.blog", "class Post(Model):\n    n: Mapped[int]\n")
    (fault,) = [fault for fault in check_models(site) if fault.code == "db.E004"]
    assert fault.message == "two apps claim the table `blog_post`: `first.blog` and `second.blog`"


def test_tables_named_after_another_label_are_told(site):
    """An app that is installed under a label other than its tables' is a fault."""
    site.models("shop", "class A(Model):\n    n: Mapped[int]\n")
    site.apps[0] = type(site.apps[0])("store", "shop", site.apps[0].path)
    (fault,) = check_models(site)
    assert fault.code == "db.E008"


def test_a_package_that_is_imported_anew_starts_empty(site):
    """A module that was removed and is imported again does not meet its old tables."""
    for _ in range(3):
        site.models("shop", "class A(Model):\n    n: Mapped[int]\n")
    assert set(application_metadata(["shop"]).tables) == {"shop_a"}


def test_repr_asks_no_query(site):
    """A model shows its key; a new one says that it has none."""
    site.models("shop", "class A(Model):\n    n: Mapped[int]\n")
    assert repr(site.model("shop.A")(n=1)) == "<A (new)>"


def test_own_registry_is_respected(site):
    """A base with a registry of its own keeps its models out of the app's."""
    site.models(
        "shop",
        """
        from sqlalchemy.orm import registry as make_registry

        class Own(PlainModel):
            __abstract__ = True
            registry = make_registry()

        class A(Own):
            id: Mapped[int] = column(primary_key=True)
        """,
    )
    assert not application_metadata(["shop"]).tables
