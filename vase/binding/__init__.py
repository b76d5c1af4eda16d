"""A handler's signature is its contract: read once at start, compiled, and kept by every request.

    from typing import Annotated
    from vase.binding import Query

    async def list_products(
        category: Category,                           # named in the path
        filters: ProductFilters,                      # a model: the JSON body
        session: Session,                             # a type with a provider: a dependency
        page: Annotated[int, Query(ge=1)] = 1,        # anything a text can hold: the query
    ) -> list[ProductOut]: ...                        # what leaves, and nothing more

`plan` reads a signature and returns how the core calls the handler, or raises all faults with their lines
(`binding.E001` to `binding.E017`). What the core cannot do by itself runs in one generated function per handler.
A body must say that it is JSON: another content type is answered with 415, an empty body with the fault `missing`.
A value that does not fit the return annotation is `ResponseValidationError` (`binding.E020`), a 500.
"""

from vase.binding._answers import Answer, AnswerOptions
from vase.binding._errors import BindingErrors, ResponseValidationError
from vase.binding._inputs import Input, Shape
from vase.binding._markers import (
    Body,
    Cookie,
    FieldOptions,
    File,
    Form,
    Header,
    Marker,
    Path,
    Query,
    Source,
)
from vase.binding._plan import EndpointOptions, Plan, PlanOptions, plan

__all__ = [
    "Answer",
    "AnswerOptions",
    "BindingErrors",
    "Body",
    "Cookie",
    "EndpointOptions",
    "FieldOptions",
    "File",
    "Form",
    "Header",
    "Input",
    "Marker",
    "Path",
    "Plan",
    "PlanOptions",
    "Query",
    "ResponseValidationError",
    "Shape",
    "Source",
    "plan",
]
