from vase import UploadFile, Vase

app = Vase()


@app.post("/upload")
async def upload(image: UploadFile):
    return {"filename": image.filename, "size": image.size}
