from flask import Flask, request

app = Flask(__name__)


@app.post("/users")
def create_user():
    user = request.get_json()
    return {"created": user["name"]}, 201
