from django.urls import path
from ninja import Form, NinjaAPI

api = NinjaAPI()


@api.post("/login")
def login(request, username: Form[str], password: Form[str]):
    return {"username": username, "length": len(password)}


urlpatterns = [path("api/", api.urls)]
