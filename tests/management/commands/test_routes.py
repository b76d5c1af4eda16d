"""`routes`: what the engine matches, as people and programs read it."""

import json


def test_routes_are_listed_with_handler_and_place(manage):
    """Each route has its methods, path, handler and the line that registered it."""
    lines = manage("routes").stdout.splitlines()
    assert lines[0].split() == ["methods", "path", "name", "handler", "place"]
    assert lines[1].split() == ["GET", "/", "home", "config.views.home", "config/urls.py:8"]
    rows = [line.split()[:2] for line in lines[2:]]
    assert ["POST", "/products/"] in rows
    assert ["DELETE", "/products/{id:int}"] in rows


def test_routes_as_json(shop, manage):
    """`--json` holds the same as data."""
    rows = json.loads(manage("routes", "--json").stdout)
    created = next(row for row in rows if row["methods"] == ["POST"])
    assert (created["path"], created["handler"]) == ("/products/", "catalog.api.create_product")
    source = (shop / "catalog/api.py").read_text().splitlines()
    assert created["file"] == str(shop / "catalog/api.py")
    assert '@router.post("/", status=201)' in source[created["line"] - 1]
