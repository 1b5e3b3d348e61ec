"""一括訂正の規則: what each sale should have been given, and what is asked of the books for one
member. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from federation.past import Past
from federation.shares import largest_remainder
from federation.slips import Adjustment, Asked, Correction, Holder, Order, Rule
from tenants.campaigns.drafts import Cap, Code
from tenants.campaigns.giving import CORRECTION
from tenants.terms import Till
from tenants.undoing import Reason, Undo, undo_any_day

Run = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,19}$(?!\n)")]
DAYS_TO_BOOK = 31
Shortage = Literal["WAIVE", "OTHER_POINTS"]


class Corrected(Struct, frozen=True):
    """The rule as it should have been: the rate with the base in it (1 gives nothing extra), and
    the cap per receipt."""

    multiplier: int
    cap_points_per_receipt: int | None = None

    def due(self, base: int) -> int:
        """What a sale of so many base points should have been given extra."""
        points = base * (self.multiplier - 1)
        cap = self.cap_points_per_receipt
        return points if cap is None else min(points, cap)


class Given(Struct, frozen=True):
    """One sale as it stands: base points, and what the campaign gave by funder; less returns."""

    member_id: int
    base: int
    by_funder: tuple[tuple[int, int], ...]


class Excess(Struct, frozen=True):
    """What one member had of one funder, and should have had."""

    member_id: int
    funder_id: int
    got_points: int
    due_points: int


def excesses(sales: Iterable[Given], rule: Corrected) -> list[Excess]:
    """By member and funder; a sale's due is carved as its grant was, and never more than it got."""
    got: Counter[tuple[int, int]] = Counter()
    due: Counter[tuple[int, int]] = Counter()
    for sale in sales:
        whole = sum(points for _, points in sale.by_funder)
        some = min(whole, rule.due(sale.base))
        parts = largest_remainder(some, [points for _, points in sale.by_funder])
        for (funder_id, points), part in zip(sale.by_funder, parts, strict=True):
            got[sale.member_id, funder_id] += points
            due[sale.member_id, funder_id] += part
    return [
        Excess(member_id, funder_id, points, due[member_id, funder_id])
        for (member_id, funder_id), points in sorted(got.items())
        if points > due[member_id, funder_id]
    ]


class NewRun(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A campaign that gave too much on some business dates, and what it should have given."""

    run: Run
    campaign: Code
    from_on: date
    to_on: date
    multiplier: Annotated[int, Meta(ge=1, le=100)]
    cap_points_per_receipt: Cap | None = None
    shortage: Shortage = "WAIVE"
    reason: Reason

    def __post_init__(self) -> None:
        """A period has a first and a last day."""
        if self.to_on < self.from_on:
            raise ValueError("to_on before from_on")


class Correct(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What one member was given too much, by funder."""

    call: ClassVar[str] = "corrections"

    campaign: Code
    by_funder: tuple[tuple[int, int], ...]
    elsewhere: bool
    reason: Reason

    def days_back(self, till: Any) -> int:
        return DAYS_TO_BOOK

    def stocks(self, till: Any) -> frozenset[str]:
        """Its budget is free again by what is taken."""
        return frozenset((f"campaign:{self.campaign}",))


class UndoCorrect(Undo, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A correction that shall not have been."""

    call: ClassVar[str] = "correction-undoings"

    campaign: Code

    def days_back(self, till: Any) -> int:
        return DAYS_TO_BOOK

    def stocks(self, till: Any) -> frozenset[str]:
        """Its budget is taken again."""
        return frozenset((f"campaign:{self.campaign}",))


def correct(asked: Correct, _: Till, __: Holder) -> Order:
    """Take from the lots of the campaign what was too much."""
    rule = f"campaign:{asked.campaign}"
    wanted = Correction(rule, asked.by_funder, asked.elsewhere)
    return Order(adjust=Adjustment(asked.reason, correct=wanted))


def undo_correct(asked: UndoCorrect, till: Till, past: Past) -> Order:
    """Give it again, to the lots it came from; the budget has it no more."""
    order = undo_any_day(asked, till, past)
    own = {entry.entry_id for entry in past.own}
    points = sum(draw.points for draw in past.draws if draw.entry_id in own)
    return Order(reverse=order.reverse, stocks=((f"campaign:{asked.campaign}", points),))


def slip_of(run: str, member_id: int, *, undoes: bool) -> str:
    """The slip of one member's correction, or of its undoing."""
    return f"{CORRECTION}{run}/{member_id}" + ("/undo" if undoes else "")


RULES: Mapping[bool, Rule] = {False: correct, True: undo_correct}
