from django.urls import path
from ninja import NinjaAPI, Schema

api = NinjaAPI()


class Item(Schema):
    name: str
    price: float
    quantity: int = 1


@api.post("/items")
def create(request, item: Item):
    return item


urlpatterns = [path("api/", api.urls)]
