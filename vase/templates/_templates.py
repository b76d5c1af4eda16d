"""One set of templates: directories, and the Jinja environment that an application owns.

Two settings differ from Jinja's own. Everything is escaped unless the name of the template says that it is no markup
(`.txt`, `.md`, `.json` and the like): a page that forgets to ask for it must not be open to attacks. And a name that
the context does not have is an error: a misspelt variable would otherwise be an empty place that nobody notices.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote as percent_encode

import jinja2

from vase.exceptions import did_you_mean, quote
from vase.templates._errors import TemplateMissingError
from vase.templates._read import REVERSING, ReadTemplate, faulty

__all__ = ["Reverse", "Templates"]

type Reverse = Callable[..., str]
"""Makes the path of a named route: `URLResolver.reverse`."""

_PLAIN = (".txt", ".md", ".json", ".csv", ".js", ".css", ".toml", ".yaml", ".yml", ".py")


class Templates:
    """The templates of one application.

    Args:
        directories: Where templates are looked for; the first that has one wins.
        reverse: Makes the `url_for` and `reverse` of templates.
        static_url: The prefix of static files, for `static`.
        debug: Whether a template that changes is read again.
        options: Further options of `jinja2.Environment`; they win over ours.

    Example:
        >>> templates = Templates([Path("templates")], static_url="/static/")
        >>> templates.environment.from_string("{{ static('a b.css') }}").render()
        '/static/a%20b.css'
    """

    def __init__(
        self,
        directories: Sequence[Path],
        *,
        reverse: Reverse | None = None,
        static_url: str = "/static/",
        debug: bool = False,
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.directories = tuple(directories)
        self._static_url = static_url
        self._read: dict[str, ReadTemplate] = {}
        ours: dict[str, Any] = {
            "loader": jinja2.FileSystemLoader([str(directory) for directory in self.directories]),
            "autoescape": is_markup,
            "undefined": jinja2.StrictUndefined,
            "auto_reload": debug,
        }
        self.environment = jinja2.Environment(**(ours | dict(options)))  # noqa: S701  # `autoescape` is among them
        self.environment.globals["static"] = self.static
        if reverse is not None:
            self.environment.globals |= dict.fromkeys(REVERSING, reverse)

    def __repr__(self) -> str:
        return f"<Templates in {len(self.directories)} directories>"

    def render(self, name: str, context: Mapping[str, Any] | None = None) -> str:
        """Return the text that a template makes of a context.

        Raises:
            TemplateMissingError: When no directory has the template, or one that it includes or extends.
            TemplateFaultyError: When it cannot be read.
        """
        try:
            return self.environment.get_template(name).render(context or {})
        except jinja2.TemplateNotFound as error:
            raise self._missing(str(error.name or name), by=name) from error
        except jinja2.TemplateSyntaxError as error:
            raise faulty(error) from error

    def find(self, *names: str) -> str | None:
        """Return the first of some names that a template has, or None."""
        for name in names:
            for directory in self.directories:
                if (directory / name).is_file():
                    return name
        return None

    def names(self) -> list[str]:
        """Return the names of all templates."""
        return self.environment.list_templates()

    def read(self, name: str) -> ReadTemplate:
        """Return what a template says before it is rendered; one that has not changed is read once.

        Args:
            name: The name of a template that is there.
        """
        loader = self.environment.loader
        source, file, _ = loader.get_source(self.environment, name) if loader is not None else ("", None, None)
        known = self._read.get(name)
        if known is None or (known.source, known.file) != (source, file or name):
            known = self._read[name] = ReadTemplate.of(self.environment, name, source, file or name)
        return known

    def static(self, path: str) -> str:
        """Return the URL of a static file."""
        return self._static_url.rstrip("/") + "/" + percent_encode(path.lstrip("/"))

    def _missing(self, name: str, by: str) -> TemplateMissingError:
        where = f", which {quote(by)} asks for" if name != by else ""
        searched = ", ".join(str(directory) for directory in self.directories) or "no directory"
        return TemplateMissingError(
            f"no template is named {quote(name)}{where}",
            code="templates.E001",
            hint=did_you_mean(name, self.names()) or f"searched: {searched}",
        )


def is_markup(name: str | None) -> bool:
    """Say whether what a template makes is markup, so that values must be escaped in it."""
    return name is None or not name.lower().removesuffix(".j2").endswith(_PLAIN)
