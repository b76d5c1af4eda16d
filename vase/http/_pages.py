"""The look of the pages that Vase makes by itself: one small style sheet, no scripts, nothing loaded from elsewhere."""

from collections.abc import Sequence
from html import escape

__all__ = ["error_page", "page"]

_STYLE = """
:root{color-scheme:light dark;--ground:#fbfaf8;--panel:#fff;--ink:#22201d;--soft:#6c675f;--line:#e4e0d8;--mark:#a8431d;
--hit:#fdf0e4}
@media(prefers-color-scheme:dark){:root{--ground:#171614;--panel:#201e1c;--ink:#ece8e1;--soft:#9d968b;--line:#35322d;
--mark:#f0936a;--hit:#3a2a1f}}
*{box-sizing:border-box}
body{background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,sans-serif;margin:0}
main{margin:0 auto;max-width:70rem;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2.2rem 0 .6rem}
p{margin:.4rem 0;overflow-wrap:anywhere}
small,.soft{color:var(--soft)}
"""


def page(title: str, body: str, *, style: str = "") -> str:
    """Return an HTML page; `title` is escaped here, `body` and `style` are markup already."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="robots" content="noindex">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def error_page(
    status_code: int, title: str, detail: str | None, *, faults: Sequence[str] = (), request_id: str | None = None
) -> str:
    """Return the page of an error for those who visit a site: what happened and how to refer to it, nothing more."""
    parts = [f'<p class="soft">{status_code}</p>', f"<h1>{escape(title)}</h1>"]
    if detail:
        parts.append(f"<p>{escape(detail)}</p>")
    if faults:
        items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
        parts.append(f"<ul>{items}</ul>")
    if request_id:
        parts.append(f"<p><small>Request {escape(request_id)}</small></p>")
    return page(f"{status_code} {title}", "\n".join(parts))
