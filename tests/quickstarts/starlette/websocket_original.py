from starlette.applications import Starlette
from starlette.routing import WebSocketRoute


async def talk(websocket):
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(f"Message text was: {text}")


app = Starlette(routes=[WebSocketRoute("/ws", talk)])
