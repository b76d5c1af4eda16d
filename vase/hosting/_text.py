"""Header values: bytes on the wire, text in a `Response`."""

__all__ = ["native"]


def native(value: bytes | bytearray | memoryview) -> str:
    """Return a header value as text in which the core finds the same bytes, as far as text can hold them."""
    raw = bytes(value)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
