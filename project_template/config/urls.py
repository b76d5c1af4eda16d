"""The URLs of the site; `./manage.py routes` lists what comes out."""

from vase.urls import include, path

urlpatterns = [
    path("", include("app_name.urls")),
]
