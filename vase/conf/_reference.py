"""The settings as rows, for the reference of the documentation and for `manage.py settings`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from vase.conf._masking import shown
from vase.conf._parsing import bare_type
from vase.conf._settings import GROUPS
from vase.conf.schema import SettingsGroup, unit_of

__all__ = ["SettingReference", "reference"]


@dataclass(frozen=True, slots=True)
class SettingReference:
    """One row of the reference.

    Args:
        group: The group of the schema, or the label of the app.
        name: The setting, or `NAME.key` for a part of one.
        type: Its type as text.
        default: Its default as text.
        description: What it does.
        unit: What the number counts.
    """

    group: str
    name: str
    type: str
    default: str
    description: str
    unit: str | None = None


def reference(app_groups: Iterable[type[SettingsGroup]] = ()) -> Iterator[SettingReference]:
    """Yield every setting with its parts, group by group.

    Args:
        app_groups: Groups that apps declare, for their own pages.
    """
    for title, group in (*GROUPS.items(), *((group.__module__.partition(".")[0], group) for group in app_groups)):
        for name, field in group.model_fields.items():
            yield _row(title, name, field)
            for model in _models(field.annotation):
                parts = model.model_fields.items()
                yield from (_row(title, f"{name}.{key}", part) for key, part in parts)


def _row(group: str, name: str, field: FieldInfo) -> SettingReference:
    default = shown(name, None, field.get_default(call_default_factory=True, validated_data={}))
    return SettingReference(group, name, _type_text(field.annotation), default, field.description or "", unit_of(field))


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    annotation = bare_type(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def _type_text(annotation: Any) -> str:
    annotation = bare_type(annotation)
    arguments = getattr(annotation, "__args__", ())
    if type(annotation).__name__ in {"UnionType", "Union", "_UnionGenericAlias"}:
        return " | ".join(_type_text(argument) for argument in arguments)
    if getattr(annotation, "__origin__", None) is not None and type(annotation).__name__ != "_LiteralGenericAlias":
        return f"{annotation.__origin__.__name__}[{', '.join(_type_text(argument) for argument in arguments)}]"
    if type(annotation).__name__ == "_LiteralGenericAlias":
        return " | ".join(repr(argument) for argument in arguments)
    return "None" if annotation is type(None) else getattr(annotation, "__name__", str(annotation))
