"""Settings of the test suite: a database in memory, filled by each test."""

from vase.conf import env

from config.settings.base import *

ALLOWED_HOSTS = ["testserver", "localhost"]
DATABASES = {"default": env.database("TEST_DATABASE_URL", default="sqlite://")}
SECRET_KEY = "for tests only: production takes its own from the environment"
