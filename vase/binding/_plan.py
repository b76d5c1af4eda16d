"""The plan of a handler's call: made once at start, checked as a whole, executed without thinking."""

import asyncio
import linecache
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from vase.binding._answers import Answer, AnswerError, AnswerOptions, is_event_stream
from vase.binding._bodies import join_bodies
from vase.binding._classify import Classifier
from vase.binding._emit import Emitted, Form, Mode, Parts, emit
from vase.binding._errors import BindingErrors
from vase.binding._forms import FormRules, form_faults, form_rules, limit_of_files
from vase.binding._inputs import Input
from vase.binding._shape import Shape
from vase.binding._types import name_of
from vase.checks import CheckMessage, error
from vase.di import (
    EMPTY,
    Dependency,
    Graph,
    Kind,
    Providers,
    RunInThread,
    build,
    cannot_suspend,
    is_inline,
    label,
    parameter_place,
    read_signature,
    return_place,
)
from vase.http import FormData, RequestValidationError, Response, ValidationFault
from vase.types import Fault, Place
from vase.urls import Converter

if TYPE_CHECKING:
    from vase.http import Request

__all__ = ["EndpointOptions", "Plan", "PlanOptions", "plan"]


class PlanOptions(TypedDict, total=False):
    """What a plan may be told besides the handler.

    Attributes:
        path_parameters: The converter of each parameter of the path, in order.
        open_parameters: The parameters whose converter the annotation may choose.
        methods: The methods of the route.
        dependencies: Dependencies that run before the handler and give it no value, outermost first.
        response_model: The type of the answer; None takes the return annotation.
        status_code: The status of answers that are made of values.
        answer: How values are written.
        run_in_thread: Runs plain functions that an asynchronous endpoint calls; `asyncio.to_thread` when left out.
        max_body: The largest body of a request, in bytes; None leaves it to the application.
        renderers: What writes a value in each media type that the client may choose.
        is_exchange: Whether there is an answer that leaves after the handler has returned; a socket has none.
        place: The line of the route.
    """

    path_parameters: Mapping[str, Converter]
    open_parameters: Collection[str]
    methods: Collection[str]
    dependencies: Sequence[Any]
    response_model: Any
    status_code: int | None
    answer: AnswerOptions
    run_in_thread: RunInThread
    max_body: int | None
    renderers: Mapping[str, Callable[[Any], Any] | None]
    is_exchange: bool
    place: Place | None


class EndpointOptions(TypedDict):
    """What `vase._core.Endpoint` is told, besides the callable and the route."""

    mode: Mode
    arguments: tuple[tuple[Any, ...], ...]
    shape: Shape | None
    encode: Callable[[Any], bytes | Response]
    explain: Callable[["Request", BaseException | None], Any]
    status: int | None
    collects: bool
    form: FormRules | None
    takes_text: bool
    takes_none: bool
    name: str


@dataclass(frozen=True, eq=False, kw_only=True)
class Plan:
    """How a handler is called.

    Args:
        handler: The handler as the user wrote it.
        inputs: Its parameters and those of its dependencies, for the API document; dependencies come first.
        refinements: Converters that the route should use in place of those that the path left open.
        parts: What its functions are written from.
        max_body: The largest body of a request, when the route says so.
    """

    handler: Callable[..., Any]
    inputs: tuple[Input, ...]
    refinements: Mapping[str, Converter]
    parts: Parts
    max_body: int | None = None

    @property
    def name(self) -> str:
        """What logs and errors call the handler."""
        return label(self.handler)

    @property
    def place(self) -> Place | None:
        """Where the handler was written."""
        return parameter_place(self.handler)

    @property
    def answer(self) -> Answer:
        """What the handler promised to return."""
        return self.parts.answer

    @property
    def document(self) -> Input | None:
        """The body that several inputs share."""
        return self.parts.document

    @cached_property
    def is_direct(self) -> bool:
        """Whether the core calls the handler itself: it can read every parameter, and there is nothing else to do."""
        if len(self.parts.graph.order) > 1 or self.document is not None:
            return False
        sources = [(edge.is_keyword, edge.source) for edge in self.parts.graph.root.edges]
        return all(not named and isinstance(source, Input) and source.is_final for named, source in sources)

    @cached_property
    def emitted(self) -> Emitted | None:
        """The generated function as text; None when the core calls the handler itself."""
        return None if self.is_direct else emit(self.parts, "call")

    @property
    def source(self) -> str | None:
        """The text of the generated function."""
        return self.emitted.source if self.emitted is not None else None

    @cached_property
    def callable(self) -> Callable[..., Any]:
        """What the core calls: the handler, or a function that was written for it."""
        return self.handler if self.emitted is None else self._compile(self.emitted, "call")

    @property
    def mode(self) -> Mode:
        """How the core calls it."""
        if self.emitted is not None:
            return self.emitted.mode
        root = self.parts.graph.root
        if root.kind is Kind.COROUTINE:
            return "coroutine" if cannot_suspend(self.handler) else "task"
        # A generator is only made by the call; what it does runs while the answer is sent.
        return "thread" if root.kind is Kind.FUNCTION and not is_inline(self.handler) else "inline"

    @property
    def arguments(self) -> tuple[tuple[Any, ...], ...]:
        """Where each positional argument comes from, in the words of the core."""
        if self.emitted is not None:
            return self.emitted.arguments
        sources = (edge.source for edge in self.parts.graph.root.edges)
        return tuple(source.argument for source in sources if isinstance(source, Input) and source.argument is not None)

    @property
    def encode(self) -> Callable[[Any], bytes | Response]:
        """Write what the callable returned, when it is neither text, bytes, None nor a response."""
        return attrgetter("body") if self.parts.has_teardown else self.answer.encode

    @property
    def reads_body(self) -> bool:
        """Whether the body is read before the call."""
        return any(item.source == "body" for item in self.inputs)

    @cached_property
    def complete(self) -> Callable[..., Awaitable[Any]]:
        """Bind the whole request in Python and call the handler; the way for what the core refused.

        Its second argument is what the reader of the body has raised already.
        """
        return self._compile(emit(self.parts, "complete"), "complete")

    @cached_property
    def respond(self) -> Callable[["Request"], Awaitable[Response]]:
        """Like `complete`, and make a response of the value: the innermost call of a chain of middleware."""
        return self._compile(self._responding, "respond")

    @property
    def respond_suspends(self) -> bool:
        """Whether `respond` may have to wait; if not, it ends in one step."""
        return self._responding.mode == "task"

    @cached_property
    def _responding(self) -> Emitted:
        return emit(self.parts, "respond")

    def body_limit(self, default: int) -> int | None:
        """Return the limit of the bodies of this route, or None when it is that of all routes.

        Args:
            default: The limit of all routes: what a form may have besides the files that say how large they may be.
        """
        return self.max_body if self.max_body is not None else limit_of_files(self.inputs, default)

    async def explain(self, request: "Request", known: BaseException | None = None) -> Any:
        """Name every fault of a request, or call the handler when Pydantic accepts what the core refused.

        Args:
            request: The request.
            known: What the reader of the JSON body has raised.

        Raises:
            RequestValidationError: The request does not fit; it holds all faults.
            UnsupportedMediaType: The body is something other than JSON.
        """
        return await self.complete(request, known)

    def endpoint_options(self) -> EndpointOptions:
        """Return what `vase._core.Endpoint` is told; its first argument is `callable`."""
        return {
            "mode": self.mode,
            "arguments": self.arguments,
            "shape": None if self.parts.has_teardown else self.answer.shape,
            "encode": self.encode,
            "explain": self.explain,
            "status": self.answer.status_code,
            "collects": self.reads_body,
            "form": form_rules(self.inputs),
            # What `encode` of a teardown gets is a response; the plain values it wraps were judged before.
            "takes_text": self.answer.takes_text,
            "takes_none": self.answer.takes_none,
            "name": self.name,
        }

    def _compile(self, emitted: Emitted, form: Form) -> Callable[..., Any]:
        # The file exists in `linecache` alone: tracebacks and the debugger show the lines of the function.
        file = f"<vase {form} {self.name} {id(self):x}>"
        names = dict(emitted.names)
        linecache.cache[file] = (len(emitted.source), None, emitted.source.splitlines(keepends=True), file)
        exec(compile(emitted.source, file, "exec"), names)  # noqa: S102  # written by `emit`, from a checked signature
        made: Callable[..., Any] = names["endpoint"]
        return made


def plan(handler: Callable[..., Any], *, providers: Providers | None = None, **options: Unpack[PlanOptions]) -> Plan:
    """Make the plan of a handler's call.

    Args:
        handler: A function, method or callable object with annotations.
        providers: Providers by type, and overrides.
        **options: The route around it.

    Raises:
        BindingErrors: The handler cannot be bound; it holds every fault, each with its line.
    """
    providers = providers if providers is not None else Providers()
    classifier = Classifier(
        handler,
        options.get("path_parameters", {}),
        options.get("open_parameters", ()),
        providers,
        options.get("methods", ()),
    )
    before = [item if isinstance(item, Dependency) else Dependency(item) for item in options.get("dependencies", ())]
    graph = build(handler, providers, find_leaf=classifier.find, before=before)
    faults = [*classifier.faults, *(CheckMessage.from_error(fault) for fault in graph.faults)]
    document = None
    if not faults:
        classifier.finish()
        document, faults = join_bodies(classifier.inputs, handler)
        faults = [*classifier.faults, *faults, *form_faults(classifier.inputs, handler)]
    faults += _limit_faults(handler, options)
    faults += _declaration_faults(graph, classifier.inputs)
    answer, answer_faults = _answer(handler, graph, options)
    faults += answer_faults
    if faults:
        raise BindingErrors(sorted(faults, key=_line))
    parts = Parts(
        graph=graph,
        document=document,
        run_in_thread=options.get("run_in_thread", asyncio.to_thread),
        reject=_Rejecter(tuple(classifier.inputs), document),
        answer=answer,
        is_exchange=options.get("is_exchange", True),
    )
    return Plan(
        handler=handler,
        inputs=tuple(classifier.inputs),
        refinements=classifier.refinements,
        parts=parts,
        max_body=options.get("max_body"),
    )


def _limit_faults(handler: Callable[..., Any], options: PlanOptions) -> list[CheckMessage]:
    size = options.get("max_body")
    if size is None or (type(size) is int and size >= 0):
        return []
    message = f"the route of `{label(handler)}` has `max_body={size!r}`, which is no number of bytes"
    hint = "write it like `max_body=5 * 1024 * 1024`"
    return [error("binding.E017", message, hint=hint, place=options.get("place") or parameter_place(handler))]


def _declaration_faults(graph: Graph, inputs: Sequence[Input]) -> list[CheckMessage]:
    """Return what is wrong with classes that look at their own declarations: models of the query, dependencies."""
    kinds = [*(node.function for node in graph.order), *(item.parameter.type for item in inputs)]
    found: list[CheckMessage] = []
    for kind in kinds:
        tell = getattr(kind, "declaration_faults", None) if isinstance(kind, type) else None
        found += [fault for fault in (tell() if tell is not None else ()) if fault not in found]
    return found


class _Rejecter:
    """Makes the error of a request that does not fit: every fault, not only the one that was met."""

    def __init__(self, inputs: tuple[Input, ...], document: Input | None) -> None:
        self._inputs = inputs if document is None else (*inputs, document)

    def __call__(
        self,
        request: "Request",
        error: Exception,
        body: bytes | None = None,
        form: FormData | None = None,
        refused: Input | None = None,
    ) -> Exception:
        faults: list[ValidationFault] = []
        for item in self._inputs:
            if item is refused:  # a large document with many faults takes a while to be read: once is enough
                found = item.codec.explain(error, item.location)
            elif item.source != "body" or body is not None:
                found = item.faults(request, body, form)
            else:
                continue
            faults += [fault for fault in found if fault not in faults]
        return RequestValidationError(faults) if faults else error


def _answer(handler: Callable[..., Any], graph: Graph, options: PlanOptions) -> tuple[Answer, list[CheckMessage]]:
    promised = options.get("response_model")
    if promised is None and not any(fault.code == "di.E005" for fault in graph.faults):
        signature = read_signature(handler)
        promised = signature.returns
        if signature.returns_unresolved is not None:
            message = f"the return annotation of `{label(handler)}` cannot be resolved: {signature.returns_unresolved}"
            hint = "define or import the name in the module of the handler, not only under `TYPE_CHECKING`"
            fault = error("binding.E002", message, hint=hint, place=return_place(handler))
            return Answer(annotation=EMPTY, handler=label(handler)), [fault]
    if graph.root.kind in {Kind.GENERATOR, Kind.ASYNC_GENERATOR} and not is_event_stream(promised):
        promised = EMPTY  # what it yields is sent piece by piece
    answer = Answer(
        annotation=promised,
        handler=label(handler),
        status_code=options.get("status_code"),
        options=options.get("answer", AnswerOptions()),
        owner=handler,
        renderers=options.get("renderers", {}),
    )
    try:
        _ = answer.encode
    except AnswerError as reason:
        message = f"`{label(handler)}` returns `{name_of(promised)}`, which cannot be written as JSON: {reason}"
        hint = "annotate a Pydantic model, a dataclass or a TypedDict, or name one with `response_model=`"
        return answer, [error("binding.E012", message, hint=hint, place=answer.place)]
    return answer, []


def _line(fault: Fault) -> tuple[str, int]:
    return (fault.place.file, fault.place.line) if fault.place is not None else ("", 0)
