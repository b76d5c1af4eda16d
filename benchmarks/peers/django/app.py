"""Django in one file: `wsgi` with `def` views, `asgi` with `async def` views."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import django_settings
from django.conf import settings

IS_ASYNC = "uvicorn" in Path(sys.argv[0]).name
given = {name: value for name, value in vars(django_settings).items() if name.isupper()}
given["ROOT_URLCONF"] = __name__
if django_settings.SCENARIO == "middleware":
    given["MIDDLEWARE"] = [f"{__name__}.{name}" for name in ("first", "second", "third")]
if django_settings.SCENARIO == "static":
    given["MIDDLEWARE"] = ["whitenoise.middleware.WhiteNoiseMiddleware"]
settings.configure(**given)

import django
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, register_converter
from pydantic import BaseModel, ValidationError

django.setup(set_prefix=False)

COMPACT = {"separators": (",", ":")}


class FloatConverter:
    regex = r"[0-9]+(\.[0-9]+)?"

    def to_python(self, value: str) -> float:
        return float(value)

    def to_url(self, value: float) -> str:
        return str(value)


register_converter(FloatConverter, "float")


class Item(models.Model):
    name = models.CharField(max_length=80)
    quantity = models.IntegerField()

    class Meta:
        app_label = "bench"
        db_table = "items"
        managed = False


class Address(BaseModel):
    street: str
    city: str


class Order(BaseModel):
    name: str
    price: float
    quantity: int
    tags: list[str]
    address: Address
    express: bool


def text(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Hello, World!", content_type="text/plain")


def message(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"message": "Hello, World!"}, json_dumps_params=COMPACT)


def find(request: HttpRequest, category: int, name: str, price: float) -> HttpResponse:
    found = {
        "category": category,
        "name": name,
        "price": price,
        "page": int(request.GET["page"]),
        "query": request.GET["query"],
    }
    return JsonResponse(found, json_dumps_params=COMPACT)


def order(request: HttpRequest) -> HttpResponse:
    try:
        found = Order.model_validate_json(request.body)
    except ValidationError as error:
        return HttpResponse(error.json(), status=422, content_type="application/json")
    return HttpResponse(found.model_dump_json(), content_type="application/json")


def upload(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.body)), content_type="text/plain")


def row(request: HttpRequest, id: int) -> HttpResponse:
    item = Item.objects.get(pk=id)
    return JsonResponse({"id": item.id, "name": item.name, "quantity": item.quantity}, json_dumps_params=COMPACT)


async def row_async(request: HttpRequest, id: int) -> HttpResponse:
    item = await Item.objects.aget(pk=id)
    return JsonResponse({"id": item.id, "name": item.name, "quantity": item.quantity}, json_dumps_params=COMPACT)


def made_async(view: Any) -> Any:
    async def async_view(request: HttpRequest, **arguments: Any) -> HttpResponse:
        return view(request, **arguments)

    return async_view


class Mark:
    name = ""
    sync_capable = async_capable = True

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if iscoroutinefunction(self):
            return self.acall(request)
        response = self.get_response(request)
        response.headers[self.name] = "1"
        return response

    async def acall(self, request: HttpRequest) -> HttpResponse:
        response = await self.get_response(request)
        response.headers[self.name] = "1"
        return response


first = type("first", (Mark,), {"name": "x-first"})
second = type("second", (Mark,), {"name": "x-second"})
third = type("third", (Mark,), {"name": "x-third"})

views = [
    ("text", text),
    ("middleware", text),
    ("json", message),
    ("items/<int:category>/<str:name>/<float:price>", find),
    ("orders", order),
    ("upload", upload),
]
row_view = row_async if IS_ASYNC else row
urlpatterns = [path(route, made_async(view) if IS_ASYNC else view) for route, view in views]
urlpatterns += [path("postgres/session/<int:id>", row_view), path("sqlite/session/<int:id>", row_view)]

if IS_ASYNC:
    asgi = get_asgi_application()
else:
    wsgi = get_wsgi_application()
