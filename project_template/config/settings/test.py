"""Settings of the test suite: what `./manage.py test` uses."""

from config.settings.base import *

ALLOWED_HOSTS = ["testserver", "localhost"]
DATABASES = {"default": "sqlite://"}
SECRET_KEY = "for tests only: production takes its own from the environment"
