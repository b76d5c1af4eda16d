"""The URLs of the site; `./manage.py routes` lists what comes out."""

from vase.urls import include, path, public

from config.views import home

urlpatterns = [
    path("", home, name="home", auth=public, include_in_schema=False),
    path("", include("app_name.urls")),
]
