"""Header values: bytes on the wire, text in a `Response`."""

__all__ = ["native"]


def native(value: bytes | bytearray | memoryview) -> str:
    """Return a header value as text of which the core makes the same bytes: a character for each (PEP 3333)."""
    return bytes(value).decode("latin-1")
