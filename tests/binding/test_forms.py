"""Forms and files on the real core: read before the call, after the dependencies, or by the request itself."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import pytest
from pydantic import BaseModel, ConfigDict, Field

from tests.binding import _kinds as k
from tests.binding._site import Reply, Site
from vase.binding import BindingErrors, Body, File, Form, Query, plan
from vase.di import Depends
from vase.http import Request, Unauthorized, UploadFile
from vase.testing._multipart import FileContent, multipart

FORMS = pytest.mark.parametrize("wrapped", [False, True], ids=["call", "respond"])
ENCODED = "application/x-www-form-urlencoded"


def post(site: Site, body: bytes | str, kind: str | None = ENCODED, target: str = "/") -> Reply:
    content = body.encode() if isinstance(body, str) else body
    return site.send(target, body=content, headers=[("content-type", kind)] if kind else [])


def post_files(site: Site, files: list[tuple[str, FileContent]], target: str = "/", **data: Any) -> Reply:
    body, kind = multipart(data, files)
    return post(site, body, kind, target)


class Profile(BaseModel):
    email: str = Field(pattern="@")
    age: int | None = None
    tags: list[str] = []


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str


class WithFile(BaseModel):
    title: str = Field(max_length=5)
    image: UploadFile
    more: list[UploadFile] = []


class Order(msgspec.Struct, rename="camel"):
    item_id: int
    note: str = ""


@FORMS
def test_fields_of_both_kinds_of_forms_are_converted(wrapped: bool):
    async def handler(
        name: Annotated[str, Form(min_length=2)],
        level: Annotated[k.Level, Form()],
        tags: Annotated[list[int], Form()],
        agreed: Annotated[bool, Form(alias="terms")] = False,
    ) -> Any:
        return [name, level, tags, agreed]

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        reply = post(site, "name=Jo%C3%A9+x&level=2&tags=1&tags=2&terms=on")
        assert reply.json == ["Joé x", 2, [1, 2], True]
        reply = post_files(site, [], name="Joé", level=1, tags=[3])
        assert reply.json == ["Joé", 1, [3], False]
        assert site.calls == 0


@FORMS
def test_every_fault_is_told_at_once_with_its_field(wrapped: bool):
    async def handler(
        page: Annotated[int, Query()],
        email: Annotated[str, Form(pattern="@")],
        ages: Annotated[list[int], Form()],
        image: UploadFile,
    ) -> None: ...

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "email=x&ages=1&ages=y", target="/?page=z").faults == [
            ("query.page", "int_parsing"),
            ("form.email", "string_pattern_mismatch"),
            ("form.ages[1]", "int_parsing"),
            ("form.image", "missing"),
        ]
        reply = post_files(site, [("email", b"a file")], "/?page=1", image="text")
        assert reply.faults == [
            ("form.email", "string_type"),
            ("form.ages", "missing"),
            ("form.image", "value_error"),
        ]


@FORMS
def test_models_dataclasses_typed_dicts_and_structs_are_groups_of_fields(wrapped: bool):
    async def profile(form: Annotated[Profile, Form()]) -> Any:
        return form

    with Site(profile, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "email=a@b.org&tags=x&tags=y&age=").json == {
            "email": "a@b.org",
            "age": None,
            "tags": ["x", "y"],
        }
        assert post(site, "age=x").faults == [("form.email", "missing"), ("form.age", "int_parsing")]

    for kind, good, expected in (
        (k.Point, "x=1&y=2", {"x": 1, "y": 2}),
        (k.Person, "name=a&age=3", {"name": "a", "age": 3}),
        (Order, "itemId=7&note=n", {"itemId": 7, "note": "n"}),
        (Strict, "name=a", {"name": "a"}),
    ):

        async def handler(form: Any) -> Any:
            return form

        handler.__annotations__["form"] = Annotated[kind, Form()]
        with Site(handler, methods=("POST",), wrapped=wrapped) as site:
            assert post(site, good).json == expected
            assert post(site, "").status == 422

    async def strict(form: Annotated[Strict, Form()]) -> Any:
        return form

    with Site(strict, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "name=a&more=1").faults == [("form.more", "extra_forbidden")]


@FORMS
def test_a_struct_is_a_group_in_the_query_too(wrapped: bool):
    async def handler(order: Annotated[Order, Query()]) -> Any:
        return order.item_id

    with Site(handler, wrapped=wrapped) as site:
        assert site.send("/?itemId=5").json == 5
        assert site.send("/?itemId=x").faults == [("query.itemId", "value_error")]


@FORMS
def test_files_come_as_uploads_and_as_bytes(wrapped: bool):
    async def handler(
        image: UploadFile,
        raw: Annotated[bytes, File()],
        more: Annotated[list[bytes], File()],
        title: Annotated[str, Form()],
        spare: UploadFile | None = None,
    ) -> Any:
        first = await image.read(2)
        await image.seek(1)
        rest = [chunk async for chunk in image.chunks(2)]
        described = [image.name, image.filename, image.content_type, image.size, image.headers["content-type"]]
        return [first.decode(), [part.decode() for part in rest], described, raw.decode(), len(more), title, spare]

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        reply = post_files(
            site,
            [
                ("image", ("../é.png", b"abc", "image/png")),
                ("raw", b"\x7fraw"),
                ("more", b"1"),
                ("more", b"2"),
                ("spare", ("", b"", "application/octet-stream")),  # an input that was left empty
            ],
            title="t",
        )
    described = ["image", "é.png", "image/png", 3, "image/png"]
    assert reply.json == ["ab", ["ab", "c"], described, "\x7fraw", 2, "t", None]


@FORMS
def test_a_plain_def_takes_a_form_in_its_thread(wrapped: bool):
    def handler(files: list[UploadFile], name: Annotated[str, Form()]) -> list[str]:
        return [name, *(file.file.read().decode() for file in files)]

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post_files(site, [("files", b"a"), ("files", b"b")], name="n").json == ["n", "a", "b"]


@FORMS
def test_a_model_may_hold_files(wrapped: bool):
    async def handler(form: Annotated[WithFile, Form()]) -> Any:
        return [form.title, (await form.image.read()).decode(), len(form.more)]

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post_files(site, [("image", b"i"), ("more", b"1"), ("more", b"2")], title="t").json == ["t", "i", 2]
        assert post_files(site, [], title="too long").faults == [
            ("form.title", "string_too_long"),
            ("form.image", "missing"),
        ]


@FORMS
def test_who_is_not_let_in_does_not_send_a_form_either(wrapped: bool):
    """A dependency that refuses comes before the form: not even what is wrong with it is looked at."""

    def guard(token: Annotated[str, Query()] = "") -> None:
        if not token:
            raise Unauthorized

    async def handler(guard: Annotated[None, Depends(guard)], name: Annotated[str, Form()]) -> str:
        return name

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "{}", "application/json").status == 401
        assert post(site, "{}", "application/json", "/?token=x").status == 415
        assert post(site, "name=n", target="/?token=x").text == "n"
        assert post(site, "other=n", target="/?token=x").faults == [("form.name", "missing")]


@FORMS
def test_dependencies_share_the_form(wrapped: bool):
    closed: list[str] = []

    async def login(username: Annotated[str, Form()], password: Annotated[str, Form()]) -> AsyncIterator[str]:
        yield f"{username}:{password}"
        closed.append(username)

    def upper(username: Annotated[str, Form()]) -> str:
        return username.upper()

    def handler(
        login: Annotated[str, Depends(login)],
        upper: Annotated[str, Depends(upper)],
        scope: Annotated[str, Form()] = "-",
    ) -> list[str]:
        return [login, upper, scope]

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "username=jo&password=x").json == ["jo:x", "JO", "-"]
        assert post(site, "scope=s").faults == [("form.username", "missing"), ("form.password", "missing")]
    assert closed == ["jo"]


@FORMS
def test_a_field_left_empty_is_not_there(wrapped: bool):
    async def handler(
        age: Annotated[int | None, Form()] = None,
        name: Annotated[str, Form()] = "?",
        tags: Annotated[list[str] | None, Form()] = None,
    ) -> Any:
        return [age, name, tags]

    async def required(name: Annotated[str, Form()]) -> str:
        return name

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "age=&name=").json == [None, "?", None]
        assert post(site, b"", None).json == [None, "?", None]
        assert post(site, "tags=&tags=a").json == [None, "?", ["", "a"]]
    with Site(required, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, "name=").faults == [("form.name", "missing")]


@FORMS
def test_a_body_of_another_type_is_refused(wrapped: bool):
    async def handler(name: Annotated[str, Form()]) -> str:
        return name

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post(site, '{"name": "a"}', "application/json").status == 415
        assert post(site, "name=a", None).status == 415
        assert post(site, "name=a", "multipart/form-data").status == 400
        assert post(site, b"name=\xff").status == 400
        assert post(site, b"--B\r\n", "multipart/form-data; boundary=B").status == 400
        assert post(site, b"", None).faults == [("form.name", "missing")]


@FORMS
def test_the_request_gives_its_form_too(wrapped: bool):
    async def handler(request: Request) -> Any:
        form, again = await request.form(), await request.form()
        assert form is again
        assert "none" not in form
        assert form["x"] == form.getlist("x")[-1]
        return [[name, value if isinstance(value, str) else value.size] for name, value in form.multi_items()]

    with Site(handler, methods=("POST",), wrapped=wrapped) as site:
        assert post_files(site, [("f", b"123")], x=["1", "2"]).json == [["x", "1"], ["x", "2"], ["f", 3]]
        assert post(site, "x=1&y=").json == [["x", "1"], ["y", ""]]
        assert post(site, "x=1", "text/plain").status == 415


def test_a_form_can_be_read_of_bytes_that_are_there_already():
    async def handler(request: Request) -> Any:
        await request.body()
        return [await request.body() == b"x=1", (await request.form())["x"]]

    with Site(handler, methods=("POST",)) as site:
        assert post(site, "x=1").json == [True, "1"]


def test_files_that_nobody_asks_for_are_not_kept():
    """The handler that takes the request may look at all of them, every other one has none to look at."""

    async def some(image: UploadFile) -> int:
        return image.size

    async def every(image: UploadFile, request: Request) -> int:
        return len(await request.form())

    plans = [plan(handler).endpoint_options()["form"] for handler in (some, every)]
    assert plans == [{"names": {"image"}, "max_sizes": {}}, {"names": None, "max_sizes": {}}]
    with Site(every, methods=("POST",)) as site:
        assert post_files(site, [("image", b"1"), ("other", b"2")]).json == 2


@FORMS
def test_large_files_lie_on_disk_and_leave_nothing(wrapped: bool, tmp_path: Path):
    async def handler(image: UploadFile, small: UploadFile) -> Any:
        content = b"".join([chunk async for chunk in image.chunks(100_000)])
        await image.save(tmp_path / "kept")
        return [image.is_in_memory, small.is_in_memory, content == large, len(list(folder.iterdir()))]

    large = bytes(range(256)) * 12_000
    folder = tmp_path / "spool"
    folder.mkdir()
    config = {"forms": {"max_memory_bytes": 1000, "temp_dir": str(folder)}}
    with Site(handler, methods=("POST",), wrapped=wrapped, config=config) as site:
        assert post_files(site, [("image", large), ("small", b"s")]).json == [False, True, True, 0]
    assert (tmp_path / "kept").read_bytes() == large
    assert list(folder.iterdir()) == []


@FORMS
def test_a_file_one_byte_too_large_is_refused(wrapped: bool, tmp_path: Path):
    async def handler(image: Annotated[UploadFile, File(max_size=1000)]) -> int:
        return image.size

    config = {"forms": {"max_memory_bytes": 10, "temp_dir": str(tmp_path)}}
    with Site(handler, methods=("POST",), wrapped=wrapped, config=config) as site:
        assert post_files(site, [("image", b"x" * 1000)]).json == 1000
        reply = post_files(site, [("image", b"x" * 1001)])
        assert (reply.status, reply.json["detail"]) == (413, "file `image` is larger than 1000 bytes")
    assert list(tmp_path.iterdir()) == []


@FORMS
def test_a_folder_that_cannot_be_used_is_a_500_without_its_name(wrapped: bool):
    async def handler(image: UploadFile) -> int:
        return image.size

    config = {"forms": {"max_memory_bytes": 0, "temp_dir": "/nowhere/at/all"}}
    with Site(handler, methods=("POST",), wrapped=wrapped, config=config) as site:
        reply = post_files(site, [("image", b"x")])
    assert reply.status == 500
    assert "nowhere" not in reply.text


def faults(handler: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(BindingErrors) as raised:
        plan(handler, **options)
    assert all(fault.place is not None and fault.place.file == __file__ for fault in raised.value.messages)
    return [(fault.code, fault.message.split(": ")[-1]) for fault in raised.value.messages]


def test_what_no_form_can_give_is_found_at_start():
    async def mixed(item: k.Item, name: Annotated[str, Form()]) -> None: ...
    async def raw(item: Annotated[bytes, Body()], image: UploadFile) -> None: ...
    async def text(name: Annotated[str, File()]) -> None: ...
    async def nested(names: Annotated[dict[str, int], Form()]) -> None: ...
    async def query(image: Annotated[UploadFile, Query()]) -> None: ...
    async def size(image: Annotated[UploadFile, File(max_size=-1)]) -> None: ...
    async def fine(image: UploadFile) -> None: ...

    assert [code for code, _ in faults(mixed)] == ["binding.E016"]
    assert [code for code, _ in faults(raw)] == ["binding.E016"]
    assert [code for code, _ in faults(text)] == ["binding.E014"]
    assert faults(nested) == [("binding.E013", "no form holds a `dict[str, int]`")]
    assert faults(query) == [("binding.E013", "no query holds a `UploadFile`")]
    assert [code for code, _ in faults(size)] == ["binding.E017"]
    assert [code for code, _ in faults(fine, methods=("GET",))] == ["binding.E010"]
    assert [code for code, _ in faults(fine, max_body="5 MB")] == ["binding.E017"]


def test_the_limit_of_a_body_follows_from_its_files():
    async def one(image: Annotated[UploadFile, File(max_size=1000)]) -> None: ...
    async def many(images: Annotated[list[UploadFile], File(max_size=1000, max_length=3)]) -> None: ...
    async def none(image: UploadFile) -> None: ...

    assert plan(one).body_limit(50) == 1050
    assert plan(many).body_limit(50) == 3050
    assert plan(none).body_limit(50) is None
    assert plan(one, max_body=7).body_limit(50) == 7
