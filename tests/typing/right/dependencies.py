"""Dependencies: functions, generators and classes, by marker and by type."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, assert_type

from vase import Depends, Header, Request, Vase
from vase.db import AsyncSession, Session


class Meter:
    def __init__(self, unit: str = "W") -> None:
        self.unit = unit


async def open_meter(x_unit: Annotated[str, Header()] = "W") -> AsyncIterator[Meter]:
    yield Meter(x_unit)


def blocking_meter() -> Iterator[Meter]:
    yield Meter()


def unit(meter: Annotated[Meter, Depends(open_meter)]) -> str:
    return meter.unit


@asynccontextmanager
async def lifespan(app: Vase) -> AsyncGenerator[None, None]:
    yield


app = Vase(lifespan=lifespan)
app.providers[Meter] = open_meter


@app.get("/unit", dependencies=[Depends(unit)])
async def read_unit(
    meter: Meter,
    unit: Annotated[str, Depends(unit)],
    own: Annotated[Meter, Depends()],
    session: Session,
    async_session: AsyncSession,
    request: Request,
    fresh: Meter = Depends(blocking_meter, use_cache=False),
) -> str:
    assert_type(meter, Meter)
    assert_type(fresh, Meter)
    return unit + own.unit + request.id


app.dependency_overrides[open_meter] = blocking_meter
app.dependency_overrides[Meter] = Meter
