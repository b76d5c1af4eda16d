"""Which names a project, an app or a model may have, checked before anything is written."""

import builtins
import keyword
import re
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from vase.exceptions import quote
from vase.management._errors import NameRefusedError

__all__ = ["check_app_name", "check_project_name", "find_model_fault", "plural", "snake_case"]

_PROJECT_FOLDERS = frozenset({"config", "static", "templates", "tests"})
# What the generated modules import: a model of that name would hide it.
_TAKEN_MODEL_NAMES = frozenset(
    {"Annotated", "Any", "AwareDatetime", "BaseModel", "Client", "ConfigDict", "Decimal", "Field", "FiniteFloat"}
    | {
        "ForeignKey",
        "HTTPException",
        "Integer",
        "IntegrityError",
        "Mapped",
        "Model",
        "Query",
        "Router",
        "Session",
        "UUID",
    }
)
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def check_project_name(name: str) -> None:
    """Refuse a name that Python or the project's own files could not live with.

    Raises:
        NameRefusedError: With the reason and, where there is one, a name that would do.
    """
    _check(name, "project")


def check_app_name(name: str, directory: Path) -> None:
    """Refuse an app name that is taken, by a folder of the project or by a module that can be imported.

    Raises:
        NameRefusedError: With the reason and, where there is one, a name that would do.
    """
    _check(name, "app")
    if name in _PROJECT_FOLDERS:
        raise _refused("app", name, "it is a folder of the project itself")
    if (directory / name).exists() or (directory / f"{name}.py").exists():
        raise _refused("app", name, f"{quote(str(directory / name))} exists already")
    spec = PathFinder.find_spec(name)
    if spec is not None:
        place = spec.origin or next(iter(spec.submodule_search_locations or ()), "an installed package")
        raise _refused("app", name, f"it would hide the module at {quote(place)}")


def find_model_fault(name: str) -> str | None:
    """Return why a model may not have this name, or None."""
    if not name.isidentifier() or keyword.iskeyword(name):
        return f"{quote(name)} is not a name that Python accepts for a class"
    if not name[0].isupper() or "_" in name:
        return f"a model is named like a class: {quote(_class_case(name))}, not {quote(name)}"
    if name in _TAKEN_MODEL_NAMES or hasattr(builtins, name):
        return f"{quote(name)} would hide the class of that name in the generated files"
    return None


def snake_case(name: str) -> str:
    """Return `order_line` for `OrderLine`."""
    return _CAPITAL.sub("_", name).lower()


def plural(word: str) -> str:
    """Return the plural of an English noun by its regular rules, for paths and the names of functions."""
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return f"{word}es"
    return f"{word}s"


def _check(name: str, what: str) -> None:
    if not name.isidentifier() or not name.isascii():
        raise _refused(what, name, "it is not a Python name", better=_identifier(name))
    if keyword.iskeyword(name):
        raise _refused(what, name, "it is a keyword of Python", better=f"{name}_{what}")
    if name != name.lower():
        raise _refused(what, name, "packages are written in lower case", better=snake_case(name))
    if name.startswith("_"):
        raise _refused(what, name, "a leading underscore marks what is private", better=_identifier(name))
    if name == "vase":
        raise _refused(what, name, "it would hide the framework")
    if name in sys.stdlib_module_names:
        raise _refused(what, name, "the standard library has a module of that name", better=f"{name}_{what}")
    if name in {"app_name", "project_name"}:
        raise _refused(what, name, "it is the placeholder of the template")


def _refused(what: str, name: str, reason: str, *, better: str | None = None) -> NameRefusedError:
    hint = f"choose another name, like {quote(better)}" if better and better != name else "choose another name"
    return NameRefusedError(f"{what} may not be named {quote(name)}: {reason}", code="management.E004", hint=hint)


def _identifier(name: str) -> str | None:
    better = re.sub(r"\W+", "_", snake_case(name), flags=re.ASCII).strip("_0123456789")
    return better if better.isidentifier() and not keyword.iskeyword(better) else None


def _class_case(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"\W|_", name) if part)
