"""Models, schemas and an API, spelled out from specifications; their tests are written next door, in `_tests.py`.

The texts are what a person would write by hand: typed, formatted, sorted, without a trace of a generator.
`tests/template` holds them to that, by the linter, the type checker and their own tests.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vase.management.generate._edit import import_rank
from vase.management.generate._fields import Field, ModelSpecification
from vase.management.generate._lines import wrap
from vase.management.generate._names import plural, snake_case

__all__ = [
    "Imports",
    "Reference",
    "Resource",
    "is_made_by_server",
    "write_api",
    "write_models",
    "write_schemas",
    "write_urls",
]

_MADE_BY_SERVER = frozenset({"now", "today", "random"})
# What the generated handlers call other things.
_HANDLER_NAMES = frozenset({"data", "db", "error", "field", "id", "select", "value"})
_OUT_TYPES = {
    "str": "str",
    "text": "str",
    "int": "int",
    "float": "float",
    "decimal": "Decimal",
    "bool": "bool",
    "date": "dt.date",
    "datetime": "dt.datetime",
    "uuid": "UUID",
    "ref": "int",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """The model that a `ref` field points to.

    Args:
        model: The name of its class.
        module: The module that defines it.
        table: The name of its table.
        is_class: Whether the class exists before the model that refers to it, so that it can be named in the source.
    """

    model: str
    module: str
    table: str
    is_class: bool


@dataclass(frozen=True, slots=True)
class Resource:
    """A model with the words that the generated files use for it.

    Args:
        app: The app's name.
        specification: What the user asked for.
        references: The target of each `ref` field.
        router: The name of the router's variable.
    """

    app: str
    specification: ModelSpecification
    references: dict[str, Reference]
    router: str = "router"

    @property
    def model(self) -> str:
        """The name of the class: `OrderLine`."""
        return self.specification.name

    @property
    def name(self) -> str:
        """The name of one in code: `order_line`."""
        return snake_case(self.model)

    @property
    def variable(self) -> str:
        """The variable that holds one in a handler."""
        return "row" if self.name in _HANDLER_NAMES else self.name

    @property
    def names(self) -> str:
        """The name of many in code: `order_lines`."""
        return plural(self.name)

    @property
    def words(self) -> str:
        """The name of one in sentences: `order line`."""
        return self.name.replace("_", " ")

    @property
    def article(self) -> str:
        """One of them in a sentence: `an order line`."""
        return f"{'an' if self.words[0] in 'aeio' else 'a'} {self.words}"

    @property
    def prefix(self) -> str:
        """The path: `/order-lines`."""
        return f"/{self.names.replace('_', '-')}"

    @property
    def given(self) -> tuple[Field, ...]:
        """The fields that a client sends."""
        return tuple(field for field in self.specification.fields if not is_made_by_server(field))

    @property
    def links(self) -> tuple[Field, ...]:
        """The fields that refer to other models."""
        return tuple(field for field in self.specification.fields if field.kind == "ref")


class Imports:
    """The import lines of a module, in the order that the linter wants.

    Args:
        app: The app of the module; its imports come last, as those of the project.
    """

    def __init__(self, app: str) -> None:
        self._names: dict[str, set[str]] = {}
        self._plain: set[str] = set()
        self._own = {app}

    def name(self, module: str, *names: str) -> None:
        """Note `from module import names`."""
        self._names.setdefault(module, set()).update(names)

    def plain(self, line: str) -> None:
        """Note a whole line like `import datetime as dt`."""
        self._plain.add(line)

    def own(self, module: str, *names: str) -> None:
        """Note names from a module of the project."""
        self._own.add(module.partition(".")[0])
        self.name(module, *names)

    def render(self) -> str:
        """Return the lines, grouped: standard library, packages, project."""
        groups: list[list[str]] = [[], [], []]
        for line in sorted(self._plain):
            groups[self._rank(line.split()[1])].append(line)
        for module in sorted(self._names):
            names = sorted(self._names[module], key=lambda name: (import_rank(name), name))
            line = f"from {module} import {', '.join(names)}"
            if len(line) > 100:
                line = "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
            groups[self._rank(module.partition(".")[0])].append(line)
        return "\n\n".join("\n".join(group) for group in groups if group)

    def _rank(self, package: str) -> int:
        if package in self._own:
            return 2
        return 1 if package in {"pydantic", "pytest", "sqlalchemy", "vase"} else 0


def is_made_by_server(field: Field) -> bool:
    """Return whether a field is filled in by the site, so that no client sends it."""
    return field.default in _MADE_BY_SERVER


def write_models(resources: Sequence[Resource]) -> str:
    """Return `models.py`."""
    imports = Imports(resources[0].app)
    imports.name("vase.db", "Mapped", "Model", "column")
    classes = []
    for resource in resources:
        lines = [f"class {resource.model}(Model):", f'    """{_capital(resource.article)}."""', ""]
        for field in resource.specification.fields:
            _import_type(imports, field)
            opening = f"    {field.attribute}: Mapped[{_optional(field)}] = column("
            lines += wrap(opening, _column(imports, resource, field), ")")
        classes.append("\n".join(lines))
    return _module("What the app keeps in the database.", imports, classes)


def write_schemas(resources: Sequence[Resource]) -> str:
    """Return `schemas.py`."""
    imports = Imports(resources[0].app)
    imports.name("pydantic", "BaseModel", "ConfigDict")
    blocks = []
    has_integers = any(field.kind in {"int", "ref"} for resource in resources for field in resource.given)
    if has_integers:
        imports.name("typing", "Annotated")
        imports.name("pydantic", "Field")
        blocks.append(
            "# What a column of integers holds on every database.\n"
            "type Integer = Annotated[int, Field(ge=-(2**31), lt=2**31)]"
        )
    for resource in resources:
        blocks.append(
            "\n".join(
                [
                    f"class {resource.model}In(BaseModel):",
                    f'    """What a client sends to create or replace {resource.article}."""',
                    "",
                    '    model_config = ConfigDict(extra="forbid")',
                    *([""] if resource.given else []),
                    *(f"    {_in_field(imports, field)}" for field in _required_first(resource.given)),
                ]
            )
        )
        for field in resource.specification.fields:
            _import_type(imports, field)
        blocks.append(
            "\n".join(
                [
                    f"class {resource.model}Out(BaseModel):",
                    f'    """{_capital(resource.article)} as a client sees it."""',
                    "",
                    "    model_config = ConfigDict(from_attributes=True)",
                    "",
                    "    id: int",
                    *(f"    {field.attribute}: {_optional(field)}" for field in resource.specification.fields),
                ]
            )
        )
    return _module("What goes in and out of the API.", imports, blocks)


def write_api(resources: Sequence[Resource]) -> str:
    """Return `api.py`."""
    app = resources[0].app
    imports = Imports(app)
    imports.name("typing", "Annotated")
    imports.name("sqlalchemy.exc", "IntegrityError")
    imports.name("vase.binding", "Query")
    imports.name("vase.db", "Session", "get_or_404", "select")
    imports.name("vase.http", "HTTPException")
    imports.name("vase.views", "Router", "public")
    routers: list[str] = []
    for resource in resources:
        routers += wrap(
            f"{resource.router} = Router(",
            [f'prefix="{resource.prefix}"', f'tags=["{resource.names}"]', "auth=public"],
            ")",
        )
        imports.own(f"{app}.models", resource.model)
        imports.own(f"{app}.schemas", f"{resource.model}In", f"{resource.model}Out")
        for reference in resource.references.values():
            imports.own(reference.module, reference.model)
    blocks = ["\n".join(routers), *(block for resource in resources for block in _handlers(resource))]
    title = " and ".join(plural(resource.words) for resource in resources)
    return _module(f"The API of {title}: list, create, retrieve, update, delete.", imports, blocks)


def write_urls(resources: Sequence[Resource]) -> str:
    """Return `urls.py`."""
    imports = Imports(resources[0].app)
    imports.name("vase.urls", "include", "path")
    routers = [resource.router for resource in resources]
    imports.own(f"{resources[0].app}.api", *routers)
    entries = [f'    path("", include({router})),' for router in routers]
    return _module("Where the app's handlers are found.", imports, ["\n".join(["urlpatterns = [", *entries, "]"])])


def _handlers(resource: Resource) -> list[str]:
    name, names, model, words = resource.name, resource.names, resource.model, resource.words
    handlers = [
        [
            f'@{resource.router}.get("/")',
            f"def list_{names}(",
            "    db: Session,",
            "    limit: Annotated[int, Query(ge=1, le=100)] = 50,",
            "    offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,",
            f") -> list[{model}Out]:",
            f'    """List {plural(words)}, oldest first."""',
            f"    query = select({model}).order_by({model}.id).limit(limit).offset(offset)",
            f"    return [{model}Out.model_validate(row) for row in db.scalars(query)]",
        ],
        *_writing_handlers(resource),
        [
            f'@{resource.router}.delete("/{{id:int}}", status=204)',
            f"def delete_{name}(id: int, db: Session) -> None:",
            f'    """Delete {resource.article}, unless other rows refer to it."""',
            f"    db.delete(get_or_404(db, {model}, id))",
            "    try:",
            "        db.flush()",
            "    except IntegrityError as error:",
            f'        raise HTTPException(409, "other rows refer to this {words}") from error',
        ],
    ]
    if resource.links:
        handlers.append(_reference_check(resource))
    return ["\n".join(lines) for lines in handlers]


def _writing_handlers(resource: Resource) -> list[list[str]]:
    name, model, row = resource.name, resource.model, resource.variable
    # What the database made of the values is what the client is told: `9.9` comes back as `9.90` at once.
    answer = ["    db.flush()", f"    db.refresh({row})", f"    return {model}Out.model_validate({row})"]
    check = [f"    {_check_name(resource)}(data, db)"] if resource.links else []
    return [
        [
            f'@{resource.router}.post("/", status=201)',
            *wrap(f"def create_{name}(", [f"data: {model}In", "db: Session"], f") -> {model}Out:"),
            f'    """Create {resource.article}."""',
            *check,
            f"    {row} = {model}(**data.model_dump())",
            f"    db.add({row})",
            *answer,
        ],
        [
            f'@{resource.router}.get("/{{id:int}}")',
            *wrap(f"def retrieve_{name}(", ["id: int", "db: Session"], f") -> {model}Out:"),
            f'    """Return one {resource.words}."""',
            f"    return {model}Out.model_validate(get_or_404(db, {model}, id))",
        ],
        [
            f'@{resource.router}.put("/{{id:int}}")',
            *wrap(f"def update_{name}(", ["id: int", f"data: {model}In", "db: Session"], f") -> {model}Out:"),
            f'    """Replace everything that a client may say about {resource.article}."""',
            *check,
            f"    {row} = get_or_404(db, {model}, id)",
            "    for field, value in data:",
            f"        setattr({row}, field, value)",
            *answer,
        ],
    ]


def _check_name(resource: Resource) -> str:
    return "check_references" if resource.router == "router" else f"check_{resource.name}_references"


def _reference_check(resource: Resource) -> list[str]:
    lines = [
        *wrap(f"def {_check_name(resource)}(", [f"data: {resource.model}In", "db: Session"], ") -> None:"),
        '    """Refuse references to rows that do not exist."""',
    ]
    for field in resource.links:
        value, target = f"data.{field.attribute}", resource.references[field.name].model
        condition = f"{value} is not None and " if field.is_nullable else ""
        what = snake_case(target).replace("_", " ")
        lines.append(f"    if {condition}db.get({target}, {value}) is None:")
        lines.append(f'        raise HTTPException(422, f"no {what} has the id {{{value}}}")')
    return lines


def _column(imports: Imports, resource: Resource, field: Field) -> list[str]:
    words: list[str] = []
    if field.kind == "str":
        words.append(f"max_length={field.sizes[0] if field.sizes else 255}")
    elif field.kind == "decimal":
        words += [f"max_digits={field.sizes[0]}", f"decimal_places={field.sizes[1]}"]
    elif field.kind == "ref":
        reference = resource.references[field.name]
        imports.name("vase.db", "ForeignKey")
        on_delete = "SET_NULL" if field.is_nullable else "PROTECT"
        target = reference.model if reference.is_class else f'"{reference.table}.id"'
        words.append(f'ForeignKey({target}, on_delete="{on_delete}")')
        if reference.is_class and reference.module != f"{resource.app}.models":
            imports.own(reference.module, reference.model)
    if field.default == "random":
        imports.name("uuid", "uuid4")
        words.append("default=uuid4")
    elif field.default in {"now", "today"}:
        words.append("auto_now_add=True")
    elif field.default is not None:
        words.append(f"default={field.default}")
    return words


def _in_field(imports: Imports, field: Field) -> str:
    kind = _in_type(imports, field)
    if field.is_nullable:
        return f"{field.attribute}: {kind} | None = {field.default or 'None'}"
    return f"{field.attribute}: {kind}" + (f" = {field.default}" if field.default is not None else "")


def _in_type(imports: Imports, field: Field) -> str:
    rules = ""
    if field.kind == "str":
        rules = f"max_length={field.sizes[0] if field.sizes else 255}"
    elif field.kind == "decimal":
        rules = f"max_digits={field.sizes[0]}, decimal_places={field.sizes[1]}"
    if rules:
        imports.name("typing", "Annotated")
        imports.name("pydantic", "Field")
        return f"Annotated[{_OUT_TYPES[field.kind]}, Field({rules})]"
    if field.kind == "datetime":
        imports.name("pydantic", "AwareDatetime")
        return "AwareDatetime"
    if field.kind == "float":
        imports.name("pydantic", "FiniteFloat")
        return "FiniteFloat"
    return "Integer" if field.kind in {"int", "ref"} else _OUT_TYPES[field.kind]


def _import_type(imports: Imports, field: Field) -> None:
    if field.kind == "decimal":
        imports.name("decimal", "Decimal")
    elif field.kind in {"date", "datetime"}:
        imports.plain("import datetime as dt")
    elif field.kind == "uuid":
        imports.name("uuid", "UUID")


def _optional(field: Field) -> str:
    kind = _OUT_TYPES[field.kind]
    return f"{kind} | None" if field.is_nullable else kind


def _required_first(fields: Iterable[Field]) -> list[Field]:
    # Pydantic takes any order; people read what they must send before what they may.
    return sorted(fields, key=lambda field: field.is_nullable or field.default is not None)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _module(title: str, imports: Imports, blocks: Sequence[str]) -> str:
    # Two empty lines around functions and classes, one before anything else, as the formatter has it.
    text = f'"""{title}"""\n\n{imports.render()}'
    for block in blocks:
        is_definition = block.startswith(("class ", "def ", "@"))
        text += ("\n\n\n" if is_definition else "\n\n") + block
    return f"{text}\n"
