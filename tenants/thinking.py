"""試算の規則: the points of past receipts by today's rules and by others, side by side. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from federation.slips import Grant
from tenants.earning import grants
from tenants.extras import Basis
from tenants.rates import Goods, goods_of, worked
from tenants.terms import NotYetInForce, Till, in_force

LARGEST = 10

Tills = Mapping[tuple[int, str], Till]


class Receipt(Struct, frozen=True):
    """A sale as it was booked; how it was paid, or else only what its tenders gave (by rule, funder
    and points) is known."""

    member_id: int
    entry_id: int
    tenant_id: int
    shop_id: int
    till: str
    receipt_till: str | None
    business_date: date
    at: datetime
    rank: str | None
    paid_yen: int
    excluded_yen: int
    lines: list[dict[str, Any]] | None
    by_tender: list[tuple[str, int, int]] | None = None
    paid_by: dict[str, int] | None = None


class Large(Struct, frozen=True):
    """One of the largest single grants under the rules that are thought of."""

    rule: str
    points: int
    shop: str
    business_date: date
    paid_yen: int


class World:
    """What some rules give, summed up by rule and by who pays."""

    def __init__(self, tills: Tills) -> None:
        self._tills = tills
        self._used: Counter[tuple[str, date]] = Counter()
        self._member_id = 0
        self.by_rule: Counter[str] = Counter()
        self.by_funder: Counter[int] = Counter()
        self.largest: list[Large] = []

    def give(self, receipt: Receipt) -> int:
        """What one receipt is given, as all before it of the same member left the caps."""
        if receipt.member_id != self._member_id:
            self._member_id = receipt.member_id
            self._used.clear()
        till = self._tills.get((receipt.tenant_id, receipt.till))
        given = given_to(receipt, till, self._used) if till is not None else ()
        for grant in given:
            self.by_rule[grant.rule] += grant.points
            for part in grant.parts:
                self.by_funder[part.funder_id] += part.points
            if grant.counted:
                self._used[grant.rule, receipt.business_date] += grant.points
            if till is not None:
                self._keep(Large(
                    grant.rule, grant.points, till.shop, receipt.business_date, receipt.paid_yen
                ))  # fmt: skip
        for rule, funder_id, points in receipt.by_tender or ():
            self.by_rule[rule] += points
            self.by_funder[funder_id] += points
        booked = sum(points for _, _, points in receipt.by_tender or ())
        return booked + sum(grant.points for grant in given)

    def _keep(self, one: Large) -> None:
        """The largest alone are kept."""
        if len(self.largest) < LARGEST or one.points > self.largest[-1].points:
            kept = sorted([*self.largest, one], key=lambda large: -large.points)
            self.largest = kept[:LARGEST]

    @property
    def points(self) -> int:
        """All that is given."""
        return sum(self.by_rule.values())


def given_to(
    receipt: Receipt, till: Till, used: Mapping[tuple[str, date], int]
) -> tuple[Grant, ...]:
    """What a receipt earns at a till by its rules; before any were agreed, nothing. What a service
    counter booked was claimed later and earns the base alone."""
    day = receipt.business_date
    try:
        terms = in_force(till.terms_at(receipt.receipt_till), day)
    except NotYetInForce:
        return ()
    lines = receipt.lines or []
    if lines:
        points = max(0, sum(line["amount_yen"] for line in lines) - receipt.paid_yen)
        goods = goods_of(lines, terms.excluded_categories, 0, points)
    else:
        goods = [Goods(max(0, receipt.paid_yen - receipt.excluded_yen))]
    earned = worked(goods, terms, lined=bool(lines))
    if not earned.points:
        return ()
    rank = receipt.rank or "general"
    paid = receipt.paid_by or {}
    return grants(earned, Basis(day, rank, used, till.counter, receipt.at, terms, paid), till)


class Told(Struct):
    """Both worlds, receipt by receipt."""

    before: World
    after: World
    receipts: int = 0
    touched: int = 0
    tendered: int = 0
    members: set[int] = set()
    members_touched: set[int] = set()

    def see(self, receipts: Iterable[Receipt]) -> None:
        """Give to some receipts by both."""
        for receipt in receipts:
            was, would_be = self.before.give(receipt), self.after.give(receipt)
            self.receipts += 1
            self.tendered += receipt.paid_by is not None
            self.members.add(receipt.member_id)
            if was != would_be:
                self.touched += 1
                self.members_touched.add(receipt.member_id)
