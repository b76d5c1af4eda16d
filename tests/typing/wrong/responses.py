"""What a type checker refuses of answers."""

from typing import Literal

from vase import (
    EventSourceResponse,
    FileResponse,
    HTMLResponse,
    JSONResponse,
    NotFound,
    RedirectResponse,
    Response,
    ServerSentEvent,
    StreamingResponse,
    status,
)

Response({"a": 1})  # wrong: arg-type | reportArgumentType
Response("", "200")  # wrong: arg-type | reportArgumentType
Response(b"", status=200)  # wrong: call-arg | reportCallIssue
HTMLResponse(3)  # wrong: arg-type | reportArgumentType
JSONResponse()  # wrong: call-arg | reportCallIssue
RedirectResponse()  # wrong: call-arg | reportCallIssue
RedirectResponse("/", status_code="303")  # wrong: arg-type | reportArgumentType
FileResponse(3)  # wrong: arg-type | reportArgumentType
FileResponse("a", disposition="attached")  # wrong: arg-type | reportArgumentType
StreamingResponse(3)  # wrong: arg-type | reportArgumentType
EventSourceResponse(3)  # wrong: arg-type | reportArgumentType
EventSourceResponse([], keepalive=3)  # wrong: call-arg | reportCallIssue
NotFound(404)  # wrong: arg-type | reportArgumentType
NotFound("nothing", member={})  # wrong: call-arg | reportCallIssue
event: ServerSentEvent[int] = ServerSentEvent("a")  # wrong: arg-type | reportAssignmentType
lamp: ServerSentEvent[int, Literal["on"]] = ServerSentEvent(3, event="off")  # wrong: arg-type | reportAssignmentType
ServerSentEvent(3, retry="1")  # wrong: arg-type | reportArgumentType
status.HTTP_299  # wrong: attr-defined | reportAttributeAccessIssue
response = Response()
response.headers["a"] = 3  # wrong: assignment | reportArgumentType
response.set_cookie("a", "b", samesite="somewhere")  # wrong: arg-type | reportArgumentType
