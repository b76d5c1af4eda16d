"""The `vase` command: `vase startproject shop`, or `python -m vase …`."""

from vase.management import execute_outside

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code."""
    execute_outside()


if __name__ == "__main__":
    main()
