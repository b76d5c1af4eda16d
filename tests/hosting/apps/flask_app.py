from collections.abc import Iterator
from pathlib import Path

from flask import Flask, Response, jsonify, redirect, request, send_file, stream_with_context

HERE = Path(__file__).parent
app = Flask(__name__)


@app.get("/text")
def text():
    return Response("Hello, World!", mimetype="text/plain")


@app.get("/query/<path:rest>")
def query(rest):
    return jsonify(path=request.path, query=list(request.args.lists()))


@app.route("/json", methods=["POST", "PUT"])
def json():
    return jsonify(request.get_json()), 201


@app.post("/form")
def form():
    files = {name: [file.filename, file.read().decode()] for name, file in request.files.items()}
    return jsonify(form=dict(request.form), files=files)


@app.post("/echo")
def echo():
    return Response(request.get_data(), mimetype="application/octet-stream")


@app.get("/stream")
def stream():
    def pieces() -> Iterator[str]:
        for number in range(5):
            yield f"piece {number} of {request.path}\n"

    return Response(stream_with_context(pieces()), mimetype="text/plain")


@app.get("/file")
def file():
    return send_file(HERE / "text.txt")


@app.get("/cookies")
def cookies():
    response = jsonify(dict(request.cookies))
    response.set_cookie("one", "1", httponly=True)
    response.set_cookie("two", "2")
    return response


@app.delete("/empty")
def empty():
    return "", 204


@app.get("/error")
def error():
    raise ValueError("wrong on purpose")


@app.get("/elsewhere")
def elsewhere():
    return redirect("/text")
