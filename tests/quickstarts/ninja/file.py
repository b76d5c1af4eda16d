from vase import UploadFile, Vase

app = Vase()


@app.post("/api/upload")
def upload(file: UploadFile):
    return {"name": file.filename, "length": file.size}
