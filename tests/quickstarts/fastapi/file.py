from typing import Annotated

from vase import File, UploadFile, Vase

app = Vase()


@app.post("/files/")
async def create_file(file: Annotated[bytes, File()]):
    return {"size": len(file)}


@app.post("/uploadfile/")
async def create_upload_file(file: UploadFile):
    return {"filename": file.filename}
