"""利用の規則: how many points may be spent here, and how they stand on the receipt. Pure."""

from typing import ClassVar

from federation.refusals import CardNotActive, NeedsMemberCode, PointsOwed, Validation
from federation.slips import (
    Asked,
    CardNumber,
    Holder,
    Order,
    Points,
    PointsOrNone,
    ReceiptNo,
    Redemption,
    Yen,
)
from tenants.earning import Line, Sale, accrual, excluded
from tenants.terms import Terms, Till, in_force


class Spend(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points to be spent as yen on a total of `payable_yen`."""

    call: ClassVar[str] = "redemptions"

    card: CardNumber
    points: Points
    payable_yen: Yen
    receipt_no: ReceiptNo | None = None

    @property
    def carrier(self) -> str:
        return self.card


class Purchase(Sale, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sale paid in part with points, which earns on the rest, in one step."""

    call: ClassVar[str] = "purchases"
    spends: ClassVar[bool] = True

    points: PointsOrNone

    @property
    def points_paid(self) -> int:
        return self.points


def spend(asked: Spend, till: Till, holder: Holder) -> Order:
    """Take points as yen: 1 pt = 1 円, never more than is to be paid."""
    if asked.points > asked.payable_yen:
        raise Validation(pointer="/points")
    terms = in_force(till.terms, asked.business_date)
    may_spend(asked.points, terms, holder)
    return Order(
        redeem=Redemption(
            points=asked.points,
            facility_id=till.facility.party_id if till.facility is not None else None,
            receipt_no=asked.receipt_no,
            paid_yen=asked.payable_yen - asked.points,
            tax_treatment=terms.tax_treatment,
        )
    )


def buy(bought: Purchase, till: Till, holder: Holder) -> Order:
    """Spend first, then earn on what was paid in money; either refused refuses both."""
    earned = accrual(bought, till, holder)
    if bought.points == 0:
        return Order(accrue=earned)
    terms = in_force(till.terms, bought.business_date)
    if bought.points > bought.paid_yen + bought.points - excluded(bought, terms):
        raise Validation(pointer="/points")  # goods that earn nothing cannot be paid with points
    may_spend(bought.points, terms, holder)
    by_rate = discount_by_rate(bought.points, bought.lines or [])
    redeem = Redemption(
        points=bought.points,
        facility_id=till.facility.party_id if till.facility is not None else None,
        receipt_no=bought.receipt_no,
        tax_treatment=terms.tax_treatment,
        discount_by_rate=by_rate,
    )
    return Order(redeem=redeem, accrue=earned)


def may_spend(points: int, terms: Terms, holder: Holder) -> None:
    """A frozen wallet or a debt spends nothing; a static card number only up to the tenant's limit
    (a number can be copied from a card: security T-03)."""
    if holder.state != "active":
        raise CardNotActive
    if holder.points_owed > 0:
        raise PointsOwed
    if holder.carrier_kind == "card" and points > terms.static_card_limit_points:
        raise NeedsMemberCode(limit_points=terms.static_card_limit_points)


def discount_by_rate(points: int, lines: list[Line]) -> tuple[tuple[int, int], ...]:
    """The points as a discount on each tax rate's goods, by amount, largest remainder; of equal
    remainders the higher rate's (3,300 at 8 % + 1,100 at 10 % with 400 pt → 300 / 100)."""
    yen: dict[int, int] = {}
    for line in lines:
        yen[line.tax_rate] = yen.get(line.tax_rate, 0) + line.amount_yen
    total_yen = sum(yen.values())
    if total_yen == 0:
        return ()
    parts = {rate: points * amount // total_yen for rate, amount in yen.items()}
    largest = sorted(yen, key=lambda rate: (-(points * yen[rate] % total_yen), -rate))
    for rate in largest[: points - sum(parts.values())]:
        parts[rate] += 1
    return tuple(sorted(parts.items()))
