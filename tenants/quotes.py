"""見積: what a sale would earn and how many points may be spent, without booking anything."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection

from federation import days
from federation.answers import Balance, Granted, granted
from federation.opaque import Names
from federation.reading import holder, spendable
from federation.refusals import CardNotActive
from federation.slips import CardNumber, Holder, PointsOrNone, StaffCode, TillCode, Yen
from tenants.earning import Lines, Tenders, accrual, covers, excluded
from tenants.spending import Purchase, left_today, static_limit
from tenants.terms import Till, in_force


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A purchase that might be made; it has no slip, since nothing is booked."""

    till: TillCode
    staff: StaffCode | None = None
    business_date: date
    at: Annotated[datetime, Meta(tz=True)]
    card: CardNumber
    paid_yen: Yen
    points: PointsOrNone = 0
    excluded_yen: Yen | None = None
    lines: Lines | None = None
    tenders: Tenders | None = None


class Quote(Struct, frozen=True):
    """What the purchase would earn if it were made now, and what the member could spend on it."""

    member: str
    rank: str
    points: int
    grants: tuple[Granted, ...]
    redeemable_points: int
    yen_to_next_point: int | None
    balance: Balance


async def quote(conn: AsyncConnection, ask: Ask, till: Till, names: Names, now: datetime) -> Quote:
    """Ask the rules as a booking would, and leave no trace."""
    days.admit(ask.business_date, ask.at, now)
    facts, has = await holder(conn, ask.card, now, till.counted)
    if facts.carrier_state == "stopped":
        raise CardNotActive
    facility_id = till.facility.party_id if till.facility is not None else None
    here = await spendable(conn, facts.member_id, facility_id, now)
    sale = Purchase(slip="quote", receipt_no="quote", **structs.asdict(ask))
    earned = accrual(sale, till, facts)
    if not covers(earned, till):
        earned = structs.replace(earned, grants=())
    return Quote(
        member=names.seal("member", till.tenant_id, facts.member_id),
        rank=facts.rank,
        points=earned.points,
        grants=tuple(granted(grant, ask.business_date) for grant in earned.grants),
        redeemable_points=redeemable(here, sale, till, facts),
        yen_to_next_point=earned.yen_to_next_point,
        balance=has,
    )


def redeemable(here: int, sale: Purchase, till: Till, holder: Holder) -> int:
    """How many points could be spent: what may be spent here today, what is to be paid for goods
    that earn, what a bare card number reaches, and what the day's limit leaves."""
    used = holder.carrier_kind == "code" and holder.carrier_state == "used"
    if holder.state != "active" or holder.points_owed > 0 or used:
        return 0
    day = sale.business_date
    payable_yen = sale.paid_yen + sale.points - excluded(sale, in_force(till.terms, day))
    limits = (static_limit(day, till, holder), left_today(day, till, holder))
    return min(here, max(0, payable_yen), *(limit for limit in limits if limit is not None))
