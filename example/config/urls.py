"""The URLs of the site; `manage.py routes` lists what comes out.

Pages lie at the root, the API under `/api/`, in the paths and envelopes of the RealWorld specification.
"""

from vase.urls import include, path, public

urlpatterns = [
    path("api/", include("profiles.urls", namespace="profiles"), auth=public),
    path("api/", include("articles.urls", namespace="articles"), auth=public),
    path("", include("profiles.pages"), auth=public, include_in_schema=False),
    path("", include("articles.pages"), auth=public, include_in_schema=False),
]
