"""The setting `MIDDLEWARE`, taken apart: first the layers of the engine, then the middleware of Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vase._imports import BrokenModuleError, ImportStringError, import_string
from vase.checks import CheckMessage, Place, error
from vase.conf import Settings
from vase.exceptions import VaseError, did_you_mean, quote
from vase.middleware import (
    access_log,
    allowed_hosts,
    body_limit,
    catch_panic,
    compression,
    concurrency_limit,
    cors,
    rate_limit,
    request_id,
    security_headers,
    timeout,
    trusted_proxies,
)
from vase.middleware._chain import Middleware, form_of
from vase.types import JSON

__all__ = ["LAYERS", "SplitMiddleware", "split"]

LAYERS = MappingProxyType(
    {
        module.__name__: module.layer
        for module in (
            trusted_proxies,
            request_id,
            access_log,
            catch_panic,
            security_headers,
            allowed_hosts,
            rate_limit,
            concurrency_limit,
            timeout,
            body_limit,
            cors,
            compression,
        )
    }
)
"""The layers of the engine by their dotted names, in the order in which they go together best."""

_SETTING = "MIDDLEWARE"


@dataclass(frozen=True, slots=True)
class SplitMiddleware:
    """What `MIDDLEWARE` names.

    Args:
        layers: What the engine is told of its layers, outermost first.
        python: The middleware of Python, outermost first: inside of all layers.
        faults: Every mistake in the setting.
    """

    layers: tuple[dict[str, JSON], ...]
    python: tuple[Middleware, ...]
    faults: tuple[CheckMessage, ...]


def split(names: Sequence[str], settings: Settings) -> SplitMiddleware:
    """Take a list of dotted names apart into layers and middleware.

    Args:
        names: The value of `MIDDLEWARE`.
        settings: The settings that the layers read.
    """
    place = settings.origin(_SETTING).place
    layers, python, faults = list[dict[str, JSON]](), list[Middleware](), list[CheckMessage]()
    seen = set[str]()
    first_python: str | None = None
    for name in names:
        if name in seen:
            faults.append(_fault("middleware.E004", f"{quote(name)} stands in `{_SETTING}` twice", None, place))
            continue
        seen.add(name)
        if name not in LAYERS:
            first_python = first_python or name
            python += _imported(name, faults, place)
            continue
        if first_python is not None:
            faults.append(_out_of_order(name, first_python, place))
        try:
            layers.append(LAYERS[name](settings))
        except VaseError as fault:
            faults.append(_fault(fault.code, fault.message, fault.hint, fault.place or place))
    return SplitMiddleware(tuple(layers), tuple(python), tuple(faults))


def _imported(name: str, faults: list[CheckMessage], place: Place | None) -> list[Middleware]:
    try:
        found = import_string(name)
        form_of(found)
    except BrokenModuleError as fault:
        # The line that fails is the one to mend; the setting only led there.
        message = f"middleware {quote(name)} cannot be imported: {fault.message}"
        faults.append(_fault("middleware.E002", message, fault.hint, fault.place or place))
    except ImportStringError as fault:
        message = f"unknown middleware {quote(name)}: {fault.message}"
        # A misspelt layer is likelier than a missing module of the same folder.
        hint = did_you_mean(name, LAYERS) or fault.hint
        faults.append(_fault("middleware.E002", message, hint, place))
    except VaseError as fault:
        faults.append(_fault(fault.code, fault.message, fault.hint, place))
    else:
        return [found]  # type: ignore[list-item]
    return []


def _out_of_order(layer: str, python: str, place: Place | None) -> CheckMessage:
    return _fault(
        "middleware.E001",
        f"layer {quote(layer)} stands after {quote(python)} in `{_SETTING}`, but layers run before any Python",
        f"move {quote(layer)} in front of {quote(python)}",
        place,
    )


def _fault(code: str, message: str, hint: str | None, place: Place | None) -> CheckMessage:
    return error(code, message, hint=hint, place=place)
