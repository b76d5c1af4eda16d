"""Settings of the test suite: what `./manage.py test` uses."""

from vase.conf import env

from config.settings.base import *

ALLOWED_HOSTS = ["testserver"]
DATABASES = {"default": env.database("TEST_DATABASE_URL", default="sqlite://")}
SECRET_KEY = "for tests only: production takes its own from the environment"
