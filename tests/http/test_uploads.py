"""Uploads: one face for small files in memory and large ones on disk, which close by themselves."""

import asyncio
import gc
import io
import os
import tempfile
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from vase.http import FormData, UploadFile

CONTENT = bytes(range(256)) * 4


def received(content: bytes, *, is_large: bool) -> UploadFile:
    """Return an upload as the core makes it."""
    part = [("content-disposition", 'form-data; name="f"; filename="é.bin"'), ("content-type", "image/png")]
    if not is_large:
        return UploadFile.received(content, "f", "é.bin", len(content), part)
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return UploadFile.received(os.dup(file.fileno()), "f", "é.bin", len(content), part)


LARGE = pytest.mark.parametrize("is_large", [False, True], ids=["memory", "disk"])


@LARGE
def test_an_upload_is_read_in_any_order(is_large: bool) -> None:
    async def work() -> None:
        upload = received(CONTENT, is_large=is_large)
        assert upload.is_in_memory is not is_large
        assert (upload.name, upload.filename, upload.content_type, upload.size) == ("f", "é.bin", "image/png", 1024)
        assert await upload.read(3) == CONTENT[:3]
        assert await upload.read() == CONTENT[3:]
        assert await upload.read() == b""
        await upload.seek(1000)
        assert await upload.read(2) == CONTENT[1000:1002]
        chunks = [chunk async for chunk in upload.chunks(1000)]  # from the beginning, wherever it was
        assert [len(chunk) for chunk in chunks] == [1000, 24]
        assert b"".join(chunks) == CONTENT
        assert repr(upload) == "<UploadFile 'é.bin': 1024 bytes>"
        await upload.close()

    asyncio.run(work())


@LARGE
def test_save_writes_a_new_file_and_never_over_an_old_one(is_large: bool, tmp_path: Path) -> None:
    async def work() -> None:
        upload = received(CONTENT, is_large=is_large)
        await upload.read(100)
        await upload.save(tmp_path / "kept")
        with pytest.raises(FileExistsError):
            await upload.save(str(tmp_path / "kept"))

    asyncio.run(work())
    assert (tmp_path / "kept").read_bytes() == CONTENT


def test_a_file_on_disk_closes_with_its_upload() -> None:
    """Quietly: a file that nobody closed would be a warning, and warnings are errors here."""
    upload = received(CONTENT, is_large=True)
    descriptor = upload.file.fileno()
    os.fstat(descriptor)
    del upload
    gc.collect()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_an_upload_can_be_made_for_a_test() -> None:
    upload = UploadFile(io.BytesIO(b"abc"), filename="a.txt", headers={"Content-Type": "text/plain"})
    assert (upload.size, upload.content_type, upload.name) == (3, "text/plain", "")
    assert UploadFile(io.BytesIO(b"")).content_type is None


def test_pydantic_takes_uploads_and_describes_them() -> None:
    adapter = TypeAdapter(list[UploadFile])
    upload = UploadFile(io.BytesIO(b"abc"))
    assert adapter.validate_python([upload]) == [upload]
    with pytest.raises(ValidationError, match="expected a file, and this is text"):
        adapter.validate_python(["abc"])
    item = {"type": "string", "contentMediaType": "application/octet-stream"}
    assert adapter.json_schema() == {"type": "array", "items": item}


def test_a_form_is_a_mapping_whose_names_may_repeat() -> None:
    upload = UploadFile(io.BytesIO(b"abc"))
    form = FormData([("a", "1"), ("f", upload), ("a", "2")])
    assert (form["a"], form.getlist("a"), form.get("none"), form.getlist("none")) == ("2", ["1", "2"], None, [])
    assert (list(form), len(form), "f" in form) == (["a", "f"], 2, True)
    assert form.multi_items()[1] == ("f", upload)
    assert "<UploadFile '': 3 bytes>" in repr(form)
    with pytest.raises(KeyError):
        form["none"]
