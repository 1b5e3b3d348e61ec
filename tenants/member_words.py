"""会員の言葉: how a card, a phone, a name look that may be kept; what of a name is shown. Pure."""

import re
from typing import Annotated

from msgspec import Meta

PLAIN = r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]*$(?!\n)"
# A card that stays: never the twenty digits of a one-time code.
CARD = r"^([0-9]{8}|[0-9]{13}|[0-9]{16}|[A-Da-d][0-9$:/.+-]{4,24}[A-Da-d])$(?!\n)"
PHONE = (
    r"^(0[0-9]{9,10}|\+81[0-9]{9,10}|(?=[0-9-]{11,13}$)0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4})$(?!\n)"
)
EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,190}$(?!\n)"
EXTERNAL = r"^[A-Za-z0-9_.:/-]{1,64}$(?!\n)"
RANK = r"^[a-z][a-z0-9-]{0,30}$(?!\n)"

Kept = Annotated[str, Meta(pattern=CARD, description="16-digit card, JAN or NW-7")]
Phone = Annotated[str, Meta(pattern=PHONE, description="090-1234-5678, or its digits, or +81…")]
LineId = Annotated[str, Meta(pattern=r"^U[0-9a-f]{32}$(?!\n)")]
ExternalId = Annotated[str, Meta(pattern=EXTERNAL)]
Postcode = Annotated[str, Meta(pattern=r"^[0-9]{3}-?[0-9]{4}$(?!\n)")]
Words = Annotated[str, Meta(min_length=1, max_length=100, pattern=PLAIN)]
Email = Annotated[str, Meta(max_length=255, pattern=EMAIL)]


def phone_of(written: str) -> str:
    """A Japanese phone number as ten or eleven digits, however it was written."""
    digits = written.replace("-", "")
    return "0" + digits[3:] if digits.startswith("+81") else digits


def masked_name(name: str) -> str:
    """The first character of each part of a name: enough to ask 「山様でしょうか」, no more."""
    return " ".join(f"{part[0]}*" for part in re.split(r"[\s\u3000]+", name) if part)
