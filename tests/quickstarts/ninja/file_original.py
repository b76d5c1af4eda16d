from django.urls import path
from ninja import File, NinjaAPI
from ninja.files import UploadedFile

api = NinjaAPI()


@api.post("/upload")
def upload(request, file: File[UploadedFile]):
    return {"name": file.name, "length": len(file.read())}


urlpatterns = [path("api/", api.urls)]
