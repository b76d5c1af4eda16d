from vase import Vase, WebSocket

app = Vase()


@app.websocket("/ws")
async def talk(socket: WebSocket[str]):
    async for text in socket:
        await socket.send(f"Message text was: {text}")
