"""お友達紹介: a member's code, and a friend who names it before buying anything. Both get theirs
after the friend's first purchase that earns, by the follower of the journal."""

import secrets
from datetime import date, datetime

from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.giving_refusals import AlreadyReferred, SelfReferral

CODE_OF = statement(__file__, "referral_code")
REFERRAL = statement(__file__, "referral")
REFER = statement(__file__, "refer")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LENGTH = 10  # 50 bits: nobody meets a code by trying


async def code_of(conn: AsyncConnection, member_id: int, now: datetime) -> str:
    """A member's code, made when it is first asked for; it says nothing of the member."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    asked = {"member_id": member_id, "code": code, "now": now}
    return str((await rows(conn, CODE_OF, asked))[0]["code"])


async def refer(conn: AsyncConnection, friend_id: int, code: str, today: date) -> None:
    """A friend names who brought it, in the caller's transaction: `NotFound` for a code that is
    nobody's; `SelfReferral` where both are one person, one phone, one mail or one household (one
    postcode and family name: no street is kept), or the referrer was brought by the friend;
    `AlreadyReferred` for whoever named somebody before, or has bought already."""
    asked = {"friend_id": friend_id, "code": code}
    found = await rows(conn, REFERRAL, asked)
    if not found:
        raise NotFound(pointer="/code")
    [facts] = found
    if facts["same"] or facts["brought_by_friend"]:
        raise SelfReferral
    if facts["known"]:
        raise AlreadyReferred
    named = {"friend_id": friend_id, "referrer_id": facts["referrer_id"], "today": today}
    if (await conn.execute(REFER, named)).rowcount == 0:
        raise AlreadyReferred
