"""クーポンの読み出し: coupons out of the database, and what stands between one and a member."""

from datetime import datetime
from typing import Any

from msgspec import Struct, structs
from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from federation.sql import statement
from tenants.coupons.coupon import Coupon, Share

COUPONS = statement(__file__, "coupons")
PRESENTED = statement(__file__, "presented")
HELD = statement(__file__, "held")


class Held(Struct, frozen=True):
    """What a member has of one coupon: how often it was used, until when it lives, and what is left
    of its stock for all."""

    coupon_id: int
    uses: int
    started_at: datetime | None
    ends_at: datetime | None
    left: int | None


async def published(conn: AsyncConnection) -> dict[str, Coupon]:
    """Every coupon that was published, by code."""
    return {coupon.code: coupon for coupon in await read(conn, drafts=False)}


async def read(conn: AsyncConnection, *, drafts: bool) -> list[Coupon]:
    """All coupons, the oldest first."""
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(COUPONS, {"drafts": drafts})
        return [coupon_of(row) for row in await cursor.fetchall()]


def coupon_of(row: dict[str, Any]) -> Coupon:
    """A row as a coupon."""
    shares = tuple(Share(*share) for share in row.pop("shares"))
    lists = ("weekdays", "shops", "facilities", "excluded_categories")
    return Coupon(**{**row, **{name: tuple(row[name]) for name in lists}}, shares=shares)


class Named(Struct, frozen=True):
    """A coupon by its code or its number, and a member by what a scanner read or by number."""

    code: str | None = None
    coupon_id: int | None = None
    card: str | None = None
    member_id: int | None = None


async def presented(conn: AsyncConnection, named: Named) -> tuple[str | None, dict[int, datetime]]:
    """The code of a coupon that is shown to a till, and until when it lives for the member."""
    rows = await (await conn.execute(PRESENTED, structs.asdict(named))).fetchall()
    code = rows[0][0] if rows else named.code
    return code, {row[1]: row[2] for row in rows if row[1] is not None and row[2] is not None}


async def held(conn: AsyncConnection, member_id: int) -> dict[int, Held]:
    """What a member has of every coupon that is live."""
    async with conn.cursor(row_factory=class_row(Held)) as cursor:
        await cursor.execute(HELD, {"member_id": member_id})
        return {one.coupon_id: one for one in await cursor.fetchall()}
