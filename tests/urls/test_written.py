"""Calls of `reverse` in the code of a site are looked up before the socket opens."""

from pathlib import Path

from tests.conftest import Project
from vase import Vase
from vase.urls import URLResolver, WrittenReversals, compile_urls, path

URLS = [path("a/<int:id>", print, name="show"), path("home/", print, name="home")]
RESOLVER = URLResolver(compile_urls(URLS).routes)


def check(folder: Path, source: str) -> list[str]:
    file = folder / "code.py"
    file.write_text(source)
    return [f"{fault.place.line} {fault.code}" for fault in WrittenReversals().check([file], RESOLVER) if fault.place]


def test_names_parameters_and_values(tmp_path: Path):
    """An unknown name, other parameters, a value that does not fit, parameters without a name."""
    source = """
def one(resolver: URLResolver, id):
    resolver.reverse("show", id=1), resolver.reverse("show", id=id), resolver.reverse("home")
    resolver.reverse("shwo", id=1)
    resolver.reverse("show", pk=1)
    resolver.reverse("show", id="abc")
    resolver.reverse("show", 1)
    resolver.reverse("home" if id else "hme")
    resolver.reverse("nothing", **more)
"""
    assert check(tmp_path, source) == [
        "4 urls.E015",
        "5 urls.E016",
        "6 urls.E017",
        "7 urls.E016",
        "8 urls.E015",
        "9 urls.E015",
    ]


def test_who_is_asked(tmp_path: Path):
    """Applications and resolvers that are named as such, and those that requests and applications hold."""
    source = """
app = Vase()
site = Vase.from_settings("config.settings")
app.reverse("x")
site.reverse("x")
def a(request, self):
    request.app.reverse("x")
    self.resolver.reverse("x")
def b(urls: "vase.urls.URLResolver", other: vase.Vase):
    urls.reverse("x")
    other.reverse("x")
"""
    assert check(tmp_path, source) == [f"{line} urls.E015" for line in (4, 5, 7, 8, 10, 11)]


def test_what_is_not_ours(tmp_path: Path):
    """Lists, other libraries' objects, names that are computed, and files that cannot be read are left alone."""
    source = """
def a(items: list, words, resolver: URLResolver, name, parts):
    items.reverse()
    words.reverse("x")
    text.reverse("x")
    resolver.reverse(name)
    resolver.reverse(*parts)
    resolver.reverse("show", **parts)
"""
    assert check(tmp_path, source) == []
    assert check(tmp_path, "app.reverse(") == []
    assert WrittenReversals().check([tmp_path / "gone.py"], RESOLVER) == []


def test_a_file_that_changes_is_read_again(tmp_path: Path):
    """What is known of a file is kept while it stays the same."""
    file, written = tmp_path / "code.py", WrittenReversals()
    file.write_text('app = Vase()\napp.reverse("hme")\n')
    (fault,) = written.check([file], RESOLVER)
    assert fault.hint == "did you mean `home`?"
    assert written.check([file], RESOLVER) == [fault]
    file.write_text('app = Vase()\napp.reverse("home")\n')
    assert written.check([file], RESOLVER) == []


def test_the_check_of_a_site_tells_them(project: Project):
    """`check` reads the code of the installed apps; their tests may ask for what is not there."""
    code = 'def go(request):\n    return request.app.reverse("shop:shwo", id=1)\n'
    root = project(
        {
            "config/__init__.py": "",
            "config/settings.py": """
                SECRET_KEY = "a long and random text for the tests of reversing"
                INSTALLED_APPS = ["shop"]
                ROOT_URLCONF = "config.urls"
            """,
            "config/urls.py": """
                from vase.urls import include, path
                urlpatterns = [path("shop/", include("shop.urls", namespace="shop"))]
            """,
            "shop/__init__.py": "",
            "shop/urls.py": """
                from vase.urls import path
                def show(id: int) -> str: return ""
                urlpatterns = [path("<int:id>", show, name="show")]
            """,
            "shop/views/__init__.py": "",
            "shop/views/orders.py": code,
            "shop/tests/__init__.py": "",
            "shop/tests/orders.py": code,
            "shop/test_orders.py": code,
        }
    )
    (fault,) = [fault for fault in Vase.from_settings("config.settings").check() if fault.code.startswith("urls.")]
    assert (fault.code, fault.message) == ("urls.E015", "no route is named `shop:shwo`")
    assert fault.place is not None
    assert (Path(fault.place.file), fault.place.line) == (root / "shop/views/orders.py", 2)
