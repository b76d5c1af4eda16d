"""The error page for developers: what was raised, where, with the source and the values around it.

One page without scripts and without anything loaded from elsewhere, so that it works behind every policy; all that
comes from the program or the request is escaped. Values whose names sound secret are masked (`_values.py`).
It is made only where `DEBUG` is set; nothing of it reaches a production answer.
"""

from html import escape

from vase.http._frames import Frame, Raised, chain_of
from vase.http._pages import page
from vase.http._request import RequestView
from vase.http._values import MASK, is_secret, masked_url

__all__ = ["headline", "render_html", "render_text"]

_STYLE = """
main>header{border-bottom:1px solid var(--line);margin-bottom:1.2rem;padding-bottom:1rem}
h1 b{color:var(--mark)}
pre,code,table{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{margin:0;overflow-x:auto;padding:.5rem 0}
pre span{display:block;padding:0 .9rem;white-space:pre}
pre i{color:var(--soft);display:inline-block;font-style:normal;min-width:3.2em;user-select:none}
pre .hit{background:var(--hit);box-shadow:inset 3px 0 var(--mark)}
.message{font-size:1.1rem;white-space:pre-wrap}
details{background:var(--panel);border:1px solid var(--line);border-radius:8px;margin:.5rem 0;overflow:hidden}
summary{cursor:pointer;font-size:.9rem;overflow-wrap:anywhere;padding:.5rem .9rem}
summary:hover{background:var(--hit)}
details details{border-width:1px 0 0;border-radius:0;margin:0}
.library>summary{color:var(--soft)}
table{border-collapse:collapse;width:100%}
td{border-top:1px solid var(--line);overflow-wrap:anywhere;padding:.3rem .9rem;vertical-align:top;white-space:pre-wrap}
td:first-child{color:var(--soft);width:12rem}
"""


def headline(exc: BaseException) -> str:
    """Return the exception in one line: its class and its message."""
    text = _message(exc)
    name = _name(exc)
    return f"{name}: {text.splitlines()[0]}" if text else name


def render_html(exc: BaseException, request: RequestView | None) -> str:
    """Return the page for a browser."""
    parts = [_header(exc, request), *(_raised_html(raised) for raised in chain_of(exc))]
    if request is not None:
        parts.append(_request_html(request))
    parts.append("<p><small>This page is shown because <code>DEBUG</code> is on.</small></p>")
    return page(headline(exc), "\n".join(parts), style=_STYLE)


def render_text(exc: BaseException, request: RequestView | None) -> str:
    """Return the same for a terminal: the place first, then the frames of the user's own code with their values."""
    lines = list[str]()
    if request is not None:
        lines += [f"{request.method} {request.path}", ""]
    for raised in chain_of(exc):
        if raised.relation is not None:
            lines += ["", f"{raised.relation}:"]
        lines.append(f"{_name(raised.exception)}: {_message(raised.exception)}".rstrip(": "))
        lines += [f"  {note}" for note in _notes(raised.exception)]
        for frame in raised.frames:
            lines += _frame_text(frame)
        if raised.left_out:
            lines.append(f"  … and {raised.left_out} frames more")
    return "\n".join(lines) + "\n"


def _frame_text(frame: Frame) -> list[str]:
    lines = [f"  {frame.file}:{frame.line} in {frame.function}"]
    lines += [f"    {text.strip()}" for number, text in frame.source if number == frame.line]
    if not frame.is_library:
        lines += [f"      {name} = {value}" for name, value in frame.values]
    return lines


def _header(exc: BaseException, request: RequestView | None) -> str:
    asked = "" if request is None else f'<p class="soft">{escape(request.method)} {escape(request.path)}</p>'
    notes = "".join(f"<p>{escape(note)}</p>" for note in _notes(exc))
    message = escape(_message(exc))
    return f'<header>{asked}<h1><b>{escape(_name(exc))}</b></h1><p class="message">{message}</p>{notes}</header>'


def _raised_html(raised: Raised) -> str:
    parts = list[str]()
    if raised.relation is not None:
        words = f"{raised.relation}: {headline(raised.exception)}"
        parts.append(f"<h2>{escape(words[0].upper() + words[1:])}</h2>")
    own = [index for index, frame in enumerate(raised.frames) if not frame.is_library]
    # The last line of the user's own code is where the eye should land; a library's line only when there is no other.
    landing = own[-1] if own else len(raised.frames) - 1
    parts += [_frame_html(frame, is_open=index == landing) for index, frame in enumerate(raised.frames)]
    if raised.left_out:
        parts.append(f'<p class="soft">{raised.left_out} frames in the middle are left out.</p>')
    return "\n".join(parts)


def _frame_html(frame: Frame, *, is_open: bool) -> str:
    lines = "".join(
        f"<span{' class=hit' if number == frame.line else ''}><i>{number}</i>{escape(text) or ' '}</span>"
        for number, text in frame.source
    )
    values = ""
    if frame.values:
        rows = _rows(frame.values)
        values = f"<details{_open(is_open)}><summary>values</summary>{rows}</details>"
    kind = ' class="library"' if frame.is_library else ""
    place = f"{escape(frame.file)}:{frame.line}"
    return (
        f"<details{kind}{_open(is_open)}><summary><code>{place}</code> in <b>{escape(frame.function)}</b></summary>"
        f"<pre>{lines}</pre>{values}</details>"
    )


def _request_html(request: RequestView) -> str:
    rows = [("method", request.method), ("path", request.path), ("query", _masked_query(request.query_string))]
    if request.id:
        rows.append(("id", request.id))
    fields = [(name, MASK if is_secret(name) else masked_url(value)) for name, value in request.headers.items()]
    return f"<h2>Request</h2><details open><summary>line</summary>{_rows(rows)}</details>" + (
        f"<details><summary>headers</summary>{_rows(fields)}</details>" if fields else ""
    )


def _masked_query(query: str) -> str:
    pairs = [pair.partition("=") for pair in query.split("&")]
    return "&".join(f"{name}={MASK}" if is_secret(name) else f"{name}{sign}{value}" for name, sign, value in pairs)


def _rows(pairs: list[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in pairs)
    return f"<table>{rows}</table>"


def _open(is_open: bool) -> str:  # noqa: FBT001  # read where it is called: an attribute of the tag or nothing
    return " open" if is_open else ""


def _name(exc: BaseException) -> str:
    kind = type(exc)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _message(exc: BaseException) -> str:
    try:
        return masked_url(str(exc))
    except Exception as error:  # noqa: BLE001  # a broken `__str__` is no reason to lose the page
        return f"(its message raises {type(error).__name__})"


def _notes(exc: BaseException) -> list[str]:
    return [str(note) for note in getattr(exc, "__notes__", ())]
