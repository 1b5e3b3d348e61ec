"""クーポンの言葉と算式: what a coupon is, what it takes off a price, how that is rounded. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from federation.shares import largest_remainder

Kind = Literal["SHOW", "TIMED", "SCAN"]
Benefit = Literal["FIXED", "PERCENT", "GIFT"]
Rounding = Literal["DOWN", "HALF_UP", "UP"]
State = Literal["draft", "live", "paused", "ended"]
Funder = Literal["tenant", "facility", "operator"]

STEPS: Mapping[State, frozenset[State]] = {
    "draft": frozenset({"live", "ended"}),
    "live": frozenset({"paused", "ended"}),
    "paused": frozenset({"live", "ended"}),
    "ended": frozenset(),
}
# A tie of the carving is the facility's or the operator's to pay (domain 1.5).
ORDER: Mapping[Funder, int] = {"facility": 0, "operator": 1, "tenant": 2}


class Share(Struct, frozen=True):
    """One funder's part of what a coupon takes off: the shop's own tenant, the landlord of the
    shop, the operator."""

    funder: Funder
    weight: int


class Coupon(Struct, frozen=True, kw_only=True):
    """A coupon as it was published: nothing of it changes afterwards but its state. Weekdays are
    ISO (Monday is 1); none, no shops and no facilities mean all. Yen are whole, tax included;
    `minutes` is how long a timed one lives once its member has started it."""

    coupon_id: int
    code: str
    name: str
    name_en: str
    kind: Kind
    benefit: Benefit
    state: State
    from_on: date
    to_on: date
    off_yen: int | None = None
    percent: int | None = None
    rounding: Rounding = "DOWN"
    cap_yen: int | None = None
    gift: str | None = None
    gift_en: str | None = None
    gift_worth_yen: int | None = None
    least_yen: int = 0
    weekdays: tuple[int, ...] = ()
    from_time: time | None = None
    to_time: time | None = None
    shops: tuple[int, ...] = ()
    facilities: tuple[int, ...] = ()
    excluded_categories: tuple[str, ...] = ()
    alone: bool = True
    first_visit: bool = False
    segment: str | None = None
    stock: int | None = None
    per_member: int | None = 1
    minutes: int | None = None
    shares: tuple[Share, ...] = ()

    @property
    def rule(self) -> str:
        """The rule that its lots, its stock and its uses by a member are kept under."""
        return f"coupon:{self.code}"

    def here(self, shop_id: int, facility_id: int | None) -> bool:
        """Whether it is good at a shop."""
        if not self.shops and not self.facilities:
            return True
        return shop_id in self.shops or facility_id in self.facilities

    def at_hour(self, on: date, clock: time) -> bool:
        """Whether it is good at an hour of a business date; hours may reach past midnight."""
        if self.weekdays and on.isoweekday() not in self.weekdays:
            return False
        if self.from_time is None or self.to_time is None:
            return True
        if self.from_time < self.to_time:
            return self.from_time <= clock < self.to_time
        return clock >= self.from_time or clock < self.to_time

    def ends_at(self, started_at: datetime) -> datetime:
        """The first instant at which a timed coupon that was started is dead."""
        assert self.minutes is not None, "a timed coupon says how long"
        return started_at + timedelta(minutes=self.minutes)


def off(coupon: Coupon, eligible_yen: int) -> int:
    """What a coupon takes off a price: never more than the price, never more than its cap. A part
    of a yen is dropped, rounded up, or to the nearest with a half upwards, as the coupon says."""
    if coupon.benefit == "FIXED":
        assert coupon.off_yen is not None
        return min(coupon.off_yen, eligible_yen)
    if coupon.benefit == "PERCENT":
        assert coupon.percent is not None
        yen = part_of(eligible_yen, coupon.percent, coupon.rounding)
        return min(yen, eligible_yen, eligible_yen if coupon.cap_yen is None else coupon.cap_yen)
    return 0


def part_of(yen: int, percent: int, rounding: Rounding) -> int:
    """So many hundredths of an amount of yen, rounded as named."""
    hundredths = yen * percent
    if rounding == "UP":
        return -(-hundredths // 100)
    return (hundredths + 50) // 100 if rounding == "HALF_UP" else hundredths // 100


def carved(yen: int, shares: tuple[Share, ...]) -> list[tuple[Funder, int]]:
    """Whole yen per funder by largest remainder, a tie to facility or operator; who pays nothing
    is left out."""
    own = sorted(shares, key=lambda share: ORDER[share.funder])
    parts = largest_remainder(yen, [share.weight for share in own])
    return [(share.funder, part) for share, part in zip(own, parts, strict=True) if part]


def told(coupon: Coupon) -> tuple[str, str]:
    """What a coupon brings, in a few words of both languages."""
    if coupon.benefit == "GIFT":
        return coupon.gift or "", coupon.gift_en or ""
    if coupon.benefit == "FIXED":
        return f"{coupon.off_yen:,}円引", f"{coupon.off_yen:,} yen off"
    cap = "" if coupon.cap_yen is None else f"（上限{coupon.cap_yen:,}円）"
    cap_en = "" if coupon.cap_yen is None else f" (at most {coupon.cap_yen:,} yen)"
    return f"{coupon.percent}％引{cap}", f"{coupon.percent}% off{cap_en}"
