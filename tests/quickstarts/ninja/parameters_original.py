from django.urls import path
from ninja import NinjaAPI

api = NinjaAPI()


@api.get("/add/{a}")
def add(request, a: int, b: int = 0):
    return {"result": a + b}


urlpatterns = [path("api/", api.urls)]
