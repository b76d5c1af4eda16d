"""Which names a project, an app or a model may have."""

from pathlib import Path

import pytest

from vase.management import NameRefusedError
from vase.management.generate._names import check_app_name, check_project_name, find_model_fault, plural, snake_case


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        (
            "my-shop",
            "project may not be named `my-shop`: it is not a Python name",
            "choose another name, like `my_shop`",
        ),
        ("2shop", "project may not be named `2shop`: it is not a Python name", "choose another name, like `shop`"),
        ("", "project may not be named ``: it is not a Python name", "choose another name"),
        ("größe", "project may not be named `größe`: it is not a Python name", "choose another name, like `gr_e`"),
        (
            "class",
            "project may not be named `class`: it is a keyword of Python",
            "choose another name, like `class_project`",
        ),
        (
            "Shop",
            "project may not be named `Shop`: packages are written in lower case",
            "choose another name, like `shop`",
        ),
        ("vase", "project may not be named `vase`: it would hide the framework", "choose another name"),
        (
            "email",
            "project may not be named `email`: the standard library has a module of that name",
            "choose another name, like `email_project`",
        ),
        (
            "project_name",
            "project may not be named `project_name`: it is the placeholder of the template",
            "choose another name",
        ),
    ],
)
def test_refused_project_names(name, message, hint):
    """A name that Python or the template could not live with is refused with its reason and a better one."""
    with pytest.raises(NameRefusedError) as refused:
        check_project_name(name)
    assert (str(refused.value), refused.value.hint, refused.value.code) == (message, hint, "management.E004")


@pytest.mark.parametrize("name", ["shop", "shop2", "my_shop", "blog"])
def test_accepted_names(name, tmp_path):
    """Plain lower-case names are fine for projects and apps."""
    check_project_name(name)
    check_app_name(name, tmp_path)


def test_app_may_not_take_a_folder_of_the_project(tmp_path):
    """`config` and `templates` belong to the project itself."""
    with pytest.raises(NameRefusedError, match="`config`: it is a folder of the project itself"):
        check_app_name("config", tmp_path)


def test_app_may_not_take_what_exists(tmp_path):
    """An existing folder or module of the project is never written into."""
    (tmp_path / "catalog").mkdir()
    (tmp_path / "orders.py").touch()
    for name in ("catalog", "orders"):
        with pytest.raises(NameRefusedError, match=f"app may not be named `{name}`: `.*{name}` exists already"):
            check_app_name(name, tmp_path)


def test_app_may_not_hide_an_installed_package(tmp_path):
    """An app named like an installed package would be imported in its place."""
    with pytest.raises(NameRefusedError, match="`sqlalchemy`: it would hide the module at "):
        check_app_name("sqlalchemy", tmp_path)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("Product", None),
        ("OrderLine", None),
        ("product", "a model is named like a class: `Product`, not `product`"),
        ("Order_line", "a model is named like a class: `OrderLine`, not `Order_line`"),
        ("None", "`None` is not a name that Python accepts for a class"),
        ("Model", "`Model` would hide the class of that name in the generated files"),
        ("ValueError", "`ValueError` would hide the class of that name in the generated files"),
    ],
)
def test_model_names(name, fault):
    """A model is named like a class and hides none that the generated files use."""
    assert find_model_fault(name) == fault


@pytest.mark.parametrize(
    ("name", "snake", "many"),
    [
        ("Product", "product", "products"),
        ("Category", "category", "categories"),
        ("OrderLine", "order_line", "order_lines"),
        ("HTTPCache", "http_cache", "http_caches"),
        ("Box", "box", "boxes"),
        ("Day", "day", "days"),
        ("Status", "status", "statuses"),
    ],
)
def test_words_of_a_model(name, snake, many):
    """A model's name becomes the words of its functions and paths."""
    assert snake_case(name) == snake
    assert plural(snake_case(name)) == many


def test_better_name_is_itself_accepted(tmp_path):
    """What the hint proposes would not be refused for the same reason again."""
    with pytest.raises(NameRefusedError) as refused:
        check_app_name("My-Shop", tmp_path)
    better = str(refused.value.hint).split("`")[1]
    check_app_name(better, Path(tmp_path))
