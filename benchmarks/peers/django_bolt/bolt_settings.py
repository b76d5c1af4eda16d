"""The settings of the django-bolt contestant: those of Django's, and bolt's own."""

from django_settings import *

INSTALLED_APPS = ["django_bolt"]
ROOT_URLCONF = "bolt_urls"
BOLT_API = ["bolt_api:api"]
BOLT_MAX_UPLOAD_SIZE = 16 * 1024 * 1024
