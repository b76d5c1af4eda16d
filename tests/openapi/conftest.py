"""The kitchen sink, loaded once, and its document."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from vase import Vase


@pytest.fixture(scope="session")
def kitchen_sink() -> Vase:
    spec = importlib.util.spec_from_file_location("kitchen_sink", Path(__file__).with_name("kitchen_sink.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kitchen_sink"] = module
    spec.loader.exec_module(module)
    app: Vase = module.app
    assert app.check() == []
    return app


@pytest.fixture(scope="session")
def document(kitchen_sink: Vase) -> dict[str, Any]:
    return kitchen_sink.openapi()
