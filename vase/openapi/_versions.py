"""What the document tells of versions in media types, and of routes that clients should leave."""

from typing import Any

from vase.urls import Deprecation, Route

__all__ = ["add_versions"]


def add_versions(route: Route, by_status: dict[str, dict[str, Any]]) -> None:
    """Add the versions of media types and the header fields of deprecated routes to the answers of an operation.

    Args:
        route: The route.
        by_status: Its answers.
    """
    parameter = getattr(route.versions, "version_param", None)
    for code, made in by_status.items():
        content = made.get("content", {})
        if parameter is not None and code.startswith("2") and "application/json" in content:
            media = content.pop("application/json")
            for number in getattr(route.versions, "allowed_versions", ()):
                content[f"application/json; {parameter}={number}"] = media
        if isinstance(route.deprecated, Deprecation):
            fields = {"Deprecation": "Since when it is deprecated (RFC 9745)."}
            if route.deprecated.sunset is not None:
                fields["Sunset"] = "When it will answer no more (RFC 8594)."
            told = {name: {"schema": {"type": "string"}, "description": what} for name, what in fields.items()}
            made["headers"] = {**made.get("headers", {}), **told}
