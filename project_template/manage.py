#!/usr/bin/env python
"""Run a command of this project; `./manage.py --help` lists them."""

from pathlib import Path

from vase.management import execute

if __name__ == "__main__":
    execute("config.settings.development", directory=Path(__file__).parent)
