"""Projects and apps as they are written to disk."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from vase.management import CommandError, RegistrationError, SpecificationError, TargetExistsError
from vase.management.commands.startproject import startproject
from vase.management.generate._app import plan_app
from vase.management.generate._fields import parse_model
from vase.management.generate._files import Plan, find_template, read_tree
from vase.management.generate._known_models import read_models
from vase.management.generate._registration import find_places

SETTINGS = "config.settings.development"
EVERY_TYPE = (
    'Product name:str(120) code:str? about:text="a b" stock:int=3 weight:float price:decimal(10,2)=9.90 sold:bool=true '
    "day:date made:datetime=now seen:datetime? key:uuid=random serial:uuid since:date=today"
)


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Path:
    """Return a new project that can be imported from."""
    startproject("shop", tmp_path / "shop")
    monkeypatch.syspath_prepend(tmp_path / "shop")
    return tmp_path / "shop"


def start(shop: Path, name: str, *models: str, apps: tuple[str, ...] = ()) -> Plan:
    """Do what `startapp` does."""
    importlib.invalidate_caches()
    plan = plan_app(
        name,
        shop,
        [parse_model(model) for model in models],
        known=list(read_models(apps)),
        places=find_places(SETTINGS),
    )
    plan.write()
    return plan


def assert_clean(folder: Path) -> None:
    """Hold the files to the project's own linter and formatter."""
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["check", "--no-cache"], ["format", "--check", "--diff", "--no-cache"]):
        result = subprocess.run([*ruff, *command, "."], cwd=folder, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr


def test_new_project_is_the_template_with_one_word_changed(shop):
    """A new project is the template without its example app, under the new name, and clean."""
    template = set(read_tree(find_template(), words={}, leave_out={"app_name"}))
    assert {path.relative_to(shop) for path in shop.rglob("*") if path.is_file()} == template
    for path in template:
        text = (shop / path).read_text()
        assert "project_name" not in text, path
        assert "app_name" not in text, path
    assert 'name = "shop"' in (shop / "pyproject.toml").read_text()
    assert (shop / "manage.py").stat().st_mode & 0o111
    assert_clean(shop)


def test_lost_template_is_told(tmp_path, monkeypatch):
    """An installation without its template says so, instead of making an empty project."""
    monkeypatch.setattr("vase.__file__", str(tmp_path / "vase" / "__init__.py"))
    with pytest.raises(CommandError, match="the project template is missing: ") as refused:
        find_template()
    assert (refused.value.code, refused.value.hint) == ("management.E009", "install vase again")


def test_template_has_no_template_syntax():
    """The template is a site as it stands: no braces that somebody would have to fill in, apart from its own pages."""
    for path, content in read_tree(find_template(), words={}, leave_out={"templates"}).items():
        assert b"{{" not in content, path
        assert b"{%" not in content, path


def test_project_is_never_written_over(shop):
    """A folder with files of the same names is left alone, and all of them are named."""
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    with pytest.raises(TargetExistsError) as refused:
        startproject("shop", shop)
    assert "`manage.py`" in str(refused.value)
    assert "`pyproject.toml`" in str(refused.value)
    assert refused.value.code == "management.E005"
    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


def test_project_may_go_into_a_folder_with_other_files(tmp_path):
    """An empty repository is a good place for a project."""
    (tmp_path / ".git").mkdir()
    startproject("shop", tmp_path)
    assert (tmp_path / "manage.py").is_file()


def test_app_without_models_is_the_skeleton_registered(shop):
    """A new app is in the settings and in the URL conf, and nothing else changes there."""
    settings = (shop / "config/settings/base.py").read_text()
    start(shop, "blog")
    start(shop, "orders")
    assert (shop / "config/settings/base.py").read_text() == settings.replace(
        "INSTALLED_APPS: list[str] = []", 'INSTALLED_APPS: list[str] = ["blog", "orders"]'
    )
    urls = (shop / "config/urls.py").read_text()
    assert '    path("", include("blog.urls")),\n    path("", include("orders.urls")),\n]\n' in urls
    assert "app_name" not in (shop / "blog/api.py").read_text()
    assert_clean(shop)


def test_app_with_every_type_is_clean(shop):
    """Every type of the little language becomes code that the linter and the formatter accept."""
    start(shop, "catalog", EVERY_TYPE)
    assert_clean(shop)
    models = (shop / "catalog/models.py").read_text()
    assert '    price: Mapped[Decimal] = column(max_digits=10, decimal_places=2, default=Decimal("9.90"))\n' in models
    assert "    made: Mapped[dt.datetime] = column(auto_now_add=True)\n" in models
    assert "    key: Mapped[UUID] = column(default=uuid4)\n" in models
    schemas = (shop / "catalog/schemas.py").read_text()
    assert "    seen: AwareDatetime | None = None\n" in schemas
    assert schemas.count("made:") == 1


def test_references_between_models_and_apps(shop):
    """A reference may point to a model of the same call, to itself, or to one of an installed app."""
    start(shop, "catalog", "Category name:str(20)", "Product name:str(120) category:ref:Category parent:ref:Product?")
    assert 'column(ForeignKey(Category, on_delete="PROTECT"))' in (shop / "catalog/models.py").read_text()
    assert 'column(ForeignKey("catalog_product.id", on_delete="SET_NULL"))' in (shop / "catalog/models.py").read_text()
    # `parent` names its own table by text, which no row has to fill in.
    start(shop, "orders", "Order product:ref:catalog.Product count:int", apps=("catalog",))
    assert "from catalog.models import Product\n" in (shop / "orders/models.py").read_text()
    tests = (shop / "orders/tests/test_api.py").read_text()
    assert "pytest.skip" not in tests
    assert tests.index("category_row = Category(") < tests.index("product_row = Product(")
    assert_clean(shop)


def test_reference_to_a_model_that_only_a_person_can_make(shop):
    """A row of a model with a column of an unknown type cannot be invented: the tests say so and are skipped."""
    start(shop, "catalog")
    (shop / "catalog/models.py").write_text(
        '"""Models."""\n\nfrom vase.db import Mapped, Model, column\n\n\nclass Maker(Model):\n    """A maker."""\n\n'
        "    tags: Mapped[dict[str, str]] = column()\n"
    )
    start(shop, "orders", "Order maker:ref:Maker", apps=("catalog",))
    tests = (shop / "orders/tests/test_api.py").read_text()
    assert 'pytest.skip("a row of Maker is needed here: say how one is made")' in tests
    assert_clean(shop)


def test_references_that_lead_nowhere_are_told_together(shop):
    """An unknown model is refused with the nearest one, before anything is written."""
    with pytest.raises(SpecificationError) as refused:
        start(shop, "catalog", "Category name:str(20)", "Product a:ref:Categry b:ref:Nothing c:ref:Product")
    assert str(refused.value) == (
        "`--model` has references that lead nowhere\n"
        "    field `a` of `Product` refers to no model: `Categry`; did you mean `Category`?\n"
        "    field `b` of `Product` refers to no model: `Nothing`; there are Category, Product\n"
        "    field `c` of `Product` refers to its own model: the first row needs `?`"
    )
    assert not (shop / "catalog").exists()


@pytest.mark.parametrize("name", ["Data", "Value", "Db", "Error", "Select", "Row", "Order", "Request", "Index"])
def test_awkward_model_names(shop, name):
    """A model may be named like something that the generated handlers use."""
    start(shop, "catalog", f"{name} name:str(20)")
    assert_clean(shop)
    compile((shop / "catalog/api.py").read_text(), "api.py", "exec")


def test_long_names(shop):
    """Names of any usual length give lines that the formatter would not break otherwise."""
    for number, model in enumerate(["OrderLine", "StockMovement", "CustomerAddress", "WarehouseStockMovement"]):
        fields = 'name:str(20) price:decimal(10,2)=9.90 about:text="' + "a" * 60 + '"'
        start(shop, f"app{number}", f"{model} {fields}", f"{model}Line {fields} parent:ref:{model}")
    assert_clean(shop)


def test_settings_that_compute_their_apps_are_left_alone(shop):
    """Settings that cannot be edited safely are refused before anything is written."""
    base = shop / "config/settings/base.py"
    base.write_text(base.read_text().replace("INSTALLED_APPS: list[str] = []", "INSTALLED_APPS = list(())"))
    before = base.read_text()
    with pytest.raises(RegistrationError) as refused:
        start(shop, "blog")
    assert refused.value.hint == "write `INSTALLED_APPS = […]` once, or use `--no-register` and add the app by hand"
    assert base.read_text() == before
    assert not (shop / "blog").exists()


def test_line_ends_of_edited_files_stay(shop):
    """A file with Windows line ends keeps them."""
    base = shop / "config/settings/base.py"
    base.write_bytes(base.read_bytes().replace(b"\n", b"\r\n"))
    start(shop, "blog")
    assert b'INSTALLED_APPS: list[str] = ["blog"]\r\n' in base.read_bytes()
    assert base.read_bytes().count(b"\r\n") == base.read_bytes().count(b"\n")


def test_failure_in_the_middle_takes_everything_back(tmp_path):
    """When a file cannot be written, those before it go again and edited ones are as they were."""
    (tmp_path / "kept.py").write_text("before")
    (tmp_path / "folder").write_text("a file where a folder should be")
    plan = Plan(
        tmp_path, created={Path("new/a.py"): b"a", Path("folder/b.py"): b"b"}, edited={Path("kept.py"): "after"}
    )
    with pytest.raises(OSError, match="folder"):
        plan.write()
    assert (tmp_path / "kept.py").read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {"kept.py", "folder"}
