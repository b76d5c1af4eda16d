"""Settings that all environments share; `./manage.py settings NAME --why` shows where a value comes from."""

from pathlib import Path

from vase.conf import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS: list[str] = [
    "app_name",
]
ROOT_URLCONF = "config.urls"

# Closed by default: every route says who may call it, with `auth=` on itself or on its router.
AUTH_REQUIRED = True

MIDDLEWARE = [
    "vase.middleware.request_id",
    "vase.middleware.access_log",
    "vase.middleware.catch_panic",
    "vase.middleware.security_headers",
    "vase.middleware.allowed_hosts",
    "vase.middleware.timeout",
    "vase.middleware.body_limit",
]

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}

TEMPLATES = [{"DIRS": [BASE_DIR / "templates"]}]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

API_TITLE = "project_name"

TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
