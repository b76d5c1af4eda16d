from litestar import Litestar, MediaType, post
from litestar.datastructures import UploadFile
from litestar.params import MultipartBody


@post("/", media_type=MediaType.TEXT)
async def upload(data: MultipartBody[UploadFile]) -> str:
    content = await data.read()
    return f"{data.filename}, length: {len(content)}"


app = Litestar([upload])
