"""特典の規則: what an occasion gives, who pays, how long it lasts, how often it is had. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from federation.days import TOKYO
from federation.refusals import Validation
from federation.shares import largest_remainder
from federation.slips import (
    Asked,
    Bonus,
    CardNumber,
    Count,
    Grant,
    Holder,
    Order,
    Part,
    Rule,
)
from tenants.ages import fiscal_year, year_begins
from tenants.expiring import last_day, policy_of
from tenants.giving_refusals import AlreadyVisited, BenefitUsedUp, NothingToGive
from tenants.occasion import Occasion, running
from tenants.refusals import GrantingStopped
from tenants.terms import Party, Till, in_force
from tenants.undoing import Undo

DAYS_TO_BOOK = 31
NO_POINTS = 200  # 円: a fixed benefit without a purchase above this is warned of (domain 3.2)
WITHOUT_PURCHASE = ("visit", "birthday", "anniversary", "login")


class Visit(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member came, and may have bought nothing."""

    call: ClassVar[str] = "visits"
    spends: ClassVar[bool] = False

    card: CardNumber

    @property
    def carrier(self) -> str:
        return self.card

    def counted(self, till: Till) -> frozenset[str]:
        """Under which names this day's visits, and the year's, are counted."""
        here = visits(till, self.business_date)
        return frozenset(one.rule for one in here) | {once(one, till) for one in here}


class Gift(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is due to a member by an occasion; its slip is the occasion, so it comes once."""

    call: ClassVar[str] = "gifts"
    spends: ClassVar[bool] = False

    occasion: str  # its rule
    due_on: date

    def days_back(self, till: Any) -> int:
        return DAYS_TO_BOOK

    def counted(self, till: Any) -> frozenset[str]:
        """The name under which the year's are counted: of birthdays all together."""
        kind, _, _ = self.occasion.partition(":")
        return frozenset({kind if kind == "birthday" else self.occasion})


class TakeBack(Undo, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A gift whose cause was undone."""

    call: ClassVar[str] = "gift-reversals"

    def days_back(self, till: Any) -> int:
        return DAYS_TO_BOOK


def visits(till: Till, on: date) -> list[Occasion]:
    """The visit benefits of a till's place on a day."""
    facility_id = till.facility.party_id if till.facility else None
    return [one for one in running(till.occasions, on, "visit") if one.is_at(facility_id)]


def once(one: Occasion, till: Till) -> str:
    """The name under which a visit is once a day: of the member, at this facility or shop."""
    facility_id = till.facility.party_id if till.facility else None
    return f"{one.rule}@{one.place(facility_id, till.shop_id).removeprefix('@')}"


def business_day(at: datetime, till: Till) -> date:
    """The shop's business day at an instant: before its cut it is still yesterday's."""
    cut = timedelta(hours=till.day_starts.hour, minutes=till.day_starts.minute)
    return (at.astimezone(TOKYO) - cut).date()


def visit(asked: Visit, till: Till, holder: Holder) -> Order:
    """Each benefit of the place once a business day; refused by name when all were had."""
    day = asked.business_date
    if day != business_day(asked.at, till):
        raise Validation(pointer="/business_date")
    here = visits(till, day)
    if not here:
        raise NothingToGive
    fresh = [one for one in here if not holder.used.get((once(one, till), day))]
    if not fresh:
        raise AlreadyVisited
    left = [one for one in fresh if not is_used_up(one, holder, day)]
    if not left:
        raise BenefitUsedUp
    grants = [grant_of(one, one.points, till, day, till.tenant, till.facility) for one in left]
    counts = [Count(once(one, till), day) for one in left]
    counts += [Count(one.rule, year_begins(day)) for one in left if one.most_per_year is not None]
    return Order(bonus=bonus("・".join(one.name for one in left), grants, counts, till, day))


def is_used_up(one: Occasion, holder: Holder, day: date) -> bool:
    """Whether a member has had an occasion as often as a fiscal year allows."""
    had = holder.used.get((one.rule, year_begins(day)), 0)
    return one.most_per_year is not None and had >= one.most_per_year


def giving(
    one: Occasion,
    points: int,
    tenant: Party | None = None,
    facility: Party | None = None,
    *,
    stopped: bool = False,
) -> Rule:
    """The rule of what is due by an occasion, where these took part in it; a tenant that is stopped
    pays for nothing. A birthday is had once a
    fiscal year, whatever birthdays there are and whatever the profile said before."""

    def give(asked: Gift, till: Till, holder: Holder) -> Order:
        if stopped and tenant is not None and one.tenant_weight:
            raise GrantingStopped
        day = asked.business_date
        counts: list[Count] = []
        if one.kind == "birthday":
            counts = [Count(one.kind, year_begins(asked.due_on))]
            if holder.used.get((one.kind, year_begins(asked.due_on))):
                raise BenefitUsedUp
        elif one.most_per_year is not None:
            counts = [Count(one.rule, year_begins(asked.due_on))]
            if is_used_up(one, holder, asked.due_on):
                raise BenefitUsedUp
        grants = [grant_of(one, points, till, day, tenant, facility)]
        return Order(bonus=bonus(one.name, grants, counts, till, day))

    return give


def bonus(
    reason: str,
    grants: Sequence[Grant | None],
    counts: Sequence[Count],
    till: Till,
    day: date,
) -> Bonus:
    """What is booked of some grants; what gives no points is booked all the same."""
    given = tuple(grant for grant in grants if grant is not None)
    funders = {part.funder_id for grant in given for part in grant.parts}
    if till.stopped and till.tenant.party_id in funders:
        raise GrantingStopped
    return Bonus(reason, given, in_force(till.schemes, day).scheme_id, tuple(counts))


def grant_of(
    one: Occasion,
    points: int,
    till: Till,
    day: date,
    tenant: Party | None,
    facility: Party | None,
) -> Grant | None:
    """The points of an occasion, carved among its funders; None where there are none."""
    if points == 0:
        return None
    lasts = expires_on(one, till, day)
    return Grant(
        rule=one.rule,
        parts=parts_of(one, points, till.operator, tenant, facility),
        expires_on=lasts,
        usable_from=day,
        limited=one.lasts_days is not None,
        facility_id=one.facility_id if one.ring_fenced else None,
    )


def expires_on(one: Occasion, till: Till, day: date) -> date:
    """The last day: so many days after this one (which does not count: 民法140), else by the expiry
    policy of its kind; what is given without a sale does not slide with purchases (domain 5)."""
    if one.lasts_days is not None:
        return day + timedelta(days=one.lasts_days)
    return last_day(policy_of(till.expiry, one.kind, day), day)


def parts_of(
    one: Occasion, points: int, operator: Party, tenant: Party | None, facility: Party | None
) -> tuple[Part, ...]:
    """Whole points by largest remainder, a tie to facility and operator before the tenant. The
    facility is the one of the occasion, else where it happened, else the operator's own part."""
    if one.facility_id is not None and one.facility is not None:
        facility = Party(one.facility_id, one.facility)
    shares = [
        (facility or operator, one.facility_weight),
        (operator, one.operator_weight),
        (tenant or operator, one.tenant_weight),
    ]
    weighed: dict[Party, int] = {}
    for party, weight in shares:
        if weight:
            weighed[party] = weighed.get(party, 0) + weight
    carved = largest_remainder(points, list(weighed.values()))
    parts = zip(weighed, carved, strict=True)
    return tuple(Part(party.party_id, party.code, n) for party, n in parts if n)


def warnings(one: Occasion) -> tuple[str, ...]:
    """What the law of premiums would have an operator look at before it goes live (domain 3.2)."""
    if one.kind in WITHOUT_PURCHASE and one.points > NO_POINTS:
        return ("no-purchase-over-200",)
    return ()


def yearly_slip(one: Occasion, member_id: int, on: date) -> str:
    """The slip of what comes once a fiscal year, or once a day."""
    match one.kind:
        case "birthday":
            return f"birthday/{fiscal_year(on)}/{member_id}"
        case "login":
            return f"login/{one.code}/{on.isoformat()}/{member_id}"
    return f"{one.kind}/{one.code}/{on.year}/{member_id}"
