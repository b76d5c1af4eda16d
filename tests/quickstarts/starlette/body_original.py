from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def create(request):
    item = await request.json()
    return JSONResponse({"created": item["name"]}, status_code=201)


app = Starlette(routes=[Route("/items", create, methods=["POST"])])
