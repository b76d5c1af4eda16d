"""The API of the app."""

from vase.views import Router, public

router = Router(prefix="/app_name", tags=["app_name"], auth=public)


@router.get("/")
def index() -> dict[str, str]:
    """Say that the app is there; replace this by what it does."""
    return {"app": "app_name"}
