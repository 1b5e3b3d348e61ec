"""クーポンのお知らせ: when a coupon goes live whoever it is for is told, once; and what is past its
last day ends. A job of slices: it goes on where it stood, and who joins later is told then."""

from datetime import date, datetime, timedelta

from msgspec.json import encode
from psycopg import AsyncConnection

from federation.sql import statement
from tenants.coupons.coupon import Coupon, told
from tenants.coupons.drafting import step
from tenants.coupons.reading import read
from tenants.layout import Why

ANNOUNCE = statement(__file__, "announce")
MOST = 500
CLOCK = Why("clock", "期間終了")
DAY = timedelta(days=1)


async def announce_coupons(
    conn: AsyncConnection, today: date, now: datetime, most: int = MOST
) -> int:
    """Tell members of live coupons that have begun, so many a transaction, and end what has been
    over for two days (a slip of yesterday may still be undone); how many notices were left. The
    connection is in autocommit."""
    notices = 0
    for coupon in await read(conn, drafts=False):
        if coupon.state in ("live", "paused") and coupon.to_on < today - DAY:
            async with conn.transaction():
                await step(conn, coupon.code, "ended", CLOCK, now)
        elif coupon.state == "live" and coupon.from_on <= today <= coupon.to_on:
            notices += await announce(conn, coupon, today, now, most)
    return notices


async def announce(
    conn: AsyncConnection, coupon: Coupon, today: date, now: datetime, most: int
) -> int:
    """Tell whoever one coupon is for."""
    bring, bring_en = told(coupon)
    facts = {
        "coupon": coupon.code,
        "name": coupon.name,
        "name_en": coupon.name_en,
        "benefit": bring,
        "benefit_en": bring_en,
        "from_on": coupon.from_on,
        "to_on": coupon.to_on,
    }
    asked = {
        "code": coupon.code,
        "segment": coupon.segment,
        "first_visit": coupon.first_visit,
        "facts": encode(facts).decode(),
        "today": today,
        "now": now,
        "most": most,
    }
    notices = 0
    while True:
        async with conn.transaction():
            row = await (await conn.execute(ANNOUNCE, asked)).fetchone()
        assert row is not None
        looked_at, some = row
        notices += int(some)
        if looked_at < most:
            return notices
