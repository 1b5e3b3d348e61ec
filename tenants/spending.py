"""利用の規則: how many points may be spent here, and how they stand on the receipt. Pure."""

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, structs

from federation.refusals import (
    CardNotActive,
    CardNotRegistered,
    CodeUsed,
    NeedsMemberCode,
    OverLimit,
    PointsOwed,
    Validation,
    WrongPin,
)
from federation.shares import largest_remainder
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
from tenants.campaigns.giving import taken
from tenants.earning import Line, Sale, accrual, covered, excluded
from tenants.expiring import slides_to
from tenants.refusals import SpendsTooFast
from tenants.terms import EARNINGS, REDEMPTION, SPENDINGS, Till, in_force

Pin = Annotated[str, Meta(pattern=r"^[0-9]{4,8}$(?!\n)", description="暗証番号 · never kept")]


class Spend(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points to be spent as yen on a total of `payable_yen`."""

    call: ClassVar[str] = "redemptions"

    card: CardNumber
    points: Points
    payable_yen: Yen
    pin: Pin | None = None
    receipt_no: ReceiptNo | None = None

    @property
    def carrier(self) -> str:
        return self.card

    @property
    def secret(self) -> str | None:
        return self.pin


class Purchase(Sale, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sale paid in part with points, which earns on the rest, in one step."""

    call: ClassVar[str] = "purchases"
    spends: ClassVar[bool] = True

    points: PointsOrNone
    pin: Pin | None = None

    @property
    def secret(self) -> str | None:
        return self.pin

    @property
    def points_paid(self) -> int:
        return self.points


def spend(asked: Spend, till: Till, holder: Holder) -> Order:
    """Take points as yen: 1 pt = 1 円, never more than is to be paid."""
    if asked.points > asked.payable_yen:
        raise Validation(pointer="/points")
    may_spend(asked.points, asked.business_date, till, holder)
    spent = redemption(asked, till)
    return Order(redeem=structs.replace(spent, paid_yen=asked.payable_yen - asked.points))


def buy(bought: Purchase, till: Till, holder: Holder) -> Order:
    """Spend first, then earn on what was paid in money; either refused refuses both."""
    earned = covered(accrual(bought, till, holder), till)
    budgets = taken(earned.grants, till)
    if bought.points == 0:
        return Order(accrue=earned, stocks=budgets)
    terms = in_force(till.terms, bought.business_date)
    if bought.points > bought.paid_yen + bought.points - excluded(bought, terms):
        raise Validation(pointer="/points")  # goods that earn nothing cannot be paid with points
    may_spend(bought.points, bought.business_date, till, holder)
    by_rate = discount_by_rate(bought.points, bought.lines or [])
    spent = structs.replace(redemption(bought, till), discount_by_rate=by_rate)
    return Order(redeem=spent, accrue=earned, stocks=budgets)


def redemption(asked: Spend | Purchase, till: Till) -> Redemption:
    """What is spent here, in the order and under the limit of the programme on this day."""
    day = asked.business_date
    programme = in_force(till.programme, day)
    return Redemption(
        points=asked.points,
        facility_id=till.facility.party_id if till.facility is not None else None,
        receipt_no=asked.receipt_no,
        limited_first=programme.spend_order == "LIMITED_FIRST",
        proportional=till.proportional,
        slides_to=slides_to(till.expiry, day, "redemption"),
        counted=programme.redemption_limit_points_per_day is not None,
        tallied=tallied(day, till),
        tax_treatment=in_force(till.terms, day).tax_treatment,
    )


def may_spend(points: int, business_date: date, till: Till, holder: Holder) -> None:
    """A frozen wallet, a debt or a card that nobody registered spends nothing, a code pays once, a
    PIN that was given is right; a static card number without one reaches only to the tenant's limit
    (a number can be copied from a card: security T-03), and everyone only to the programme's limit
    for a day. Whoever spent or earned as often in a day as a thief would waits until
    somebody made sure."""
    if holder.state == "unregistered":
        raise CardNotRegistered
    if holder.state != "active":
        raise CardNotActive
    if holder.points_owed > 0:
        raise PointsOwed
    if holder.carrier_kind == "code" and holder.carrier_state == "used":
        raise CodeUsed
    if holder.pin == "wrong":
        raise WrongPin
    if too_often(business_date, till, holder):
        raise SpendsTooFast
    static_points = static_limit(business_date, till, holder)
    if static_points is not None and points > static_points:
        raise NeedsMemberCode(limit_points=static_points)
    left = left_today(business_date, till, holder)
    if left is not None and points > left:
        raise OverLimit


def static_limit(business_date: date, till: Till, holder: Holder) -> int | None:
    """How far a bare card number reaches, in points; None where a code or a right PIN stands."""
    if holder.carrier_kind == "code" or holder.pin == "right":
        return None
    return in_force(till.terms, business_date).static_card_limit_points


def tallied(business_date: date, till: Till) -> bool:
    """Whether it is counted how often a member spends on a business date."""
    return in_force(till.paces, business_date).redemptions is not None


def too_often(business_date: date, till: Till, holder: Holder) -> bool:
    """Whether a member has spent as often on a business date as the pace allows, or has earned
    oftener than it does."""
    pace = in_force(till.paces, business_date)
    most, earns = pace.redemptions, pace.accruals
    if most is not None and holder.used.get((SPENDINGS, business_date), 0) >= most:
        return True
    return earns is not None and holder.used.get((EARNINGS, business_date), 0) > earns


def left_today(business_date: date, till: Till, holder: Holder) -> int | None:
    """How many points a member may still spend on a business date; None where nothing limits it."""
    limit = in_force(till.programme, business_date).redemption_limit_points_per_day
    if limit is None:
        return None
    return max(0, limit - holder.used.get((REDEMPTION, business_date), 0))


def discount_by_rate(points: int, lines: list[Line]) -> tuple[tuple[int, int], ...]:
    """The points as a discount on each tax rate's goods, by amount, largest remainder; of equal
    remainders the higher rate's (3,300 at 8 % + 1,100 at 10 % with 400 pt → 300 / 100)."""
    yen: dict[int, int] = {}
    for line in lines:
        yen[line.tax_rate] = yen.get(line.tax_rate, 0) + line.amount_yen
    total_yen = sum(yen.values())
    if total_yen == 0:
        return ()
    rates = sorted(yen, reverse=True)
    parts = largest_remainder(points, [yen[rate] for rate in rates])
    return tuple(sorted(zip(rates, parts, strict=True)))
