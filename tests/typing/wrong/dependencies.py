"""What a type checker refuses of dependencies."""

from typing import Annotated

from vase import Depends, Vase

app = Vase(lifespan=lambda: None)  # wrong: arg-type,misc | reportArgumentType


class Meter:
    unit = "W"


def meter() -> Meter:
    return Meter()


@app.get("/")
async def read(
    one: Annotated[Meter, Depends("meter")],  # wrong: - | reportArgumentType
    two: Annotated[Meter, Depends(meter, cache=False)],  # wrong: - | reportCallIssue
    three: Meter = Depends("meter"),  # wrong: arg-type | reportArgumentType
) -> str:
    return one.unt + two.unit  # wrong: attr-defined,no-any-return | reportAttributeAccessIssue


app.providers[Meter] = 3  # wrong: assignment | reportArgumentType
app.dependency_overrides[meter] = "meter"  # wrong: assignment | reportArgumentType
