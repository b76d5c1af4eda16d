from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def user(request):
    return JSONResponse({"user": request.path_params["user_id"], "q": request.query_params.get("q")})


app = Starlette(routes=[Route("/users/{user_id:int}", user)])
