"""How a conversation ends: by the other side, by a word of the handler, by a message that does not fit."""

from collections.abc import Sequence

from vase.exceptions import VaseError
from vase.http import ValidationFault

__all__ = ["MessageError", "MessageValidationError", "WebSocketDisconnect", "WebSocketError", "WebSocketException"]


class WebSocketError(VaseError):
    """A socket that is used in a way that cannot work."""


class MessageError(WebSocketError):
    """A message that does not fit what its socket promises to send."""


class WebSocketDisconnect(Exception):  # noqa: N818  # Starlette's name
    """The socket is closed, by the client or by the server's end; nothing more can be received or sent.

    Args:
        code: The status code of the close; 1005 when none was given, 1006 when the connection broke.
        reason: The reason that was given.
    """

    def __init__(self, code: int = 1000, reason: str | None = None) -> None:
        super().__init__(code, reason or "")
        self.code = code
        self.reason = reason or ""


class WebSocketException(Exception):  # noqa: N818  # Starlette's name
    """Raised in a handler, it closes the socket with a code and a reason.

    Before the handshake is accepted it refuses it with 403.

    Args:
        code: The status code of the close.
        reason: The reason.
    """

    def __init__(self, code: int, reason: str | None = None) -> None:
        super().__init__(code, reason or "")
        self.code = code
        self.reason = reason or ""


class MessageValidationError(WebSocketException):
    """A message of the client that does not fit its type.

    A handler may catch it and go on; left alone, it closes the socket with 1007 and names the field.

    Args:
        faults: All faults of the message.
    """

    def __init__(self, faults: Sequence[ValidationFault]) -> None:
        self.faults = list(faults)
        first = self.faults[0]
        more = f" (and {len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
        super().__init__(1007, f"{first['path']}: {first['msg']}{more}")

    def errors(self) -> list[ValidationFault]:
        """Return the faults, like `RequestValidationError`."""
        return self.faults
