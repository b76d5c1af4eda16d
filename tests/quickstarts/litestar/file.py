from vase import UploadFile, Vase

app = Vase()


@app.post("/", status=201)
async def upload(data: UploadFile) -> str:
    content = await data.read()
    return f"{data.filename}, length: {len(content)}"
