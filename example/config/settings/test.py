"""Settings of the test suite: a database in memory, filled by each test."""

from config.settings.base import *

ALLOWED_HOSTS = ["testserver", "localhost"]
DATABASES = {"default": "sqlite://"}
SECRET_KEY = "for tests only: production takes its own from the environment"
