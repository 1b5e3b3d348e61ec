"""What stands behind a slip that is asked about: what it booked, what was booked since. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from msgspec import Struct

from federation.purse import Lot, LotKey
from federation.shares import largest_remainder

SOLD = ("accrual", "redemption", "coupon")
CORRECTED = ("adjustment", "unreturn")
Named = TypeVar("Named")


class PastEntry(Struct, frozen=True):
    """An entry as it was booked."""

    member_id: int
    entry_id: int
    kind: str
    points: int
    business_date: date
    cycle_id: int
    shop_id: int
    till: str
    slip: str | None
    rank: str | None
    paid_yen: int | None
    excluded_yen: int | None
    returned_yen: int | None
    lines: list[dict[str, Any]] | None
    of_entry_id: int | None
    receipt_till: str | None
    receipt_no: str | None
    slides_to: date | None
    reason: str | None = None
    earlier: bool = False  # what an entry of the receipt was about, such as a capture's hold


class PastDraw(Struct, frozen=True):
    """Points that an entry took from (+) or gave back to (-) a lot."""

    member_id: int
    entry_id: int
    lot_entry_id: int
    lot_part: int
    kind: str
    n: int
    points: int
    for_funder_id: int | None
    for_rule: str | None

    @property
    def lot(self) -> LotKey:
        """The lot's key."""
        return self.member_id, self.lot_entry_id, self.lot_part


class PastShortage(Struct, frozen=True):
    """What a return could not take back, and what became of that."""

    entry_id: int
    part: int
    funder_id: int
    rule: str
    met: str
    points: int
    paid: int


class Past(Struct, frozen=True):
    """A slip with all that concerns its receipt; empty where the slip booked nothing."""

    shop_id: int
    slip: str
    arrived: bool
    cancelled: bool = False
    refused: bool = False
    entries: tuple[PastEntry, ...] = ()
    draws: tuple[PastDraw, ...] = ()
    lots: tuple[Lot, ...] = ()
    shortages: tuple[PastShortage, ...] = ()
    slides_to: Mapping[int, date] = {}  # what all other events of each member give
    earlier: tuple[PastEntry, ...] = ()  # what these entries were about themselves

    @property
    def own(self) -> list[PastEntry]:
        """What the slip itself booked."""
        return [e for e in self.entries if e.slip == self.slip and e.shop_id == self.shop_id]

    @property
    def sold(self) -> list[PastEntry]:
        """The redemptions, accruals and coupons of the slip's receipt that stand."""
        return [e for e in self.entries if e.kind in SOLD and not self.undone(e)]

    @property
    def returns(self) -> list[PastEntry]:
        """The returns of this receipt that stand."""
        sold = {entry.entry_id for entry in self.sold}
        return [
            e
            for e in self.entries
            if e.kind == "return" and e.of_entry_id in sold and not self.undone(e)
        ]

    def undone(self, entry: PastEntry) -> bool:
        """Whether an entry was reversed."""
        return any(e.kind == "reversal" and e.of_entry_id == entry.entry_id for e in self.entries)

    def returned(self, entry: PastEntry) -> bool:
        """Whether goods of this entry's receipt came back."""
        return entry.kind in SOLD and bool(self.returns)

    def about(self, entry: PastEntry) -> PastEntry | None:
        """The entry that an entry is about, if it is."""
        every = (*self.entries, *self.earlier)
        return next((e for e in every if e.entry_id == entry.of_entry_id), None)

    def used_on(self, spent: PastEntry) -> date:
        """The business date whose limit a redemption counts for: of a captured hold, the hold's."""
        held = self.about(spent)
        return held.business_date if held is not None else spent.business_date

    def granted_lots(self) -> list[Lot]:
        """The lots of the receipt's accrual, as they were granted."""
        accruals = {e.entry_id for e in self.sold if e.kind == "accrual"}
        return [lot for lot in self.lots if lot.entry_id in accruals]

    def granted_keys(self, rule: str) -> set[LotKey]:
        """The lots that one rule gave."""
        return {lot.key for lot in self.granted_lots() if lot.rule == rule}

    def granted(self) -> Counter[str]:
        """Points that the receipt's accrual gave, by rule."""
        return total((lot.rule, lot.points) for lot in self.granted_lots())

    def root(self, lot: Lot) -> LotKey:
        """The lot that a lot was before it was moved, if it was (移行精算, 統合)."""
        before = {one.key: one.came_from for one in self.lots}
        key = lot.key
        while (earlier := before.get(key)) is not None:
            key = earlier
        return key

    def coupons(self) -> list[tuple[PastEntry, int, int]]:
        """The coupons of the receipt: what each took off, and what of that came back since."""
        found = []
        for used in (entry for entry in self.sold if entry.kind == "coupon"):
            parts = self._discount(used)
            found.append((used, sum(lot.points for lot in parts), sum(self._came_back(parts))))
        return found

    def coupon_parts(self, used: PastEntry, yen: int) -> list[tuple[Lot, int]]:
        """So much of a coupon's discount by the lots of its funders, in proportion to what has not
        come back of them, largest remainder."""
        parts = self._discount(used)
        left = [lot.points - came for lot, came in zip(parts, self._came_back(parts), strict=True)]
        shared = largest_remainder(yen, left)
        return [(lot, part) for lot, part in zip(parts, shared, strict=True) if part]

    def _discount(self, used: PastEntry) -> list[Lot]:
        return [lot for lot in self.lots if lot.entry_id == used.entry_id]

    def _came_back(self, parts: list[Lot]) -> list[int]:
        returns = {e.entry_id for e in self.returns}
        back = total(
            (draw.lot, draw.points)
            for draw in self.draws
            if draw.entry_id in returns and draw.points > 0
        )
        return [back[lot.key] for lot in parts]

    def taken_back(self) -> Counter[str]:
        """Points of the accrual that returns have accounted for, by rule."""
        return total((rule, points) for rule, _, points in self.accounted())

    def accounted(self) -> list[tuple[str, int, int]]:
        """What returns and corrections have accounted for: rule and funder of the grant, points."""
        returns = {e.entry_id for e in self.returns}
        funders = {lot.key: (lot.rule, lot.funder_id) for lot in self.lots}
        found = []
        for draw in self.draws:
            if draw.entry_id in returns and draw.points > 0:
                its_rule, its_funder_id = funders[draw.lot]
                rule = draw.for_rule or its_rule
                funder_id = draw.for_funder_id or its_funder_id
                found.append((rule, funder_id, draw.points))
        own = {e.entry_id for e in self.entries}
        found += [  # 訂正: what was put right of its grants since, less what was put back
            (*funders[draw.lot], draw.points)
            for draw in self.draws
            if draw.entry_id not in own and draw.kind in CORRECTED
        ]
        short = [s for s in self.shortages if s.entry_id in returns]
        return found + [(s.rule, s.funder_id, s.points) for s in short]

    def out(self) -> list[tuple[PastDraw, int]]:
        """Points that paid for the receipt and have not come back, draw by draw in the order of
        drawing; what came back to a lot undid its last draw first."""
        paid = {e.entry_id for e in self.sold if e.kind == "redemption"}
        returns = {e.entry_id for e in self.returns}
        back = total(
            (draw.lot, -draw.points)
            for draw in self.draws
            if draw.entry_id in returns and draw.points < 0
        )
        left: list[tuple[PastDraw, int]] = []
        for draw in sorted(self.draws, key=lambda one: (one.entry_id, one.n), reverse=True):
            if draw.entry_id in paid:
                came = min(back[draw.lot], draw.points)
                back[draw.lot] -= came
                if draw.points > came:
                    left.insert(0, (draw, draw.points - came))
        return left


def total(parts: Iterable[tuple[Named, int]]) -> Counter[Named]:
    """Sums by name."""
    sums: Counter[Named] = Counter()
    for name, points in parts:
        sums[name] += points
    return sums
