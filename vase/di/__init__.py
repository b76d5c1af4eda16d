"""Dependencies: what a function needs is what its signature says, and somebody else makes it.

    from typing import Annotated
    from vase.di import Depends, Providers, Scope

    async def open_database() -> AsyncIterator[Database]:
        database = await Database.connect()
        yield database                # the function runs here
        await database.close()        # and this follows, last opened first

    async def count_users(database: Annotated[Database, Depends(open_database)]) -> int: ...

    users = await call(count_users)

A dependency is found by `Depends` or, with `providers[Database] = open_database`, by the bare type. It is made once a
scope (one request, one task, one command); `call` is a scope of one call. The room knows no HTTP: `vase.binding` adds
what a request holds.

Codes: `di.E001` to `di.E009`.
"""

from vase.di._depends import Dependency, Depends, TeardownScope
from vase.di._errors import DependencyError, DependencyErrors, label
from vase.di._graph import Edge, Graph, Node, build
from vase.di._kinds import Kind, awaits_only, cannot_suspend, is_in_place, is_inline, kind_of
from vase.di._places import parameter_place, return_place
from vase.di._providers import Providers
from vase.di._scope import Scope, call
from vase.di._signature import EMPTY, Parameter, Signature, read_signature, unwrap
from vase.di._teardown import RunInThread, Teardown

__all__ = [
    "EMPTY",
    "Dependency",
    "DependencyError",
    "DependencyErrors",
    "Depends",
    "Edge",
    "Graph",
    "Kind",
    "Node",
    "Parameter",
    "Providers",
    "RunInThread",
    "Scope",
    "Signature",
    "Teardown",
    "TeardownScope",
    "awaits_only",
    "build",
    "call",
    "cannot_suspend",
    "is_in_place",
    "is_inline",
    "kind_of",
    "label",
    "parameter_place",
    "read_signature",
    "return_place",
    "unwrap",
]
