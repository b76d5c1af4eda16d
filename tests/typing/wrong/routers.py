"""What a type checker refuses of routers and URL confs."""

from vase import Router, Vase
from vase.urls import include, path

app = Vase()


def home() -> str:
    return ""


router = Router("/shop", tag=["shop"])  # wrong: call-arg | reportCallIssue
router = Router(3)  # wrong: arg-type | reportArgumentType
router = Router("/shop", auth="public")  # wrong: arg-type | reportArgumentType
router = Router("/shop", throttle=10)  # wrong: arg-type | reportArgumentType
router = Router("/shop", etag="strong")  # wrong: arg-type | reportArgumentType
router.include(router, throttles="1/day")  # wrong: call-arg | reportCallIssue
router.include(home())  # wrong: arg-type | reportArgumentType
router.include(router, namespaces="a")  # wrong: call-arg | reportCallIssue
router.add("/", home)  # wrong: call-arg | reportCallIssue
router.mount("/old", "module:app")  # wrong: arg-type | reportArgumentType
router.mount("/old", home, interface="cgi")  # wrong: arg-type | reportArgumentType
path(3, home)  # wrong: arg-type | reportArgumentType
path("", home, method=["GET"])  # wrong: call-arg | reportCallIssue
include(3)  # wrong: arg-type | reportArgumentType
app.reverse()  # wrong: call-arg | reportCallIssue
app.reverse(3)  # wrong: arg-type | reportArgumentType
where: int = app.reverse("home")  # wrong: assignment | reportAssignmentType
app.resolver.reverse(name="home")  # wrong: call-arg | reportCallIssue
app.router = None  # wrong: assignment | reportAttributeAccessIssue
