"""Long lines of generated code, broken where the formatter would break them."""

__all__ = ["wrap"]

_WIDTH = 120


def wrap(opening: str, arguments: list[str], closing: str) -> list[str]:
    """Return a call or a signature on one line, on three, or with a line for each argument: the first form that fits.

    Args:
        opening: Up to and with the bracket, indented: `    product = Product(`.
        arguments: What stands between the brackets.
        closing: From the bracket on: `)`, or `) -> None:`.
    """
    joined = ", ".join(arguments)
    if len(opening) + len(joined) + len(closing) <= _WIDTH or not arguments:
        return [f"{opening}{joined}{closing}"]
    indent = " " * (len(opening) - len(opening.lstrip()))
    if len(indent) + 4 + len(joined) <= _WIDTH or len(arguments) == 1:
        return [opening, f"{indent}    {joined}", f"{indent}{closing}"]
    return [opening, *(f"{indent}    {argument}," for argument in arguments), f"{indent}{closing}"]
