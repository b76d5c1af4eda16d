"""`shell`: Python with the site in it."""

import pytest


def test_site_models_and_session_are_there(manage):
    """`app`, `settings`, the models, `select` and an open session need no import."""
    manage("migrate", "--make")
    code = (
        "db.add(Product(name='lamp', price=3)); db.commit(); "
        "print(settings.DEBUG, app.settings is settings, db.scalars(select(Product.name)).all())"
    )
    result = manage("shell", "-c", code)
    assert (result.returncode, result.stdout) == (0, "True True ['lamp']\n"), result.stderr


@pytest.mark.slow
def test_what_is_not_committed_is_not_kept(manage):
    """The session of the shell keeps nothing by itself."""
    manage("migrate", "--make")
    manage("shell", "-c", "db.add(Product(name='lamp', price=3)); db.flush()")
    assert manage("shell", "-c", "print(db.scalars(select(Product.name)).all())").stdout == "[]\n"


def test_await_works(manage):
    """Awaiting works at the top level, on the kind of loop that serves the site."""
    code = "import asyncio; await asyncio.sleep(0); print(type(asyncio.get_running_loop()).__name__)"
    assert manage("shell", "-c", code).stdout == "EventLoop\n"


def test_console_goes_on_after_an_error(shop, manage):
    """The prompt keeps its names between inputs, awaits, and survives a traceback."""
    script = shop / "try.py"
    script.write_text(
        "import asyncio\n"
        "from vase.loop import EventLoop\n"
        "from vase.management.commands.shell import _Console\n"
        "with asyncio.Runner(loop_factory=EventLoop) as runner:\n"
        "    console = _Console({}, runner.run)\n"
        "    for line in ('import asyncio', 'x = await asyncio.sleep(0, 3)', '1 / 0', 'print(x)'):\n"
        "        assert not console.push(line)\n"
    )
    result = manage("shell", "-c", f"exec(open({str(script)!r}).read())")
    assert (result.returncode, result.stdout) == (0, "3\n")
    assert "ZeroDivisionError" in result.stderr
