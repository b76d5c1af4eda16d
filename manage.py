#!/usr/bin/env python
"""Run a command of the example site, which lies in `example/`; `./manage.py --help` lists them."""

from pathlib import Path

from vase.management import execute

if __name__ == "__main__":
    execute("config.settings.development", directory=Path(__file__).parent / "example")
