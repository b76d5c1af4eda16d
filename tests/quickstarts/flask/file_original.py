from flask import Flask, request

app = Flask(__name__)


@app.post("/upload")
def upload():
    image = request.files["image"]
    return {"filename": image.filename, "size": len(image.read())}
