import pytest

from vase.apps import AppNotFoundError, Apps

FILES = {
    "catalog/__init__.py": "",
    "catalog/models.py": "NAME = 'catalog'\n",
    "catalog/checks.py": "import nosuchthing\n",
    "catalog/reviews/__init__.py": "",
    "orders/__init__.py": "",
    "orders/models.py": "NAME = 'orders'\n",
    "orders/apps.py": """
        from vase.apps import AppConfig

        class OrdersConfig(AppConfig):
            def ready(self):
                raise RuntimeError("no signal")
    """,
}


@pytest.fixture
def apps(load) -> Apps:
    apps, faults = load(FILES, "catalog", "orders", "catalog.reviews")
    assert faults == []
    assert isinstance(apps, Apps)
    return apps


def test_apps_keep_the_order_of_the_setting(apps: Apps) -> None:
    """Templates and commands of earlier apps win, so the order is the user's."""
    assert [config.label for config in apps] == ["catalog", "orders", "reviews"]
    assert len(apps) == 3
    assert "orders" in apps
    assert repr(apps) == "<Apps catalog, orders, reviews>"


def test_an_unknown_label_names_the_nearest(apps: Apps) -> None:
    """`get` raises where `find` returns None."""
    assert apps.find("order") is None
    with pytest.raises(AppNotFoundError, match="no installed app has the label `order`") as caught:
        apps.get("order")
    assert (caught.value.code, caught.value.hint) == ("apps.E007", "did you mean `orders`?")
    with pytest.raises(AppNotFoundError) as caught:
        Apps().get("zz")
    assert caught.value.hint == "labels come from `INSTALLED_APPS`"


def test_plug_modules_are_found_by_name(apps: Apps) -> None:
    """An app without the module is passed over; the order is that of the apps."""
    plugs = apps.find_plugs("models")
    assert [(plug.app.label, plug.module.NAME) for plug in plugs] == [("catalog", "catalog"), ("orders", "orders")]
    assert len(plugs) == 2
    assert plugs.faults == ()
    assert len(apps.find_plugs("admin")) == 0


def test_a_broken_plug_module_is_a_fault_with_its_line(apps: Apps) -> None:
    """A module that exists and fails is never taken for one that is absent."""
    plugs = apps.find_plugs("checks")
    (fault,) = plugs.faults
    assert fault.render() == (
        "catalog/checks.py:1: error[apps.E003]: module `catalog.checks` fails while it is imported: "
        "ModuleNotFoundError: No module named 'nosuchthing'"
    )
    assert len(plugs) == 0


def test_the_owner_of_a_module_is_the_innermost_app(apps: Apps) -> None:
    """A model belongs to the nearest app around it."""
    assert [apps.find_owner(name) for name in ("catalog.models", "catalog.reviews.models", "catalogue")] == [
        apps.get("catalog"),
        apps.get("reviews"),
        None,
    ]


def test_a_failing_ready_is_told_with_its_line(apps: Apps) -> None:
    """One app that fails does not keep the others from being told."""
    (fault,) = apps.ready()
    assert fault.render() == (
        "orders/apps.py:6: error[apps.E008]: `ready()` of the app `orders` fails: RuntimeError: no signal"
    )
