"""取消の規則: which slips may be undone. Pure."""

from typing import Annotated, ClassVar

from msgspec import Meta

from federation.past import Past
from federation.refusals import (
    AlreadyReturned,
    AlreadyReversed,
    NotReversible,
    TooLate,
    Validation,
)
from federation.slips import Asked, Order, Reversal, SlipNumber
from tenants.campaigns.giving import undone
from tenants.terms import Till

# What a slip may have booked and can be undone: a release cannot, its points are free.
UNDONE = frozenset(
    {"accrual", "redemption", "coupon", "hold", "return", "adjustment", "bonus", "merge", "import"}
)
# One line of text: no control, bidi-override or lone-surrogate characters.
ODD = r"\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
PLAIN = rf"^[^{ODD}]*$(?!\n)"
# Nothing but spaces is no reason.
Reason = Annotated[
    str,
    Meta(min_length=1, max_length=200, pattern=rf"^[^{ODD}]*[^\s{ODD}][^{ODD}]*$(?!\n)"),
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
    order = undo_any_day(asked, till, past)
    if any(entry.business_date != asked.business_date for entry in past.own):
        raise TooLate
    return order


def undo_any_day(asked: Undo, till: Till, past: Past) -> Order:
    """What the operator's office booked is undone on any day, while all it gave is still there."""
    if asked.of == asked.slip:
        raise Validation(pointer="/of")
    if not past.arrived:
        return Order(reverse=Reversal(asked.of, asked.reason, cancels=True))
    if past.cancelled or any(past.undone(entry) for entry in past.own):
        raise AlreadyReversed
    if past.refused:
        return Order(reverse=Reversal(asked.of, asked.reason, nothing=True))
    if not past.own or any(entry.kind not in UNDONE for entry in past.own):
        raise NotReversible
    if any(past.returned(entry) for entry in past.own):
        raise AlreadyReturned
    stocks = (*undone(past, till), *freed(past))
    return Order(reverse=Reversal(asked.of, asked.reason), stocks=stocks)


def freed(past: Past) -> tuple[tuple[str, int], ...]:
    """What uses that are undone give back to limited counters."""
    rules = (entry.reason for entry in past.own if entry.kind == "coupon")
    return tuple((rule, -1) for rule in rules if rule is not None)
