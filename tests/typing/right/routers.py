"""Routers, URL confs and the way back."""

from typing import assert_type

from vase import Router, Throttle, Vase, public
from vase.urls import URLPattern, include, mount, path

router = Router("/shop", tags=["shop"], namespace="shop", auth=public)
inner = Router(prefix="/inner", throttle="10/minute", etag=True)


@router.get("/{slug}", name="show")
async def show(slug: str) -> str:
    return slug


@inner.patch()
def patch() -> None: ...


def home() -> str:
    return "home"


async def asgi(scope: object, receive: object, send: object) -> None: ...


def version() -> int:
    return 1


@inner.get("/free", throttle=False, etag=False, last_modified=False, precondition_required=False)
def free() -> str:
    return "free"


router.include(inner, tags=["inner"], throttle=["1/second", "9/day"], etag=version, precondition_required=True)
router.add("/more", home, ["GET", "POST"], name="more")
router.mount("/old", asgi, interface="asgi")

app = Vase()
app.include(router, "/v1", namespace="v1")
app.mount("/legacy", asgi, auth=public)

urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("both", home, methods=["GET", "POST"]),
    path("shop/", include(router, namespace="shop")),
    path("more/", include("shop.urls"), throttle=Throttle("10/minute", by=version), last_modified=version),
    mount("old/", asgi),
]

assert_type(app.reverse("v1:shop:show", slug="a"), str)
assert_type(app.resolver.reverse("home"), str)
assert_type(app.resolver.names(), list[str])
