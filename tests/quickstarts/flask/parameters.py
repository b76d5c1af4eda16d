from vase import Vase

app = Vase()


@app.get("/post/<int:post_id>")
def show_post(post_id: int, page: int = 1):
    return {"post": post_id, "page": page}
