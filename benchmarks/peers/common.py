"""What the Python peers share: the models, and the database as the documentation of SQLAlchemy sets it up."""

import os
from typing import Any

from pydantic import BaseModel
from sqlalchemy import String, create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

SCENARIO = os.environ["BENCH_SCENARIO"]
POSTGRES = os.environ.get("BENCH_POSTGRES", "")
SQLITE = os.environ.get("BENCH_SQLITE", "")
STATIC = os.environ["BENCH_STATIC"]


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    quantity: Mapped[int]


class ItemOut(BaseModel):
    id: int
    name: str
    quantity: int


class Message(BaseModel):
    message: str


class Found(BaseModel):
    category: int
    name: str
    price: float
    page: int
    query: str


class Address(BaseModel):
    street: str
    city: str


class Order(BaseModel):
    name: str
    price: float
    quantity: int
    tags: list[str]
    address: Address
    express: bool


def sessions() -> sessionmaker[Session]:
    """Return the maker of sync sessions on the database of the scenario."""
    if SCENARIO == "postgres-orm":
        url = "postgresql+psycopg://" + POSTGRES.partition("://")[2]
        return sessionmaker(create_engine(url, pool_size=16, max_overflow=0))
    engine = create_engine(f"sqlite:///{SQLITE}", connect_args={"check_same_thread": False}, pool_size=40)
    return sessionmaker(engine)


def async_sessions() -> async_sessionmaker[AsyncSession]:
    """Return the maker of async sessions on the database of the scenario."""
    if SCENARIO == "postgres-orm":
        url = "postgresql+asyncpg://" + POSTGRES.partition("://")[2]
        return async_sessionmaker(create_async_engine(url, pool_size=16, max_overflow=0), expire_on_commit=False)
    return async_sessionmaker(create_async_engine(f"sqlite+aiosqlite:///{SQLITE}"), expire_on_commit=False)


async def make_pool() -> Any:
    """Return asyncpg's pool when the scenario is its row."""
    if SCENARIO != "postgres":
        return None
    import asyncpg

    return await asyncpg.create_pool(POSTGRES, min_size=16, max_size=16)


QUERY = "SELECT id, name, quantity FROM items WHERE id = $1"
