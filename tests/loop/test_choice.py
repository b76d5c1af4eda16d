"""The setting `EVENT_LOOP` chooses the loop on which a site runs, and both serve it."""

import asyncio
import urllib.request
from typing import Literal

import pytest

from vase import Vase
from vase.loop import AsyncioEventLoop, EventLoop, loop_class
from vase.testing import Client, LiveServer

CLASSES = {"vase": EventLoop, "asyncio": AsyncioEventLoop}


@pytest.mark.parametrize("name", ["vase", "asyncio"])
def test_the_setting_chooses_the_loop(name: Literal["vase", "asyncio"]) -> None:
    """The test client and the live server run handlers on the loop that is named."""
    app = Vase(settings={"EVENT_LOOP": name})

    @app.get("/")
    async def loop_name() -> str:
        await asyncio.sleep(0.001)
        return type(asyncio.get_running_loop()).__name__

    assert loop_class(name) is CLASSES[name]
    with Client(app) as client:
        assert client.get("/").text == CLASSES[name].__name__
    with LiveServer(app) as server, urllib.request.urlopen(server.url) as answer:
        assert answer.read().decode() == CLASSES[name].__name__
