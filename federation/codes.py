"""会員コード: twenty digits that stand for a member for five minutes, and pay once.

A code begins like the programme's cards, so that a till knows where to ask, and never like a code
of a payment service (9000, 3158; domain 7). The rest is drawn by the system's own dice.
"""

import secrets
from datetime import datetime, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.refusals import NotFound, RateLimited
from federation.sql import statement

ISSUE = statement(__file__, "issue_code")
SWEEP = statement(__file__, "sweep_codes")
REVOKE = statement(__file__, "revoke_codes")
EARNING = statement(__file__, "earning_code")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(28003, hashint8(%(member_id)s::bigint))"

PREFIX = "6304"
DRAWN_DIGITS = 16
LIFETIME = timedelta(seconds=300)
REFRESH = timedelta(seconds=60)
MOST = 10  # codes of one member in one lifetime
KEPT = timedelta(days=1)


class MemberCode(Struct, frozen=True):
    """A code for the member's screen: until when it lives, and when to show a new one."""

    code: str
    expires_at: datetime
    refresh_at: datetime


async def issue(conn: AsyncConnection, member_id: int, now: datetime) -> MemberCode:
    """A fresh code; older ones stay good until they are over. `RateLimited` where a member was
    given too many, `NotFound` where nobody is with us."""
    code = drawn()
    asked = {
        "member_id": member_id,
        "code": code,
        "now": now,
        "since": now - LIFETIME,
        "expires_at": now + LIFETIME,
        "most": MOST,
    }
    await conn.execute(ONE_AT_A_TIME, asked)
    row = await (await conn.execute(ISSUE, asked)).fetchone()
    if row is None:
        raise NotFound
    issued, first_at = row
    if not issued:
        waits = first_at + LIFETIME - now
        raise RateLimited(retry_after=max(1, -(-waits // timedelta(seconds=1))))
    return MemberCode(code, now + LIFETIME, now + REFRESH)


async def issue_earning(conn: AsyncConnection, member_id: int, now: datetime) -> str:
    """A code for whoever named their phone number: a till gives points by it for 300 seconds, and
    takes none (domain 7)."""
    code = drawn()
    asked = {"member_id": member_id, "code": code, "now": now, "expires_at": now + LIFETIME}
    await conn.execute(EARNING, asked)
    return code


def drawn() -> str:
    """Twenty digits that nobody can guess."""
    return f"{PREFIX}{secrets.randbelow(10**DRAWN_DIGITS):0{DRAWN_DIGITS}}"


async def revoke(conn: AsyncConnection, member_id: int, now: datetime) -> int:
    """End every code of a member that has not ended; how many."""
    asked = {"member_id": member_id, "now": now}
    return (await conn.execute(REVOKE, asked)).rowcount


async def sweep(conn: AsyncConnection, now: datetime) -> int:
    """Forget codes that have been over for a day; how many."""
    return (await conn.execute(SWEEP, {"before": now - KEPT})).rowcount
