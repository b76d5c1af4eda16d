"""The fixtures of this room."""

from collections.abc import Iterator

import pytest

from tests.resources._library import Book
from vase import Vase


@pytest.fixture
def app(tmp_path) -> Iterator[Vase]:
    settings = {"DATABASES": {"default": f"sqlite:///{tmp_path}/db.sqlite3"}, "SECRET_KEY": "k" * 50}
    app = Vase(settings=settings)
    database = app.databases["default"]
    Book.metadata.create_all(database.engine)
    yield app
    database.engine.dispose()
