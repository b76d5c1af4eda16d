"""What a type checker refuses of the test client."""

from vase import Vase
from vase.testing import AsyncClient, Client, LiveServer

app = Vase()

Client("app")  # wrong: arg-type | reportArgumentType
Client(app, base_url="/")  # wrong: call-arg | reportCallIssue
with Client(app) as client:
    client.get("/", jsn={})  # wrong: call-arg | reportCallIssue
    client.get("/", headers=["a"])  # wrong: arg-type | reportArgumentType
    client.post("/", files={"a": 3})  # wrong: dict-item | reportArgumentType
    client.get("/").status  # wrong: attr-defined | reportAttributeAccessIssue
    wrong: str = client.get("/").status_code  # wrong: assignment | reportAssignmentType
    client.stream("/events")  # wrong: call-arg | reportCallIssue
    with client.stream("GET", "/events") as answer:
        for event in answer.events():
            number: int = event.data  # wrong: assignment | reportAssignmentType
    with client.websocket_connect("/ws") as socket:
        socket.send({"a": 1})  # wrong: arg-type | reportArgumentType
        text: str = socket.receive()  # wrong: assignment | reportAssignmentType

with LiveServer(app, port=3) as server:  # wrong: call-arg | reportCallIssue
    server.url()  # wrong: operator | reportCallIssue


async def use() -> None:
    client = AsyncClient(app)
    client.get("/").status_code  # wrong: attr-defined | reportAttributeAccessIssue
    with client.stream("GET", "/") as answer:  # wrong: attr-defined | reportGeneralTypeIssues,reportUnusedVariable
        pass
