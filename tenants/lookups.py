"""会員の確認: who stands at the till, as far as a till may know; counted, so that nobody walks
through the phone book."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation import codes
from federation.days import TOKYO
from federation.opaque import Names
from federation.reading import holder, rows
from federation.refusals import CardNotActive, RateLimited
from federation.sql import statement
from tenants.member_words import masked_name
from tenants.ranks.standing import PLACES
from tenants.terms import Till

COUNT = statement(__file__, "count_lookup")
SWEEP = statement(__file__, "sweep_lookups")
COUNT_PHONE = statement(__file__, "count_phone_lookup")
SWEEP_PHONES = statement(__file__, "sweep_phone_lookups")
NAME = "SELECT name FROM federation.profiles WHERE member_id = %(member_id)s"

A_MINUTE = timedelta(minutes=1)
PER_MINUTE = 30
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)
BY_PHONE_AN_HOUR = 30  # of one till
BY_PHONE_A_DAY = 1_000  # of one tenant (security T-12)
KEPT = timedelta(days=2)

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


class Found(Struct, frozen=True, omit_defaults=True):
    """Who stands at the till: enough to ask the customer whether it is right."""

    member: str
    rank: str
    rank_name: str
    rank_name_en: str
    may: tuple[str, ...]
    name: str | None = None
    card: str | None = None  # by a phone: what a till sends to give points, for 300 seconds


class Lookups:
    """Counts before it looks, in a transaction of its own: what finds nobody counts as well."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def count(self, till: Till, now: datetime, *, by_phone: bool = False) -> None:
        """One more look-up of a till in this minute; `RateLimited` beyond thirty, and by phone
        beyond thirty an hour or a thousand a day of its tenant."""
        minute = now.replace(second=0, microsecond=0)
        asked = {"tenant_id": till.tenant_id, "till": till.till, "minute_at": minute}
        async with self._connect() as conn:
            row = await (await conn.execute(COUNT, asked)).fetchone()
        assert row is not None
        if row[0] > PER_MINUTE:
            raise RateLimited(retry_after=seconds(minute + A_MINUTE - now))
        if by_phone:
            await self._count_phone(till, now)

    async def _count_phone(self, till: Till, now: datetime) -> None:
        local = now.astimezone(TOKYO)
        hour, day = (
            local.replace(minute=0, second=0, microsecond=0),
            local.replace(hour=0, minute=0, second=0, microsecond=0),
        )
        asked = {
            "tenant_id": till.tenant_id, "till": till.till, "hour_at": hour, "day_at": day
        }  # fmt: skip
        async with self._connect() as conn:
            found: dict[str, int] = dict(await (await conn.execute(COUNT_PHONE, asked)).fetchall())
        if found[""] > BY_PHONE_A_DAY:
            raise RateLimited(retry_after=seconds(day + A_DAY - now))
        if found[till.till] > BY_PHONE_AN_HOUR:
            raise RateLimited(retry_after=seconds(hour + AN_HOUR - now))


def seconds(waits: timedelta) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, -(-waits // timedelta(seconds=1)))


async def look_up(
    conn: AsyncConnection, carrier: str, till: Till, names: Names, now: datetime
) -> Found:
    """The member behind a card or a phone. By a phone number points are never spent (domain 7)."""
    facts, _ = await holder(conn, carrier, now)
    if facts.carrier_state == "stopped" or facts.state in ("merged", "withdrawn"):
        raise CardNotActive
    spends = (
        facts.state == "active"
        and not facts.points_owed
        and facts.carrier_kind in ("card", "code")
        and facts.carrier_state == "active"
    )
    named = await rows(conn, NAME, {"member_id": facts.member_id})
    ranks = {row["rank"]: row for row in await rows(conn, PLACES, {})}
    rank = ranks.get(facts.rank, {"name": facts.rank, "name_en": facts.rank})
    return Found(
        names.seal("member", till.tenant_id, facts.member_id),
        facts.rank,
        rank["name"],
        rank["name_en"],
        ("accrue", "redeem") if spends else ("accrue",),
        masked_name(named[0]["name"]) if named and named[0]["name"] else None,
        await codes.issue_earning(conn, facts.member_id, now)
        if facts.carrier_kind == "phone"
        else None,
    )


async def sweep(conn: AsyncConnection, now: datetime) -> int:
    """Forget yesterday's counts; how many."""
    await conn.execute(SWEEP_PHONES, {"before": now - KEPT})
    return (await conn.execute(SWEEP, {"before": now - KEPT})).rowcount
