"""入会条件: what the operator decided about joining: how old one must be, what telling more is
worth; which notice of the use of their data members agree to."""

from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.reading import rows
from federation.refusals import Refusal, Validation
from federation.sql import statement
from tenants.ages import age_on
from tenants.layout import Why
from tenants.personal_file import Notice

NOTICE = "joint-use"
NOTICE_IN_FORCE = statement(__file__, "notice_in_force")
PENDING = statement(__file__, "pending_notice")
AGE = (
    "SELECT minimum_age_years FROM tenants.joining_rules WHERE from_on <= %(today)s"
    " ORDER BY from_on DESC LIMIT 1"
)
SET_AGE = statement(__file__, "set_minimum_age")
REWARDS = statement(__file__, "profile_rewards")
SET_REWARD = statement(__file__, "set_profile_reward")
PAYERS = (
    "SELECT party_id FROM tenants.parties WHERE code = %(funder)s"
    " AND (kind IN ('operator', 'facility') OR code = 'promotion')"
)


class TooYoung(Refusal):
    """会員になれる年齢に達していません
    You are not old enough to become a member yet."""

    burns = False
    staff_text = "入会年齢に達していません"


class NoticeMoved(Refusal):
    """個人情報の取扱いのお知らせが改まりました。新しい版をお読みのうえ同意してください
    The notice of how your data are used has changed: read the new version, and agree to that."""

    burns = False
    do = "ask-member"
    staff_text = "新しい版に同意が必要"


class DayDecided(Refusal):
    """この日からの設定はすでにあります。別の日を選んでください
    From this day on it was decided already: choose another day."""

    burns = False
    staff_text = "設定済みの日付"


class Joining(Struct, frozen=True):
    """What joining takes on a day: an age in years, and the notice that is agreed to."""

    minimum_age_years: int
    notice: Notice


async def joining(conn: AsyncConnection, today: date) -> Joining:
    """What joining takes today."""
    found = await rows(conn, AGE, {"today": today})
    return Joining(found[0]["minimum_age_years"], await notice_in_force(conn, today))


async def notice_in_force(conn: AsyncConnection, today: date) -> Notice:
    """The version of the joint-use notice that members agree to today."""
    async with conn.cursor(row_factory=class_row(Notice)) as cursor:
        await cursor.execute(NOTICE_IN_FORCE, {"notice": NOTICE, "today": today})
        found = await cursor.fetchone()
    assert found is not None, "0032 laid out the first"
    return found


async def pending(conn: AsyncConnection, member_id: int, today: date) -> Notice | None:
    """The version that a member is to be asked about: newer than what they answered, and than what
    was in force when they joined."""
    async with conn.cursor(row_factory=class_row(Notice)) as cursor:
        await cursor.execute(PENDING, {"notice": NOTICE, "member_id": member_id, "today": today})
        return await cursor.fetchone()


def admit(told: "Told", rules: Joining, today: date) -> None:
    """Whether somebody may join: old enough by their birthday, or as they say; and they agreed to
    the notice that is in force."""
    if told.notice_version != rules.notice.version:
        raise NoticeMoved
    if not told.of_age:
        raise TooYoung
    if told.birth_on is not None and age_on(told.birth_on, today) < rules.minimum_age_years:
        raise TooYoung


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody who joins says: one thing by which to reach them, that they are old enough, and
    which version of the notice they read; it may be a card in their hand, and their birthday."""

    email: str | None = None
    phone: str | None = None
    of_age: bool
    notice_version: int
    birth_on: date | None = None
    card: str | None = None

    @property
    def contact(self) -> str:
        """Where a code reaches them."""
        found = self.email or self.phone
        assert found is not None
        return found


async def set_minimum_age(conn: AsyncConnection, years: int, from_on: date, why: Why) -> None:
    """From a day on, members must be so old."""
    asked = {"years": years, "from_on": from_on, "author": why.author, "reason": why.reason}
    if (await conn.execute(SET_AGE, asked)).rowcount != 1:
        raise DayDecided


class Worth(Struct, frozen=True):
    """What telling a field is worth, in points, and who pays for them."""

    field: str
    points: int
    funder_id: int
    funder: str


async def rewards(conn: AsyncConnection, today: date) -> dict[str, Worth]:
    """What each field is worth on a day."""
    found = await rows(conn, REWARDS, {"today": today})
    return {row["field"]: Worth(**row) for row in found}


async def set_reward(
    conn: AsyncConnection, field: str, points: int, from_on: date, why: Why, funder: str
) -> None:
    """From a day on, telling a field is worth so many points of the operator's, a facility's or the
    promotion fund's, by its code: no shop takes part in it."""
    payers = await rows(conn, PAYERS, {"funder": funder})
    if not payers:
        raise Validation(pointer="/funder")
    asked = {
        "field": field, "points": points, "from_on": from_on, "author": why.author,
        "reason": why.reason, "funder": funder,
    }  # fmt: skip
    if (await conn.execute(SET_REWARD, asked)).rowcount != 1:
        raise DayDecided
