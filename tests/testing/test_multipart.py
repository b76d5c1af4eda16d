"""The client's forms with files: as a browser writes them."""

from vase import Request, UploadFile, Vase
from vase.testing import Client


def test_the_client_sends_files_beside_fields() -> None:
    app = Vase()

    @app.post("/")
    async def index(request: Request) -> list[list[str]]:
        found = []
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                found.append([name, value.filename, str(value.content_type), (await value.read()).decode()])
            else:
                found.append([name, value])
        return found

    with Client(app) as client:
        answer = client.post(
            "/",
            data={'quo"ted\r\n': "é", "tags": ["a", "b"], "number": 7},
            files=[("one", b"1"), ("two", ("2.txt", b"22")), ("two", ("3 é.csv", b"333", "text/csv"))],
        )
        assert answer.json() == [
            ["quo%22ted%0D%0A", "é"],
            ["tags", "a"],
            ["tags", "b"],
            ["number", "7"],
            ["one", "one", "application/octet-stream", "1"],
            ["two", "2.txt", "application/octet-stream", "22"],
            ["two", "3 é.csv", "text/csv", "333"],
        ]
        assert client.post("/", files={"f": ("x", b"x")}).json() == [["f", "x", "application/octet-stream", "x"]]
