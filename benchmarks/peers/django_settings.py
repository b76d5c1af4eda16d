"""The settings of both of Django's houses: no middleware, no apps but what serves, a pool of connections."""

import os

SCENARIO = os.environ["BENCH_SCENARIO"]
STATIC = os.environ["BENCH_STATIC"]


def databases() -> dict[str, object]:
    if SCENARIO == "postgres-orm":
        address = os.environ["BENCH_POSTGRES"].partition("@")[2]
        host, _, rest = address.partition(":")
        port, _, name = rest.partition("/")
        options = {"pool": {"min_size": 4, "max_size": 16}}
        found = {"ENGINE": "django.db.backends.postgresql", "NAME": name, "USER": "bench", "HOST": host, "PORT": port}
        return {"default": {**found, "OPTIONS": options}}
    name = os.environ.get("BENCH_SQLITE", ":memory:")
    return {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": None}}


SECRET_KEY = "only for measuring"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = databases()
INSTALLED_APPS: list[str] = []
MIDDLEWARE: list[str] = []
USE_TZ = True
USE_I18N = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
LOGGING_CONFIG = None
STATIC_URL = "/static/"
STATIC_ROOT = STATIC
