"""取消の規則: which slips may be undone. Pure."""

from typing import Annotated, ClassVar

from msgspec import Meta

from federation.refusals import AlreadyReversed, NotReversible, TooLate, Validation
from federation.slips import Asked, Order, Past, Reversal, SlipNumber
from tenants.terms import Till

# One line of text: no control, bidi-override or lone-surrogate characters.
Reason = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]*$(?!\n)",
    ),
]


class Undo(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A slip of this shop that shall not have been."""

    call: ClassVar[str] = "reversals"

    of: SlipNumber
    reason: Reason

    @property
    def original(self) -> str:
        return self.of


def undo(asked: Undo, till: Till, past: Past) -> Order:
    """What has not arrived is cancelled for ever, what booked nothing stays as it is, and what
    booked is undone whole, on its own business date, while all it gave is still there."""
    if asked.of == asked.slip:
        raise Validation(pointer="/of")
    if not past.arrived:
        return Order(reverse=Reversal(asked.of, asked.reason, cancels=True))
    if past.cancelled or any(entry.undone for entry in past.entries):
        raise AlreadyReversed
    if past.refused:
        return Order(reverse=Reversal(asked.of, asked.reason))
    kinds = {entry.kind: entry for entry in past.entries}
    if not kinds or not kinds.keys() <= {"redemption", "accrual"}:
        raise NotReversible
    if any(entry.business_date != asked.business_date for entry in past.entries):
        raise TooLate
    if "accrual" in kinds and not kinds["accrual"].whole:
        raise NotReversible
    return Order(
        reverse=Reversal(asked.of, asked.reason, kinds.get("redemption"), kinds.get("accrual"))
    )
