"""Templates: Jinja, owned by the application, escaping everything, refusing names that are not there.

    templates = from_settings(settings, [app.path for app in apps], reverse=resolver.reverse)
    templates.render("catalog/product.html", {"product": product})

In a template, `url_for("catalog:product", id=3)` (also called `reverse`) makes the path of a route and
`static("site.css")` the URL of a static file. Settings: `TEMPLATES`, `STATIC_URL`, `DEBUG`.
Codes: `templates.E001`, `templates.E002`; names of routes in templates are checked with those of `vase.urls`.
"""

from vase.templates._checks import check_templates
from vase.templates._errors import TemplateError, TemplateFaultyError, TemplateMissingError
from vase.templates._from_settings import from_settings
from vase.templates._templates import Reverse, Templates

__all__ = [
    "Reverse",
    "TemplateError",
    "TemplateFaultyError",
    "TemplateMissingError",
    "Templates",
    "check_templates",
    "from_settings",
]
