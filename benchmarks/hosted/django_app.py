from django.conf import settings

settings.configure(SECRET_KEY="for benchmarks alone", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, LOGGING_CONFIG=None)

from django.core.asgi import get_asgi_application
from django.http import HttpResponse
from django.urls import path


async def text(request):
    return HttpResponse("Hello, World!", content_type="text/plain")


urlpatterns = [path("", text)]
app = get_asgi_application()
