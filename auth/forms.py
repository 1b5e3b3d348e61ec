"""Forms: what clients and browsers send to the doors, read strictly."""

from typing import Any
from urllib.parse import parse_qsl

from litestar import Request
from litestar.exceptions import HTTPException

FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 16 * 1024
MOST_FIELDS = 64


class NotAForm(Exception):
    """What was sent is not a form that is read here."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


def parsed(text: bytes) -> dict[str, str]:
    """The fields of a form, each at most once; one without a value was not sent (RFC 6749, 3.2)."""
    try:
        fields = parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise NotAForm(400, "This is not a form.") from None
    form = dict(fields)
    if len(form) != len(fields):
        raise NotAForm(400, "A field stands here twice.")
    return {name: value for name, value in form.items() if value}


async def body(request: Request[Any, Any, Any]) -> bytes:
    """The bytes of a form; `NotAForm` for another media type, or too many."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise NotAForm(415, f"Send {FORM}.")
    try:
        return await request.body()
    except HTTPException as why:
        if why.status_code == 413:
            raise NotAForm(413, "The form is too large.") from None
        raise NotAForm(400, "The form did not arrive.") from None
