"""A model with every field optional: what a client sends to change some of them."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model
from pydantic.fields import FieldInfo

__all__ = ["partial_of"]


def partial_of(schema: type[BaseModel] | None) -> type[BaseModel]:
    """Return a model like another one, in which every field may be left out and none may be null that could not be.

    Validators are those of the other model; what they see of a field that was left out is None.

    Args:
        schema: The other model.
    """
    if schema is None:
        raise AssertionError("the checks have told that a schema is missing")
    fields: dict[str, Any] = {
        # A factory, not a default: what is absent has no value that the API document could name.
        name: (_constrained(field), Field(default_factory=_nothing, **_words(field)))
        for name, field in schema.model_fields.items()
    }
    made: type[BaseModel] = create_model(
        f"Patched{schema.__name__}", __base__=schema, __module__=schema.__module__, **fields
    )
    return made


def _constrained(field: FieldInfo) -> Any:
    kind: Any = field.annotation
    for item in field.metadata:
        kind = Annotated[kind, item]
    return kind


def _words(field: FieldInfo) -> dict[str, Any]:
    names = ("alias", "validation_alias", "serialization_alias", "title", "description", "examples", "discriminator")
    return {name: getattr(field, name) for name in names if getattr(field, name) is not None}


def _nothing() -> None:
    return None
