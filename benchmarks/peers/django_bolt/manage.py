"""The manage.py of the django-bolt contestant."""

import os
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]
os.environ["DJANGO_SETTINGS_MODULE"] = "bolt_settings"

from django.core.management import execute_from_command_line

execute_from_command_line(sys.argv)
