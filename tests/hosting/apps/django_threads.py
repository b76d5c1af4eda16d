"""A Django project that tells on which threads its sync code runs."""

import asyncio
import threading

import django
from asgiref.sync import sync_to_async
from django.conf import settings

settings.configure(
    SECRET_KEY="for tests alone",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[f"{__name__}.note_thread"],
    LOGGING_CONFIG=None,
)
django.setup(set_prefix=False)

from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.signals import request_finished, request_started  # noqa: E402
from django.dispatch import Signal  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.decorators import async_only_middleware  # noqa: E402

both_here = threading.Barrier(2)
slow_may_end = threading.Event()
signals: list[tuple[str, int, str]] = []
notes: dict[str, int | str] = {}
running: list[asyncio.Task[None]] = []


def listen(signal: Signal, kind: str) -> None:
    def hear(**_: object) -> None:
        signals.append((kind, threading.get_ident(), threading.current_thread().name))

    signal.connect(hear, weak=False)


listen(request_started, "started")
listen(request_finished, "finished")


@async_only_middleware
def note_thread(get_response):
    async def middleware(request):
        request.threads = [await sync_to_async(threading.get_ident)()]
        return await get_response(request)

    return middleware


def text(request):
    return HttpResponse("ready", content_type="text/plain")


def where(request):
    return JsonResponse({"threads": [*request.threads, threading.get_ident()], "name": threading.current_thread().name})


async def from_the_loop(request):
    asked = [await sync_to_async(threading.get_ident)() for _ in range(3)]
    together = await asyncio.gather(*(sync_to_async(threading.get_ident)() for _ in range(3)))
    return JsonResponse({"threads": [*request.threads, *asked, *together], "loop": threading.get_ident()})


def heard(request):
    return JsonResponse({"signals": signals})


def together(request):
    both_here.wait(20)
    return JsonResponse({"thread": threading.get_ident()})


async def outlive(request):
    async def after() -> None:
        while "may end" not in notes:  # noqa: ASYNC110  # another request writes it
            await asyncio.sleep(0.01)
        notes["outlived"] = (await sync_to_async(threading.current_thread)()).name

    running.append(asyncio.create_task(after()))
    return HttpResponse("begun")


async def end(request):
    notes["may end"] = "now"
    await running.pop()
    return JsonResponse(notes)


def slow(request):
    notes["slow"] = threading.get_ident()
    slow_may_end.wait(20)
    notes["slow ended"] = threading.get_ident()
    return HttpResponse("ended")


async def noted(request):
    return JsonResponse(notes)


async def let_slow_end(request):
    slow_may_end.set()
    return HttpResponse("set")


class FailedError(Exception):
    pass


def fail(request):
    raise FailedError


def failed(request):
    return HttpResponse("answered by Django", status=500)


handler500 = failed
urlpatterns = [
    path("text", text),
    path("where", where),
    path("from-the-loop", from_the_loop),
    path("heard", heard),
    path("together", together),
    path("outlive", outlive),
    path("end", end),
    path("slow", slow),
    path("noted", noted),
    path("let-slow-end", let_slow_end),
    path("fail", fail),
]

app = get_asgi_application()


async def wrapped(scope, receive, send):
    await app(scope, receive, send)
