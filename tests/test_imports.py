import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from vase._imports import (
    BrokenModuleError,
    ImportStringError,
    MissingModuleError,
    MissingNameError,
    import_module,
    import_string,
)

type Project = Callable[[Mapping[str, str]], Path]

SHOP = {
    "shop/__init__.py": "",
    "shop/catalog.py": "class Product:\n    class Meta:\n        name = 'x'\n",
    "shop/broken.py": "import sys\n\nimport nosuchthing\n",
    "shop/deep.py": "from shop import broken\n",
    "shop/syntax.py": "a = 1\nb = = 2\n",
    "shop/raises.py": "def f():\n    raise ValueError('bad')\n\nf()\n",
}


@pytest.mark.parametrize("path", ["shop.catalog:Product.Meta.name", "shop.catalog.Product.Meta.name"])
def test_both_forms_of_a_path(project: Project, path: str) -> None:
    """A colon and a dot lead to the same object, into classes too."""
    project(SHOP)
    assert import_string(path) == "x"


def test_path_of_a_module(project: Project) -> None:
    """A path may name a module that nobody has imported yet."""
    project(SHOP)
    assert import_string("shop.catalog") is import_module("shop.catalog")


@pytest.mark.parametrize("path", ["", "shop..catalog", "shop:", "shop.cat alog", "shop.catalog:1"])
def test_text_that_is_no_path(path: str) -> None:
    """What cannot be a dotted path is refused with the form of one."""
    with pytest.raises(ImportStringError, match=re.escape(f"not a dotted path: `{path}`")) as caught:
        import_string(path)
    assert (caught.value.code, caught.value.hint) == (
        "imports.E001",
        "write it like `package.module:name` or `package.module.name`",
    )


def test_name_of_a_module_that_is_none() -> None:
    """The same holds for the name of a module."""
    with pytest.raises(ImportStringError, match="not a dotted name of a module: `shop/catalog`") as caught:
        import_module("shop/catalog")
    assert caught.value.code == "imports.E001"


@pytest.mark.parametrize("path", ["shop.catalgo:Product", "shop.catalgo.Product"])
def test_missing_module_names_the_nearest(project: Project, path: str) -> None:
    """A misspelt module is told with the one beside it."""
    project(SHOP)
    with pytest.raises((MissingModuleError, MissingNameError)) as caught:
        import_string(path)
    assert caught.value.hint == "did you mean `catalog`?"


def test_missing_module_of_a_package(project: Project) -> None:
    """The package is named, with its file."""
    root = project(SHOP)
    with pytest.raises(MissingModuleError, match="package `shop` has no module `catalgo`") as caught:
        import_module("shop.catalgo")
    assert caught.value.code == "imports.E002"
    assert caught.value.place is not None
    assert caught.value.place.file == str(root / "shop" / "__init__.py")


def test_missing_top_module(project: Project) -> None:
    """A missing package is told as such, not as a missing module inside it."""
    project(SHOP)
    with pytest.raises(MissingModuleError, match="no module is named `shopp`") as caught:
        import_module("shopp.catalog.product")
    assert (caught.value.code, caught.value.hint) == ("imports.E002", "did you mean `shop`?")


def test_module_below_a_file(project: Project) -> None:
    """A file has no modules inside."""
    project(SHOP)
    with pytest.raises(MissingModuleError, match=r"package `shop\.catalog` has no module `zzz`") as caught:
        import_module("shop.catalog.zzz")
    assert caught.value.hint == "`shop.catalog` is a single file, not a package"


@pytest.mark.parametrize("name", ["shop.broken", "shop.deep"])
def test_missing_import_inside_a_module_is_no_missing_module(project: Project, name: str) -> None:
    """A module that imports what does not exist is broken; the place is its line, not ours."""
    root = project(SHOP)
    with pytest.raises(BrokenModuleError) as caught:
        import_module(name)
    assert str(caught.value) == (
        f"module `{name}` fails while it is imported: ModuleNotFoundError: No module named 'nosuchthing'"
    )
    assert caught.value.code == "imports.E003"
    assert caught.value.place is not None
    assert (caught.value.place.file, caught.value.place.line) == (str(root / "shop" / "broken.py"), 3)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


@pytest.mark.parametrize(("name", "line"), [("shop.syntax", 2), ("shop.raises", 2)])
def test_place_of_a_broken_module(project: Project, name: str, line: int) -> None:
    """Syntax errors and raised errors carry the line that is to be mended."""
    root = project(SHOP)
    with pytest.raises(BrokenModuleError) as caught:
        import_module(name)
    assert caught.value.place is not None
    file = root / (name.replace(".", "/") + ".py")
    assert (caught.value.place.file, caught.value.place.line) == (str(file), line)


def test_missing_name(project: Project) -> None:
    """A misspelt name of a module is told with the nearest one."""
    project(SHOP)
    with pytest.raises(MissingNameError, match=r"module `shop\.catalog` has no name `Produkt`") as caught:
        import_string("shop.catalog:Produkt")
    assert (caught.value.code, caught.value.hint) == ("imports.E004", "did you mean `Product`?")


def test_missing_name_of_a_class(project: Project) -> None:
    """Inside a class the class is named."""
    project(SHOP)
    with pytest.raises(MissingNameError, match="object `Product` has no name `Mta`") as caught:
        import_string("shop.catalog.Product.Mta")
    assert caught.value.hint == "did you mean `Meta`?"


def test_broken_module_at_the_end_of_a_path(project: Project) -> None:
    """A path that ends in a broken module tells the error of the module, not a missing name."""
    project(SHOP)
    with pytest.raises(BrokenModuleError):
        import_string("shop.raises")
