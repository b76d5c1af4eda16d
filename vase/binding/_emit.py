"""The function that a route runs when its parameters need more than the core does: written once, as plain Python.

Three forms of one function, all straight-line code:

- `call` takes what the core has read and converted, in the order of `arguments`, and does the rest;
- `complete` takes the request alone and reads everything itself; the core asks for it when its own reading failed,
  and hands over what the reader of the body said then, so that a large body is not read twice;
- `respond` is `complete` that returns a `Response`: the innermost call of a chain of middleware.

In each, a dependency runs after its own parameters are read and before those of the handler: who is not allowed in
learns nothing about the body. The first parameter that does not fit stops all that; every fault of the request is told.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from vase.binding._answers import Answer
from vase.binding._inputs import MISSING, Input, Missing, check_json
from vase.binding._streams import finish, hold, is_streamed, postpone
from vase.di import Edge, Graph, Kind, Node, RunInThread, Teardown, cannot_suspend, is_inline, label

__all__ = ["Emitted", "Form", "Mode", "Parts", "emit"]

type Form = Literal["call", "complete", "respond"]
type Mode = Literal["inline", "coroutine", "task", "thread"]

_PLAIN_DEFAULTS: Final = (type(None), bool, int, float, str)
_MAPPINGS: Final = {"path": "path_params", "query": "query_params", "header": "headers", "cookie": "cookies"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a function is written from.

    Args:
        graph: The handler and its dependencies; leaves are `Input`.
        document: The body that several inputs share.
        run_in_thread: Runs plain functions of an asynchronous endpoint.
        reject: Makes the error with all faults: `reject(request, error, body=…, form=…, refused=…)`; `refused` is the
            input that the error is about, if it is known.
        answer: What the handler promised.
        is_exchange: Whether there is an answer that leaves later than the handler returns; a socket has none.
    """

    graph: Graph
    document: Input | None
    run_in_thread: RunInThread
    reject: Callable[..., Exception]
    answer: Answer
    is_exchange: bool = True

    @property
    def inputs(self) -> list[Input]:
        """Every input of the graph, in the order in which it is read."""
        found = [edge.source for node in self.graph.order for edge in node.edges if isinstance(edge.source, Input)]
        return list(dict.fromkeys(found))

    @property
    def has_teardown(self) -> bool:
        """Whether something must be closed after the handler."""
        return any(not self.is_late(node) for node in self._yielding)

    @property
    def has_late_teardown(self) -> bool:
        """Whether something must be closed after the answer."""
        return any(map(self.is_late, self._yielding))

    def is_late(self, node: Node) -> bool:
        """Return whether a dependency is open until the answer has left."""
        return node.is_late and self.is_exchange

    @property
    def _yielding(self) -> list[Node]:
        return [node for node in self.graph.order[:-1] if node.kind in {Kind.GENERATOR, Kind.ASYNC_GENERATOR}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emitted:
    """A function as text, with the names that it uses."""

    source: str
    names: dict[str, Any]
    arguments: tuple[tuple[Any, ...], ...]
    mode: Mode


def emit(parts: Parts, form: Form) -> Emitted:
    """Write the function of a route in one of its forms."""
    return _Emitter(parts, form).emit()


@dataclass(slots=True)
class _Emitter:
    parts: Parts
    form: Form
    names: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    values: dict[object, str] = field(default_factory=dict)
    locals: set[str] = field(default_factory=set)
    depth: int = 1

    def emit(self) -> Emitted:
        graph = self.parts.graph
        self.locals |= {"request", "body", "form", "known", "late", "teardown", "value", "error"}
        self.locals |= {"BaseException", "float"}
        parameters, arguments = self._parameters()
        prefix = "async def" if self._is_async else "def"
        if self.form != "call":
            self._mappings()
        for name, is_there in (("late", self.parts.has_late_teardown), ("teardown", self.parts.has_teardown)):
            if is_there:
                self._write(f"{name} = {self._global('Teardown', Teardown)}({self._run_in_thread})", "try:")
                self.depth += 1
        for node in graph.order[:-1]:
            self._stage(node)
        self._inputs_of(graph.root)
        self._end(graph.root)
        head = [f"# {self.form}: {label(graph.root.function)}", f"{prefix} endpoint({', '.join(parameters)}):"]
        return Emitted(
            source="\n".join([*head, *self.lines, ""]), names=self.names, arguments=tuple(arguments), mode=self._mode
        )

    @property
    def _is_async(self) -> bool:
        nodes = self.parts.graph.order
        if self._reads_form:
            return True
        asynchronous = {Kind.COROUTINE, Kind.ASYNC_GENERATOR}
        return (
            self.form != "call"
            or nodes[-1].kind is Kind.COROUTINE
            or any(node.kind in asynchronous for node in nodes[:-1])
        )

    @property
    def _takes_form(self) -> bool:
        """Whether the core reads the form before the call: where no dependency may refuse the request first."""
        return self.form == "call" and len(self.parts.graph.order) == 1 and self._has_form

    @property
    def _reads_form(self) -> bool:
        """Whether the function itself waits for the form."""
        return self._has_form and not self._takes_form

    @property
    def _has_form(self) -> bool:
        return any(item.source == "form" for item in self.parts.inputs)

    @property
    def _mode(self) -> Mode:
        is_here = all(map(self._is_here, self.parts.graph.order)) and not self._reads_form
        if not self._is_async:
            return "inline" if is_here else "thread"
        return "coroutine" if is_here else "task"

    def _is_here(self, node: Node) -> bool:
        """Return whether a node is over in one step on the loop's thread: it neither blocks nor waits."""
        if node is self.parts.graph.root and node.kind in {Kind.GENERATOR, Kind.ASYNC_GENERATOR}:
            return True  # the call only makes the generator
        if node.kind is Kind.COROUTINE:
            return cannot_suspend(node.function)
        if node.kind is Kind.ASYNC_GENERATOR:
            return False
        return is_inline(node.function) if node is self.parts.graph.root else node.is_in_place

    def _parameters(self) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Choose what the function takes: in the form `call`, as much as the core can read."""
        if self.form != "call":
            return ["request", *(["known=None"] if self.form == "complete" else [])], [("request",)]
        parameters: list[str] = []
        arguments: list[tuple[Any, ...]] = []
        inputs = self.parts.inputs
        if any(item.shape == "request" or (not item.is_final and item.shape != "member") for item in inputs):
            parameters.append("request")
            arguments.append(("request",))
        if self._takes_form:
            parameters.append(self._form())
            arguments.append(("form",))
        document = self.parts.document
        for item in [*inputs, *([document] if document is not None else [])]:
            if item.shape != "request" and item.argument is not None:
                name = "document" if item is document else item.name
                parameters.append(self._local(item, name))
                arguments.append(item.argument)
        return parameters, arguments

    def _mappings(self) -> None:
        used = {item.source for item in self.parts.inputs if item.shape in {"one", "many"}}
        for source, attribute in _MAPPINGS.items():
            if source in used:
                name = self._local(source, attribute)
                self._write(f"{name} = request.{attribute}")

    def _stage(self, node: Node) -> None:
        """Read the parameters of a dependency and call it."""
        self._inputs_of(node)
        self._write(f"# {label(node.function)}")
        self._write(f"{self._local(node, self._name_of(node))} = {self._call(node)}")

    def _name_of(self, node: Node) -> str:
        for other in self.parts.graph.order:
            for edge in other.edges:
                if edge.source is node:
                    return edge.name
        return "unused"

    def _inputs_of(self, node: Node) -> None:
        pending = [edge.source for edge in node.edges if isinstance(edge.source, Input)]
        pending = [item for item in dict.fromkeys(pending) if item.shape != "request" and not self._is_ready(item)]
        if not pending:
            return
        if any(item.source == "form" for item in pending):
            self._form()
        guarded = [item for item in pending if self._can_refuse(item)]
        if not guarded:
            for item in pending:
                self._read(item)
            return
        self._write("try:")
        self.depth += 1
        for item in pending:
            self._read(item)
        self.depth -= 1
        refusals = tuple(
            dict.fromkeys([Missing, *(kind for item in guarded for kind in (item.document or item).refusals)])
        )
        body = ""
        if self.form != "call" and any(item.source == "body" for item in self.parts.inputs):
            body = ", body=await request.body()"
        if self._has_form:
            body = f", form={self.values.get('form', 'await request.form()')}"
        self._write(f"except {self._global('Refused', refusals)} as error:")
        self._write(f"    raise {self._global('reject', self.parts.reject)}(request, error{body}) from None")

    def _is_ready(self, item: Input) -> bool:
        return self.form == "call" and item.is_final

    def _can_refuse(self, item: Input) -> bool:
        if item.shape == "member":
            return self.form != "call"
        if item.shape == "bytes":
            return False
        return item.has_codec

    def _read(self, item: Input) -> None:
        if item.shape == "member":
            self._read_member(item)
        elif item.source == "body":
            self._read_body(item)
        elif item.shape == "group":
            self._read_group(item)
        elif self.form == "call":
            known = self.values.get(item)
            self._convert(item, known if known is not None else self._fetched(item))
        else:
            self._convert(item, self._fetched(item))

    def _fetched(self, item: Input) -> str:
        """Write the line that takes raw material from the request."""
        name = self._local(item, item.name)
        mapping = self.values.get(item.source) or f"request.{_MAPPINGS[item.source]}"
        if item.source == "form" and item.shape == "one":
            self._write(f"{name} = {mapping}.get({item.key!r}) or None")  # a field that was left empty is not there
        elif item.source == "path":
            self._write(f"{name} = {mapping}[{item.key!r}]")
        elif item.shape == "many":
            self._write(f"{name} = {mapping}.getlist({item.key!r}) or None")
        else:
            self._write(f"{name} = {mapping}.get({item.key!r})")
        return name

    def _form(self) -> str:
        """Return the variable that holds the form; where the core does not pass it, it is waited for once."""
        if "form" not in self.values:
            self.values["form"] = "form"
            if not self._takes_form:
                self._write("form = await request.form()")
        return self.values["form"]

    def _convert(self, item: Input, name: str) -> None:
        if item.source == "path":
            if not _is_unchanged(item):
                self._write(f"{name} = {self._global(f'convert_{name}', item.convert)}({name})")
            return
        if item.is_required and self.form == "call" and item.argument is not None:
            converted = self._converted(item, name)
            if converted != name:
                self._write(f"{name} = {converted}")
        elif item.is_required:
            self._write(f"if {name} is None:", f"    raise {self._global('Missing', Missing)}")
            converted = self._converted(item, name)
            if converted != name:
                self._write(f"{name} = {converted}")
        else:
            default, converted = self._default(item, name), self._converted(item, name)
            if (default, converted) != ("None", name):
                self._write(f"{name} = {default} if {name} is None else {converted}")

    def _converted(self, item: Input, name: str) -> str:
        if item.shape == "one" and item.source != "form" and item.annotation in (str, str | None):
            return name
        return f"{self._global(f'convert_{name}', item.convert)}({name})"

    def _default(self, item: Input, name: str) -> str:
        if item.default_factory is not None or item.has_mutable_default:
            return f"{self._global(f'default_{name}', item.default_value)}()"
        if type(item.default) in _PLAIN_DEFAULTS and item.default == item.default:  # not a NaN
            return repr(item.default) if item.default not in _INFINITIES else f"float({str(item.default)!r})"
        return self._global(f"default_{name}", item.default)

    def _read_group(self, item: Input) -> None:
        name = self._local(item, item.name)
        holder = self.values["form"] if item.source == "form" else "request"
        self._write(f"{name} = {self._global(f'fields_{name}', item.group)}({holder})")
        converted = f"{self._global(f'convert_{name}', item.convert)}({name})"
        if item.is_required:
            self._write(f"{name} = {converted}")
        else:
            absent = self._global("MISSING", MISSING)
            self._write(f"{name} = {self._default(item, name)} if {name} is {absent} else {converted}")

    def _read_body(self, item: Input) -> None:
        name = self._local(item, "document" if item is self.parts.document else item.name)
        self._write(f"{name} = await request.body()")
        if item.shape == "bytes":
            return
        convert = self._global(f"convert_{name}", item.convert)
        check = self._global("check_json", check_json)
        absent = (
            f"raise {self._global('Missing', Missing)}" if item.is_required else f"{name} = {self._default(item, name)}"
        )
        reject, refused = self._global("reject", self.parts.reject), self._global(f"input_{name}", item)
        # Of two documents nobody could tell which one the core's reader was about.
        is_alone = sum(other.shape == "json" for other in self.parts.inputs) + (self.parts.document is not None) == 1
        knows = self.form == "complete" and is_alone
        known = ["        if known is not None:", "            raise known"] if knows else []
        self._write(
            f"if {name}:",
            f"    {check}(request)",
            "    try:",
            *known,
            f"        {name} = {convert}({name})",
            f"    except {self._global('Refused', item.refusals)} as error:",
            f"        raise {reject}(request, error, {name}, refused={refused}) from None",
            "else:",
            f"    {absent}",
        )

    def _read_member(self, item: Input) -> None:
        document = item.document
        if document is None:
            raise AssertionError("a member belongs to a document")
        if document not in self.values:
            self._read_body(document)
        attribute = document.fields[item.key][0]
        name = self._local(item, item.name)
        self._write(f"{name} = {self.values[document]}.{attribute}")

    def _call(self, node: Node) -> str:
        function = self._global(_identifier(node.function), node.function)
        arguments = ", ".join(self._argument(edge) for edge in node.edges)
        call = f"{function}({arguments})"
        is_root = node is self.parts.graph.root
        if node.kind is Kind.COROUTINE:
            return f"await {call}"
        if node.kind is Kind.FUNCTION:
            if not self._is_async or self._is_here(node):
                return call
            return f"await {self._run_in_thread}({', '.join([function, *([arguments] if arguments else [])])})"
        return call if is_root else self._entering(node, call)

    def _entering(self, node: Node, call: str) -> str:
        into = "late" if self.parts.is_late(node) else "teardown"
        if node.kind is Kind.ASYNC_GENERATOR:
            return f"await {into}.enter_async({call})"
        if not self._is_async or node.is_in_place:
            return f"{into}.enter({call})"
        return f"await {into}.enter_in_thread({call})"

    def _argument(self, edge: Edge) -> str:
        source = edge.source
        value = "request" if isinstance(source, Input) and source.shape == "request" else self.values[source]
        return f"{edge.name}={value}" if edge.is_keyword else value

    def _end(self, root: Node) -> None:
        """Call the handler, close what must be closed, return."""
        call = self._call(root)
        is_late = self.parts.has_late_teardown
        if not self.parts.has_teardown and not is_late:
            self._write(f"return {call}" if self.form != "respond" else f"return {self._respond(call)}")
            return
        if self.form == "respond" or is_late:
            self._write(f"value = {self._respond(call)}")
        else:
            answer = self._global("answer", self.parts.answer)
            self._write(f"value = {self._global('finish', finish)}({call}, {answer})")
        wait, suffix = ("await ", "") if self._is_async else ("", "_sync")
        if self.parts.has_teardown:
            self._fail("teardown", wait, suffix)
            held = self._global("hold", hold) + f"(value, {self._held('teardown')})"
            # A body that is made while it is sent needs its dependencies until then.
            streamed, otherwise = (f"value = {held}", "else:") if is_late else (f"return {held}", "")
            self._write(f"if {self._global('is_streamed', is_streamed)}(value):", f"    {streamed}")
            indent = ""
            if otherwise:
                self._write(otherwise)
                indent = "    "
            self._write(f"{indent}{wait}teardown.close{suffix}()")
        if is_late:
            self._fail("late", wait, suffix)
            self._write(f"return {self._global('postpone', postpone)}(value, {self._held('late')})")
        else:
            self._write("return value")

    def _fail(self, name: str, wait: str, suffix: str) -> None:
        """End the block in which dependencies are open: an error is thrown into them."""
        self.depth -= 1
        self._write("except BaseException as error:", f"    {wait}{name}.fail{suffix}(error)", "    raise")

    def _held(self, name: str) -> str:
        return name if self._is_async else f"{name}.in_threads()"

    def _respond(self, call: str) -> str:
        if self.parts.answer.renderers:
            return f"{self._global('respond', self.parts.answer.respond_to)}({call}, request)"
        return f"{self._global('respond', self.parts.answer.respond)}({call})"

    @property
    def _run_in_thread(self) -> str:
        return self._global("run_in_thread", self.parts.run_in_thread)

    def _write(self, *lines: str) -> None:
        self.lines.extend(f"{'    ' * self.depth}{line}" for line in lines)

    def _local(self, thing: object, name: str) -> str:
        """Return the variable of a thing, named after its parameter."""
        if thing in self.values:
            return self.values[thing]
        self.values[thing] = found = self._free(name)
        self.locals.add(found)
        return found

    def _global(self, name: str, thing: object) -> str:
        """Return the name of an object of the outside; it never hides a variable."""
        for known, other in self.names.items():
            if other is thing or (isinstance(thing, tuple) and other == thing):
                return known
        found = self._free(f"_{name}")
        self.names[found] = thing
        return found

    def _free(self, name: str) -> str:
        found, count = name, 2
        while found in self.locals or found in self.names:
            found, count = f"{name}_{count}", count + 1
        return found


_INFINITIES: Final = (float("inf"), float("-inf"))


def _is_unchanged(item: Input) -> bool:
    """Return whether the core's value of a path parameter is the value."""
    return item.converted is None


def _identifier(function: Callable[..., Any]) -> str:
    name = str(getattr(inspect.unwrap(function), "__name__", type(function).__name__))
    return name if name.isidentifier() else "function"
