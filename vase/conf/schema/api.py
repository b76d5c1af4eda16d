"""Settings of the API document: what it says about itself, and where it and its pages are served."""

from vase.conf.schema._fields import Names, SettingsGroup, UrlPath, setting

__all__ = ["ApiSettings"]


class ApiSettings(SettingsGroup):
    """The API document. With `DEBUG` on its URLs are served; elsewhere those are that a settings module names."""

    API_TITLE: str = setting("API", "The name of the API.", min_length=1)
    API_VERSION: str = setting("0.1.0", "The version of the API.", min_length=1)
    API_DESCRIPTION: str = setting("", "What the API is for, in Markdown.")
    API_SERVERS: Names = setting(
        [], "The URLs under which the API is served, like `https://api.example.com`; empty means where the document is."
    )
    OPENAPI_URL: UrlPath | None = setting(
        "/openapi.json",
        "Where the OpenAPI document is served: with `DEBUG` on, and elsewhere only when this is set; "
        "`None` switches it and its pages off.",
    )
    DOCS_URL: UrlPath | None = setting(
        "/docs",
        "Where Swagger UI shows the document: with `DEBUG` on, and elsewhere only when this is set; "
        "`None` switches it off.",
    )
    REDOC_URL: UrlPath | None = setting(
        "/redoc",
        "Where Redoc shows the document: with `DEBUG` on, and elsewhere only when this is set; `None` switches it off.",
    )
    OPENAPI_AUTH: str = setting(
        "public", "Who may read the document and its pages: the dotted name of a guard, or `public`."
    )
