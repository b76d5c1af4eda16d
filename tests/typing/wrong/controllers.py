"""What a type checker refuses of controllers."""

from vase import Controller, Vase, WebSocket
from vase.views import endpoint, get, websocket


class Todos(Controller):
    prefix = 3  # wrong: assignment | reportAssignmentType
    tags = 3  # wrong: assignment | reportAssignmentType
    throttle = 3  # wrong: assignment | reportAssignmentType

    @get(3)  # wrong: arg-type | reportArgumentType
    async def number(self) -> str:
        return ""

    @get("/", nme="a")  # wrong: call-arg | reportCallIssue
    async def misspelt(self) -> str:
        return ""

    @endpoint("/")  # wrong: call-arg | reportCallIssue
    async def no_methods(self) -> str:
        return ""

    @websocket("/live", subprotocol="v1")  # wrong: call-arg | reportCallIssue
    async def live(self, socket: WebSocket) -> None: ...

    @get("/show")
    def show(self, id: int) -> str:
        return str(id)


app = Vase()
app.include(object)  # wrong: arg-type | reportArgumentType
wrong: int = Todos().show(3)  # wrong: assignment | reportAssignmentType
Todos().show("3")  # wrong: arg-type | reportArgumentType
