"""Settings that all environments share; `manage.py settings NAME --why` shows where a value comes from."""

from pathlib import Path

from vase.conf import env

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "profiles",
    "articles",
]
ROOT_URLCONF = "config.urls"

# Closed by default: every route says who may call it, with `auth=` on itself or around it.
AUTH_REQUIRED = True

# Outermost first: a request passes them from the top, its answer from the bottom.
MIDDLEWARE = [
    "vase.middleware.request_id",
    "vase.middleware.access_log",
    "vase.middleware.catch_panic",
    "vase.middleware.security_headers",
    "vase.middleware.allowed_hosts",
    "vase.middleware.timeout",
    "vase.middleware.body_limit",
    "vase.middleware.cors",
    "vase.middleware.compression",
]

DATABASES = {"default": env.database("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}

TEMPLATES = [{"DIRS": [BASE_DIR / "templates"]}]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Whoever may read the API may read it from any page; it holds nothing private and takes no cookies.
CORS_ALLOWED_ORIGINS = ["*"]

API_TITLE = "Conduit"
API_VERSION = "1.0.0"
API_DESCRIPTION = "Articles, comments and tags, in the paths and envelopes of the RealWorld specification."

TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
