"""Files that a client sent: in memory while they are small, on disk when they are not."""

import asyncio
import io
import os
import shutil
import weakref
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from vase.http._headers import Headers

__all__ = ["UploadFile"]

# Each step is a way to a thread and back for a file on disk; a step of this size costs more than the way.
_CHUNK_SIZE: Final = 256 * 1024


class UploadFile:
    """A file of a form.

        @app.post("/avatar", max_body=5_000_000)
        async def set_avatar(image: UploadFile) -> str:
            async for chunk in image.chunks(): ...

    Small files are in memory, larger ones (`FILE_UPLOAD_MAX_MEMORY_SIZE`) on disk, without a name there: they are gone
    with the request, also when the process is killed. `save` keeps one.

    Args:
        file: The content, an open binary file at its beginning.
        name: The name of the form's field.
        filename: The name that the client gave the file, without folders; a hint, never a path to write to.
        size: The length in bytes; counted when left out.
        headers: The headers of the part.
    """

    __slots__ = ("__weakref__", "_is_in_memory", "file", "filename", "headers", "name", "size")

    def __init__(
        self,
        file: BinaryIO,
        *,
        name: str = "",
        filename: str = "",
        size: int | None = None,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
    ) -> None:
        self.file = file
        self.name = name
        self.filename = filename
        self.size = _length(file) if size is None else size
        self.headers = headers if isinstance(headers, Headers) else Headers(headers)
        self._is_in_memory = isinstance(file, io.BytesIO)

    @classmethod
    def received(
        cls, content: bytes | int, name: str, filename: str, size: int, headers: Sequence[tuple[str, str]]
    ) -> Self:
        """Take over what the core has read; a large file comes as its descriptor."""
        file: BinaryIO = io.BytesIO(content) if isinstance(content, bytes) else os.fdopen(content, "rb+")
        known = Headers.received(headers)
        made = cls(file, name=name, filename=filename, size=size, headers=known)
        if not made._is_in_memory:
            # Nobody closes an upload; its file ends with it, and quietly.
            weakref.finalize(made, file.close).atexit = False
        return made

    @property
    def content_type(self) -> str | None:
        """What the client says that the file is; anybody can say anything."""
        found: str | None = self.headers.get("content-type")
        return found

    @property
    def is_in_memory(self) -> bool:
        """Whether the content is in memory, so that reading it never waits."""
        return self._is_in_memory

    async def read(self, size: int = -1) -> bytes:
        """Return the next bytes.

        Args:
            size: How many at most; all that are left when negative.
        """
        if self._is_in_memory:
            return self.file.read(size)
        return await asyncio.to_thread(self.file.read, size)

    async def seek(self, offset: int) -> None:
        """Go to a place, counted in bytes from the beginning."""
        self.file.seek(offset)

    async def chunks(self, size: int = _CHUNK_SIZE) -> AsyncIterator[bytes]:
        """Go through the whole content, piece by piece, from the beginning.

        Args:
            size: The length of a piece.
        """
        await self.seek(0)
        while chunk := await self.read(size):
            yield chunk

    async def save(self, path: str | Path) -> None:
        """Write the content to a file, which must not exist yet.

        Args:
            path: Where to; never made of `filename`, which the client chose.
        """
        await asyncio.to_thread(self._copy, Path(path))

    async def close(self) -> None:
        """Let go of the content before the request ends."""
        self.file.close()

    def _copy(self, path: Path) -> None:
        self.file.seek(0)
        with path.open("xb") as target:
            shutil.copyfileobj(self.file, target, _CHUNK_SIZE)

    def __repr__(self) -> str:
        return f"<UploadFile {self.filename!r}: {self.size} bytes>"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls._validated)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "contentMediaType": "application/octet-stream"}

    @classmethod
    def _validated(cls, value: object) -> Self:
        if not isinstance(value, cls):
            raise ValueError("expected a file, and this is text")  # noqa: TRY004  # Pydantic's word for "does not fit"
        return value


def _length(file: BinaryIO) -> int:
    place = file.tell()
    length = file.seek(0, io.SEEK_END)
    file.seek(place)
    return length
