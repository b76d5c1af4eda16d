"""`Idempotency-Key`: a request that is sent twice has its effect once (draft-ietf-httpapi-idempotency-key-header).

    @app.post("/orders", idempotent=True)
    def order(data: OrderIn, db: Session) -> OrderOut: ...

`Once` is put around a handler by the application; `Store` is the table of keys in a database, which all
workers share and which outlives them. The first request with a key runs the handler and its answer is kept; the same
request again gets that answer, another one with the same key 422, and one that comes while the handler runs 409.
Settings read by the application for this room: `IDEMPOTENCY_DATABASE`. Errors: `IdempotencyError`; code
`idempotency.E001`.
"""

from vase.idempotency._errors import IdempotencyError
from vase.idempotency._key import REPLAYED_HEADER, read_key
from vase.idempotency._once import Once
from vase.idempotency._store import Answer, Claim, Held, Store, Verdict

__all__ = [
    "REPLAYED_HEADER",
    "Answer",
    "Claim",
    "Held",
    "IdempotencyError",
    "Once",
    "Store",
    "Verdict",
    "read_key",
]
