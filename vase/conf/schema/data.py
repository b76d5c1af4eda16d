"""Settings of the databases."""

from typing import Annotated, Literal, Self
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

from pydantic import BeforeValidator, Field

from vase.conf.schema._database_url import parse_database, parse_database_url
from vase.conf.schema._fields import Options, SettingsGroup, setting

__all__ = ["DataSettings", "DatabaseSettings"]

_MASK = "********"


class DatabaseSettings(Options):
    """One database of `DATABASES`, from a URL or from a mapping of these keys.

    Its text and its `repr` never hold the password; `url` does.
    """

    engine: Literal["sqlite", "postgresql"] = Field(default="sqlite", description="The kind of database.")
    driver: str | None = Field(
        default=None, description="The driver, when another than the usual is wanted, like `asyncpg`."
    )
    name: str = Field(default="", description="The name of the database; for SQLite its file, empty for one in memory.")
    user: str | None = Field(default=None, description="Who connects.")
    password: str | None = Field(default=None, description="With which password.", repr=False)
    host: str | None = Field(default=None, description="The machine; a path is the directory of a Unix socket.")
    port: int | None = Field(default=None, description="The port of the machine.", ge=1, le=65535)
    options: dict[str, str] = Field(default={}, description="What stands behind the question mark of the URL.")
    pool_size: int = Field(default=10, description="How many connections one process keeps.", ge=1)
    max_overflow: int = Field(default=30, description="How many more it opens for a while when all are taken.", ge=0)
    pool_timeout_seconds: float = Field(default=30.0, description="How long to wait for a connection.", gt=0)
    pool_recycle_seconds: int | None = Field(default=None, description="After how long a connection is replaced.", gt=0)
    echo: bool = Field(default=False, description="Whether every statement is logged.")

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Return the settings that a database URL holds.

        Raises:
            SettingValueError: The text is not a URL of a database that Vase knows.
        """
        return cls.model_validate(parse_database_url(url))

    @property
    def url(self) -> str:
        """The URL with the password, in the form that SQLAlchemy reads."""
        return self._url(self.password)

    @property
    def safe_url(self) -> str:
        """The URL with the password masked: this one may be shown."""
        return self._url(None if self.password is None else _MASK)

    @property
    def is_memory(self) -> bool:
        """Whether this is an SQLite database that ends with its connection."""
        return self.engine == "sqlite" and (self.name in {"", ":memory:"} or self.options.get("mode") == "memory")

    def __str__(self) -> str:
        return self.safe_url

    def __repr__(self) -> str:
        return f"DatabaseSettings({self.safe_url!r})"

    def _url(self, password: str | None) -> str:
        scheme = f"{self.engine}+{self.driver}" if self.driver else self.engine
        query = f"?{urlencode(self.options)}" if self.options else ""
        if self.engine == "sqlite":
            return f"{scheme}:///{self.name}{query}" if self.name else f"{scheme}://{query}"
        who = "" if self.user is None else percent_encode(self.user, safe="")
        if password is not None:
            who = f"{who}:{password if password == _MASK else percent_encode(password, safe='')}"
        host = self.host or ""
        if host.startswith("/"):  # a Unix socket cannot stand where the machine does
            query = f"{query}{'&' if query else '?'}{urlencode({'host': host})}"
            host = ""
        where = f"[{host}]" if ":" in host else host
        port = f":{self.port}" if self.port else ""
        return f"{scheme}://{who}{'@' if who else ''}{where}{port}/{percent_encode(self.name)}{query}"


class DataSettings(SettingsGroup):
    """Where the data lives."""

    DATABASES: dict[str, Annotated[DatabaseSettings, BeforeValidator(parse_database)]] = setting(
        {},
        "The databases by name, each a URL like `postgresql://user:password@host:5432/name` or a mapping. "
        "`default` is used where nothing else is said; the variable `DATABASE_URL` sets it.",
    )
    IDEMPOTENCY_DATABASE: str = setting(
        "default",
        "Where the keys of routes with `idempotent=` are kept: a name of `DATABASES`, or the URL of a database like "
        "`sqlite:///keys.sqlite3`.",
        min_length=1,
    )
