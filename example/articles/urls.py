"""Where the API of the app is found, below `/api/`."""

from vase.urls import include, path

from articles.api import router

urlpatterns = [
    path("", include(router)),
]
