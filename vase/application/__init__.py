"""The application: settings, apps, routes and what they need, put together. The only room that knows all below it.

    app = Vase()

    @app.get("/hello/<name>")
    def hello(name: str) -> str:
        return f"Hello, {name}!"

A site of several apps is made of its settings: `Vase.from_settings("config.settings.development")`. Nothing is global:
two applications live in one process. Everything is checked by `Vase.check()`, which tells all mistakes at once.

Settings read: `INSTALLED_APPS`, `ROOT_URLCONF`, `MIDDLEWARE`, `DATABASES`, `TEMPLATES`, `STATIC_URL`,
`STATICFILES_DIRS` and those of the engine. Errors: `ApplicationError`, code `application.E002`.
"""

from vase.application._errors import ApplicationError
from vase.application._vase import Vase

__all__ = ["ApplicationError", "Vase"]
