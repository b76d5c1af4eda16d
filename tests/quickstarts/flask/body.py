from vase import Vase

app = Vase()


@app.post("/users", status=201)
def create_user(user: dict[str, str]):
    return {"created": user["name"]}
