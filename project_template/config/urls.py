"""The URLs of the site; `./manage.py routes` lists what comes out."""

from vase.urls import include, path

from config.views import home

urlpatterns = [
    path("", home, name="home"),
    path("", include("app_name.urls")),
]
