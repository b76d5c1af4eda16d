"""A handler that is cancelled, because its client left, gives its connection back in good order."""

import asyncio
import gc
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from vase.application import Vase


# A connection that was just being opened is dropped by the driver itself, and closed by the collector. Its warning must
# not become an error: pytest would hold that with its traceback until the test is over, and the frames in it hold
# further such connections, which some later test would then be blamed for.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_cancelled_sessions_return_their_connections(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Cancelled at any of its steps, also while it ends, a session rolls back and closes; the pool reports nothing."""
    app = Vase(settings={"DATABASES": {"default": f"sqlite:///{tmp_path}/db.sqlite3"}})
    database = app.databases["default"]
    caplog.set_level(logging.ERROR, "sqlalchemy.pool")

    async def work() -> None:
        async with database.async_session() as session:
            await session.execute(sa.text("SELECT 1"))

    async def work_until(step: int) -> None:
        tasks = [asyncio.ensure_future(work()) for _ in range(3)]
        for _ in range(step):
            await asyncio.sleep(0.00005)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    await work()
    for step in range(40):
        await work_until(step)
    pool: Any = database.async_engine.pool
    async with asyncio.timeout(5):
        while pool.checkedout():  # noqa: ASYNC110  # a pool has no event for it
            await asyncio.sleep(0.01)
    assert [record.getMessage() for record in caplog.records] == []
    await work()
    await app.shutdown()
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:  # it may still be opening a connection that nobody awaits
            thread.join(5)
    gc.collect()  # what a driver dropped is this test's, not that of the next one
