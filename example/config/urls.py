"""The URLs of the site; `manage.py routes` lists what comes out.

Pages lie at the root, the API under `/api/`, in the paths and envelopes of the RealWorld specification.
"""

from vase.urls import include, path

urlpatterns = [
    path("api/", include("profiles.urls", namespace="profiles")),
    path("api/", include("articles.urls", namespace="articles")),
    path("", include("profiles.pages")),
    path("", include("articles.pages")),
]
