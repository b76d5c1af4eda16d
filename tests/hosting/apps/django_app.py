import asyncio
import json as json_module
from pathlib import Path

import django
from django.conf import settings

HERE = Path(__file__).parent

settings.configure(
    SECRET_KEY="for tests alone",
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
        "django.middleware.common.CommonMiddleware",
    ],
    LOGGING_CONFIG=None,
)
django.setup(set_prefix=False)

from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse  # noqa: E402
from django.shortcuts import redirect  # noqa: E402
from django.urls import path  # noqa: E402


def text(request):
    return HttpResponse("Hello, World!", content_type="text/plain")


async def unblocked(request):
    await asyncio.sleep(0)
    return HttpResponse("from the loop", content_type="text/plain")


def query(request, rest):
    return JsonResponse({"path": request.path, "query": list(request.GET.lists())})


def json(request):
    return JsonResponse(json_module.loads(request.body), status=201)


def form(request):
    files = {name: [file.name, file.read().decode()] for name, file in request.FILES.items()}
    return JsonResponse({"form": dict(request.POST.lists()), "files": files})


def echo(request):
    return HttpResponse(request.body, content_type="application/octet-stream")


def stream(request):
    return StreamingHttpResponse((f"piece {number}\n" for number in range(5)), content_type="text/plain")


def file(request):
    return FileResponse((HERE / "text.txt").open("rb"))


def cookies(request):
    response = JsonResponse(dict(request.COOKIES))
    response.set_cookie("one", "1", httponly=True)
    response.set_cookie("two", "2")
    return response


def empty(request):
    return HttpResponse(status=204)


def error(request):
    raise ValueError("wrong on purpose")


def elsewhere(request):
    return redirect("/text")


urlpatterns = [
    path("text", text),
    path("unblocked", unblocked),
    path("query/<path:rest>", query),
    path("json", json),
    path("form", form),
    path("echo", echo),
    path("stream", stream),
    path("file", file),
    path("cookies", cookies),
    path("empty", empty),
    path("error", error),
    path("elsewhere", elsewhere),
]

asgi = get_asgi_application()
wsgi = get_wsgi_application()
