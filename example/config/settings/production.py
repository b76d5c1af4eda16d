"""Settings of the real site: secrets from the environment, every guard on; see `manage.py check --deploy`."""

from vase.conf import env

from config.settings.base import *

DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
STATIC_ROOT = env.path("STATIC_ROOT", default=f"{BASE_DIR / 'staticfiles'}")

MIDDLEWARE = [
    "vase.middleware.trusted_proxies",
    "vase.middleware.request_id",
    "vase.middleware.access_log",
    "vase.middleware.catch_panic",
    "vase.middleware.security_headers",
    "vase.middleware.allowed_hosts",
    "vase.middleware.rate_limit",
    "vase.middleware.concurrency_limit",
    "vase.middleware.timeout",
    "vase.middleware.body_limit",
    "vase.middleware.cors",
    "vase.middleware.compression",
]

# The proxies in front of the site; only their `X-Forwarded-…` headers are believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
RATE_LIMIT = "600/minute"
CONCURRENCY_LIMIT = 512
REQUEST_TIMEOUT_SECONDS = 30.0

# An hour, for the first deployment; a year (31536000) once HTTPS works everywhere.
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600)
