"""What a till should know about itself before it asks anything."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import TOKYO
from federation.sql import statement
from tenants.terms import Till, in_force

OFFLINE = statement(__file__, "till_offline")


class Offline(Struct, frozen=True):
    """What a till may take in points while it cannot ask, the key it signs with, and the last `seq`
    that came under it; without a key, neither."""

    per_line_points: int
    per_till_day_points: int
    kid: str | None
    last_seq: int | None


class TillFacts(Struct, frozen=True):
    """The hub's time, the open business date, and the shop's terms on it."""

    till: str
    shop: str
    server_time: datetime
    business_date: date
    day_starts: time
    yen_per_point: int
    tax_treatment: str
    static_card_limit_points: int
    excluded_categories: tuple[str, ...]
    counter: bool
    late_claim_days: int
    redemption_limit_points_per_day: int | None
    offline: Offline


async def offline(conn: AsyncConnection, tenant_id: int, till: str, business_date: date) -> Offline:
    """What holds for a till of the tenant that the connection has named."""
    asked = {"tenant_id": tenant_id, "till": till, "business_date": business_date}
    row = await (await conn.execute(OFFLINE, asked)).fetchone()
    assert row is not None
    kid, last_seq, per_line, per_till_day = row
    return Offline(per_line or 0, per_till_day or 0, kid, None if kid is None else last_seq or 0)


def open_date(till: Till, now: datetime, today: date) -> date:
    """A shop that opens at 05:00 is still in yesterday's business until then."""
    before_cut = now.astimezone(TOKYO).time() < till.day_starts
    return today - timedelta(days=1) if before_cut else today


def till_facts(till: Till, now: datetime, business_date: date, offline: Offline) -> TillFacts:
    """What holds for a till on a business date."""
    terms = in_force(till.terms, business_date)
    programme = in_force(till.programme, business_date)
    return TillFacts(
        till.till,
        till.shop,
        now.astimezone(TOKYO),
        business_date,
        till.day_starts,
        terms.yen_per_point,
        terms.tax_treatment,
        terms.static_card_limit_points,
        tuple(sorted(terms.excluded_categories)),
        till.counter,
        programme.late_claim_days if till.counter else 1,
        programme.redemption_limit_points_per_day,
        offline,
    )
