"""Settings for work on this machine: what `manage.py` uses unless told otherwise."""

from config.settings.base import *

DEBUG = True
SECRET_KEY = "for development only: production takes its own from the environment"
