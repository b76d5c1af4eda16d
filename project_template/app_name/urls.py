"""Where the app's handlers are found."""

from vase.urls import include, path

from app_name.api import router

urlpatterns = [
    path("", include(router)),
]
