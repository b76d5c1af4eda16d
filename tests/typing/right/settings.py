"""Settings have the types of their schema."""

from pathlib import Path
from typing import assert_type

from vase import Vase
from vase.checks import CheckMessage
from vase.conf import Settings, env
from vase.types import Fault

app = Vase.from_settings("config.settings.test", DEBUG=True)


@app.get("/settings")
async def show(settings: Settings) -> str:
    assert_type(settings.DEBUG, bool)
    assert_type(settings.ALLOWED_HOSTS, list[str])
    assert_type(settings.STATIC_ROOT, Path | None)
    assert_type(settings.origin("DEBUG").kind in {"default"}, bool)
    return settings.API_TITLE


DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY")
HOSTS: list[str] = env.list("HOSTS", default=[])

faults: list[Fault] = app.check()
codes: list[str] = [fault.code for fault in faults if isinstance(fault, CheckMessage)]
