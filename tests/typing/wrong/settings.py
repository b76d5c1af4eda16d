"""What a type checker refuses of settings."""

from vase import Vase
from vase.conf import Settings, env

app = Vase.from_settings(3)  # wrong: arg-type | reportArgumentType
Vase.from_settings()  # wrong: call-arg | reportCallIssue


@app.get("/settings")
async def show(settings: Settings) -> str:
    print(settings.DEBGU)  # wrong: attr-defined | reportAttributeAccessIssue
    settings.ALLOWED_HOSTS.add("a")  # wrong: attr-defined | reportAttributeAccessIssue
    return settings.DEBUG  # wrong: return-value | reportReturnType


DEBUG: bool = env.str("DEBUG")  # wrong: assignment | reportAssignmentType
LIMIT: int = env.list("LIMIT")  # wrong: assignment | reportAssignmentType
env.boolean("DEBUG")  # wrong: attr-defined | reportAttributeAccessIssue
for fault in app.check():
    print(fault.text)  # wrong: attr-defined | reportAttributeAccessIssue
