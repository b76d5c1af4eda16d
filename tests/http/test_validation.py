"""Every fault of a request has a path in words and, in a body, a JSON pointer."""

from vase.http import RequestValidationError, validation_fault


def test_the_path_of_a_fault():
    """Names are joined with dots, indexes stand in brackets, and a pointer leads into the body."""
    fault = validation_fault(["body", "items", 0, "price"], "must be more than 0", "greater_than", input=-1)
    assert fault == {
        "loc": ["body", "items", 0, "price"],
        "path": "body.items[0].price",
        "pointer": "#/items/0/price",
        "msg": "must be more than 0",
        "type": "greater_than",
        "input": -1,
    }


def test_pointers_are_escaped():
    """A tilde and a slash in a name are written as RFC 6901 asks."""
    assert validation_fault(["body", "a/b~c"], "m", "t")["pointer"] == "#/a~1b~0c"
    assert validation_fault(["body"], "m", "t")["pointer"] == "#"


def test_only_bodies_have_pointers():
    """A query parameter has a path and no pointer."""
    assert "pointer" not in validation_fault(["query", "page"], "m", "t")


def test_the_error_counts():
    """The sentence says how many faults there are, and the error keeps all of them."""
    faults = [validation_fault(["query", name], "missing", "missing") for name in "ab"]
    error = RequestValidationError(faults)
    assert (error.status_code, error.detail) == (422, "2 faults in the request")
    assert error.errors() == faults
    assert RequestValidationError(faults[:1]).detail == "1 fault in the request"
