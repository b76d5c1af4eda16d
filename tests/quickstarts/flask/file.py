from vase import UploadFile, Vase

app = Vase()


@app.post("/upload")
def upload(image: UploadFile):
    return {"filename": image.filename, "size": image.size}
