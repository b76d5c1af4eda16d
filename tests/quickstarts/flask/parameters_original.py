from flask import Flask, request

app = Flask(__name__)


@app.get("/post/<int:post_id>")
def show_post(post_id):
    return {"post": post_id, "page": request.args.get("page", 1, type=int)}
