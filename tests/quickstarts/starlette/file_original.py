from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def upload(request):
    async with request.form() as form:
        contents = await form["image"].read()
        return JSONResponse({"filename": form["image"].filename, "size": len(contents)})


app = Starlette(routes=[Route("/upload", upload, methods=["POST"])])
