from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def login(request):
    async with request.form() as form:
        return JSONResponse({"username": form["username"]})


app = Starlette(routes=[Route("/login", login, methods=["POST"])])
