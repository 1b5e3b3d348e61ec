"""取置の規則: how many points a shop may set aside, for how long, and what for. Pure."""

from typing import Annotated, ClassVar

from msgspec import Meta

from federation.slips import (
    Asked,
    CardNumber,
    Holder,
    Holding,
    Order,
    Points,
    ReceiptNo,
    Redemption,
    Release,
)
from tenants.expiring import slides_to
from tenants.spending import Pin, may_spend, tallied
from tenants.terms import Till, in_force

Minutes = Annotated[int, Meta(ge=1, le=7 * 24 * 60, description="at most 7 days")]


class SetAside(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points to be set aside for a sale that is not final yet."""

    call: ClassVar[str] = "holds"

    card: CardNumber
    points: Points
    minutes: Minutes = 15
    pin: Pin | None = None

    @property
    def carrier(self) -> str:
        return self.card

    @property
    def secret(self) -> str | None:
        return self.pin


class Capture(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points of a hold to be spent; the rest of it is released. The receipt that they paid, if it
    is told, brings them back when goods are returned."""

    call: ClassVar[str] = "captures"

    points: Points
    receipt_no: ReceiptNo | None = None


class LetGo(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A hold to be released."""

    call: ClassVar[str] = "releases"


def set_aside(asked: SetAside, till: Till, holder: Holder) -> Order:
    """A hold may do what a redemption may; what opened it is good for its capture."""
    may_spend(asked.points, asked.business_date, till, holder)
    programme = in_force(till.programme, asked.business_date)
    return Order(
        hold=Holding(
            points=asked.points,
            facility_id=till.facility.party_id if till.facility is not None else None,
            minutes=asked.minutes,
            limited_first=programme.spend_order == "LIMITED_FIRST",
            proportional=till.proportional,
            counted=programme.redemption_limit_points_per_day is not None,
            tallied=tallied(asked.business_date, till),
        )
    )


def capture(asked: Capture, till: Till, _: Holder) -> Order:
    """Take points of a hold as yen, whatever the date: they were set aside in time."""
    programme = in_force(till.programme, asked.business_date)
    return Order(
        redeem=Redemption(
            points=asked.points,
            facility_id=till.facility.party_id if till.facility is not None else None,
            receipt_no=asked.receipt_no,
            limited_first=programme.spend_order == "LIMITED_FIRST",
            proportional=till.proportional,
            slides_to=slides_to(till.expiry, asked.business_date, "redemption"),
            tax_treatment=in_force(till.terms, asked.business_date).tax_treatment,
        )
    )


def let_go(_: LetGo, __: Till, ___: Holder) -> Order:
    """Release a hold."""
    return Order(release=Release())
