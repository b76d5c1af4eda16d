from django.urls import path
from ninja import NinjaAPI

api = NinjaAPI()


@api.get("/hello")
def hello(request):
    return {"message": "Hello World"}


urlpatterns = [path("api/", api.urls)]
