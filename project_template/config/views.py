"""Pages that belong to the site as a whole; those of an app live in the app."""

from vase.http import HTMLResponse, Request
from vase.views import render


def home(request: Request) -> HTMLResponse:
    """Show the front page."""
    return render(request, "home.html")
