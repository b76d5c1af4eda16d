"""What a type checker refuses of handlers."""

from typing import Annotated

from vase import Header, HTTPException, Query, Request, UploadFile, Vase, inline
from vase.http import NotFound

app = Vase(debug="yes")  # wrong: arg-type | reportArgumentType
app = Vase(setings={})  # wrong: call-arg | reportCallIssue


@app.get(3)  # wrong: arg-type | reportArgumentType
async def number() -> str:
    return ""


@app.get("/", nme="home")  # wrong: call-arg | reportCallIssue
async def misspelt() -> str:
    return ""


@app.get("/", tags=3)  # wrong: arg-type | reportArgumentType
async def tagged() -> str:
    return ""


@app.get("/", status="201")  # wrong: arg-type | reportArgumentType
async def status() -> str:
    return ""


@app.route("/")  # wrong: call-arg | reportCallIssue
async def no_methods() -> str:
    return ""


app.get("/")("no function")  # wrong: type-var | reportArgumentType


@app.get("/kept")
@inline
def kept(number: int, q: Annotated[str, Query(ge=1)] = "") -> str:
    return q * number


@app.get("/limit")
async def limit(
    limit: Annotated[int, Query(greater=1)],  # wrong: - | reportCallIssue
    token: Annotated[str, Header(max_length="3")],  # wrong: - | reportArgumentType
    page: int = Query(1, least=1),  # wrong: call-arg | reportCallIssue
) -> int:
    return limit


@app.post("/image")
async def image(image: UploadFile) -> str:
    return image.file_name  # wrong: attr-defined,no-any-return | reportAttributeAccessIssue


@app.get("/request")
async def request(request: Request) -> str:
    request.method = "GET"  # wrong: misc | reportAttributeAccessIssue
    return request.body()  # wrong: return-value | reportReturnType


@app.exception_handler("NotFound")  # wrong: arg-type | reportArgumentType
async def not_found(request: Request, exception: NotFound) -> str:
    return ""


@app.middleware  # wrong: type-var | reportArgumentType
async def around(request: Request) -> str:
    return ""


async def use() -> None:
    wrong: int = kept(3)  # wrong: assignment | reportAssignmentType
    kept("3")  # wrong: arg-type | reportArgumentType
    kept()  # wrong: call-arg | reportCallIssue
    limit(3, "a")  # wrong: unused-coroutine | reportUnusedCoroutine
    raise HTTPException("404", wrong)  # wrong: arg-type | reportArgumentType
