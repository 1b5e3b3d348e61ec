"""見積: what a sale would earn and how many points may be spent, without booking anything."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection

from federation import days, stocks, traits
from federation.answers import Balance, Granted, granted
from federation.opaque import Names
from federation.reading import holder, spendable
from federation.refusals import CardNotActive
from federation.slips import CardNumber, Holder, PointsOrNone, StaffCode, TillCode, Yen
from tenants.coupons.offering import CouponOffer, offered
from tenants.coupons.using import UseCoupon
from tenants.earning import Lines, Tenders, accrual, covers, excluded
from tenants.spending import Purchase, left_today, static_limit, too_often
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
    """What the purchase would earn if it were made now, and what the member could spend on it;
    and each of its coupons that would do by itself."""

    member: str
    rank: str
    points: int
    grants: tuple[Granted, ...]
    redeemable_points: int
    yen_to_next_point: int | None
    balance: Balance
    coupons: tuple[CouponOffer, ...]


async def quote(conn: AsyncConnection, ask: Ask, till: Till, names: Names, now: datetime) -> Quote:
    """Ask the rules as a booking would, and leave no trace."""
    days.admit(ask.business_date, ask.at, now)
    facts, has = await holder(conn, ask.card, now, till.counted)
    if facts.carrier_state == "stopped":
        raise CardNotActive
    facility_id = till.facility.party_id if till.facility is not None else None
    here = await spendable(conn, facts.member_id, facility_id, now)
    sale = Purchase(slip="quote", receipt_no="quote", **structs.asdict(ask))
    facts = structs.replace(
        facts,
        stocks=await stocks.left(conn, sale.stocks(till)),
        traits=await traits.borne_by(conn, facts.member_id, till.traits, ask.business_date),
    )
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
        coupons=await offered(conn, coupon_use(ask), till, facts, now),
    )


def coupon_use(ask: Ask) -> UseCoupon:
    """The purchase as a coupon would be taken off it; by its lines, where it has any."""
    return UseCoupon(
        slip="quote",
        till=ask.till,
        business_date=ask.business_date,
        at=ask.at,
        card=ask.card,
        coupon="quote",
        receipt_no="quote",
        payable_yen=ask.paid_yen + ask.points,
        excluded_yen=None if ask.lines else ask.excluded_yen,
        lines=ask.lines,
    )


def redeemable(here: int, sale: Purchase, till: Till, holder: Holder) -> int:
    """How many points could be spent: what may be spent here today, what is to be paid for goods
    that earn, what a bare card number reaches, and what the day's limit leaves."""
    used = holder.carrier_kind == "code" and holder.carrier_state == "used"
    day = sale.business_date
    if holder.state != "active" or holder.points_owed > 0 or used or too_often(day, till, holder):
        return 0
    payable_yen = sale.paid_yen + sale.points - excluded(sale, in_force(till.terms, day))
    limits = (static_limit(day, till, holder), left_today(day, till, holder))
    return min(here, max(0, payable_yen), *(limit for limit in limits if limit is not None))
