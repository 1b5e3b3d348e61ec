"""利用の通知: every redemption is told to its member, by a follower of the journal; and what the
member says to it: 「心当たりがない」 freezes the points at once.

The follower walks the journal by number, in one transaction per slice with its mark: whatever falls
over, and however many of them start, each redemption is told once and none is left out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation import carriers, codes
from federation.carriers import UNREGISTERED
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import NotFound, Refusal
from federation.sql import statement
from tenants import acts
from tenants.callers import Caller
from tenants.pace import pace

TURN = "SELECT number FROM tenants.noticed FOR UPDATE"
NOTICE = statement(__file__, "notice_redemptions")
LIST = statement(__file__, "member_notices")
SEEN = statement(__file__, "see_notices")
DENY = statement(__file__, "deny_notice")
OF = statement(__file__, "notice_of_member")
DENIED = statement(__file__, "denied_notices")
CHOICES = "SELECT kind, wanted FROM tenants.mail_choices WHERE member_id = %(member_id)s"
CHOOSE = statement(__file__, "choose_mail")

MOST = 1_000
REDEEMED = "redeemed"
LINK_LASTS = timedelta(days=30)
MEMBER = "member"  # who froze it: the member
KINDS = {
    REDEEMED: ("ポイントのご利用", "Points that were spent"),
    "lapsing": ("まもなく失効するポイント", "Points that will lapse soon"),
    "birthday": ("お誕生日", "Birthdays"),
    "rank": ("ランク", "Your rank"),
    "campaign": ("キャンペーンとご案内", "Campaigns and news"),
    "coupon": ("クーポン", "Coupons"),
    "paced": ("ポイントの動きの確認", "Points that are kept until we are sure"),
    "points-corrected": ("ポイントの訂正", "Corrections of points"),
}


class DenialOver(Refusal):
    """このリンクは期限切れか無効です。会員ページか窓口でお知らせください
    This link is over or not one of ours: tell us on your page or at the counter."""

    status = 404
    staff_text = "リンクの期限切れ"


class MemberNotice(Struct, frozen=True):
    """What a member is told: what, since when, whether it was seen, whether it was denied."""

    notice_id: int
    kind: str
    facts: dict[str, Any]
    due_at: datetime
    seen_at: datetime | None
    denied_at: datetime | None


class Denial(Struct, frozen=True):
    """A redemption of which its member says that it was not theirs."""

    notice_id: int
    member_id: int
    facts: dict[str, Any]
    denied_at: datetime
    state: str


async def follow(conn: AsyncConnection[Any], most: int = MOST) -> int:
    """Tell members of the next redemptions of the journal, and keep the points of those who spend
    too fast; how many numbers were walked."""
    async with conn.transaction():
        await conn.execute(TURN)  # a statement of its own: the next sees what others left
        await pace.stop_fast(conn, most)
        found = await rows(conn, NOTICE, {"most": most})
    return int(found[0]["walked"]) if found else 0


async def listed(
    conn: AsyncConnection[Any], member_id: int, now: datetime, *, before: int | None, most: int
) -> Sequence[MemberNotice]:
    """What a member was told, the newest first; shown now."""
    asked = {"member_id": member_id, "now": now, "before": before, "most": most}
    async with conn.cursor(row_factory=class_row(MemberNotice)) as cursor:
        await cursor.execute(LIST, asked)
        found = await cursor.fetchall()
    await conn.execute(SEEN, {"notices": [one.notice_id for one in found], "now": now})
    return found


async def of_member(conn: AsyncConnection[Any], member_id: int, notice_id: int) -> MemberNotice:
    """One notice of a redemption of a member's; `NotFound`."""
    async with conn.cursor(row_factory=class_row(MemberNotice)) as cursor:
        await cursor.execute(OF, {"member_id": member_id, "notice_id": notice_id})
        found = await cursor.fetchone()
    if found is None or found.kind != REDEEMED:
        raise NotFound
    return found


async def deny(
    conn: AsyncConnection[Any], member_id: int, notice_id: int, now: datetime
) -> MemberNotice:
    """It was not the member: nothing of theirs is spent from now on, the codes on their screen end,
    and the office is told. Said again, nothing changes; letting it be spent again is the office's.
    """
    told = await of_member(conn, member_id, notice_id)
    if await carriers.lock(conn, member_id) != UNREGISTERED:  # which spends nothing anyway
        if (await conn.execute(DENY, {"notice_id": notice_id, "now": now})).rowcount != 1:
            return await of_member(conn, member_id, notice_id)
        await carriers.freeze(conn, member_id, frozen=True)
        await codes.revoke(conn, member_id, now)
        member = Caller(MEMBER, 1, frozenset(), None, wide=False)
        why = f"利用の心当たりがないとの申し出 / not me ({told.facts.get('shop', '')})"
        await acts.record(conn, member_id, "frozen", member, why, now)
    return await of_member(conn, member_id, notice_id)


async def denials(conn: AsyncConnection[Any], *, before: int | None, most: int) -> Sequence[Denial]:
    """What members denied, the newest first, with whether they are frozen still."""
    async with conn.cursor(row_factory=class_row(Denial)) as cursor:
        await cursor.execute(DENIED, {"before": before, "most": most})
        return await cursor.fetchall()


async def choices(conn: AsyncConnection[Any], member_id: int) -> dict[str, bool]:
    """Which mails a member wants; all that they did not refuse."""
    found = await rows(conn, CHOICES, {"member_id": member_id})
    return dict.fromkeys(KINDS, True) | {row["kind"]: row["wanted"] for row in found}


async def choose(
    conn: AsyncConnection[Any], member_id: int, kind: str, wanted: bool, now: datetime
) -> None:
    """Want mails of a kind, or no longer; `NotFound` where there is no such kind."""
    if kind not in KINDS:
        raise NotFound(pointer="/kind")
    asked = {"member_id": member_id, "kind": kind, "wanted": wanted, "now": now}
    await conn.execute(CHOOSE, asked)


def not_me_link(origin: str, names: Names, member_id: int, notice_id: int) -> str:
    """What a mail about a redemption carries: whoever opens it is asked, and may say once that it
    was not them. The name is enciphered with the instance's secret, so that none can be made up."""
    return f"{origin}/member/not-me?key={names.seal('denial', member_id, notice_id)}"


async def by_link(
    conn: AsyncConnection[Any], names: Names, key: str, now: datetime
) -> tuple[int, MemberNotice]:
    """The member and the notice that such a link is about; `DenialOver` after a month."""
    try:
        member_id, notice_id = names.open("denial", key)
        found = await of_member(conn, member_id, notice_id)
    except NotFound:
        raise DenialOver from None
    if now - found.due_at > LINK_LASTS:
        raise DenialOver
    return member_id, found
