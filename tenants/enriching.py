"""会員情報の追加: what a member tells of themselves later is rewarded once per field; what was
known before is not, and what is mended never again.

The points are booked at the desk under the slip `profile/FIELD/MEMBER`, so that they are booked
once however often anybody asks; what could not be booked at once, the next round books.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation import carriers, profiles
from federation.days import day_of
from federation.desk import Desk
from federation.profiles import Profile, Standing
from federation.reading import rows
from federation.refusals import Refusal
from federation.slips import About, Asked, Bonus, Grant, Holder, Order, Part, Rule
from federation.sql import statement
from tenants import joining_rules, privacy
from tenants.callers import Caller
from tenants.expiring import last_day, policy_of
from tenants.mall import Mall
from tenants.office import OFFICE
from tenants.privacy import NoPersonalData
from tenants.terms import Party, Till, in_force

TELL = statement(__file__, "tell_fields")
TO_BOOK = statement(__file__, "rewards_to_book")
BOOKED = statement(__file__, "reward_booked")

REWARDED = ("birth_on", "postcode", "sex", "name")
AT_ONCE = 100
TRIES = 2
OWN = 2**62  # the hub itself cannot be shut out: only its till's terms are looked at
HUB, OPERATOR_ID = "meguri", 1
KIND = "profile"
FINAL = frozenset({201, 409, 422})


class BirthDateFixed(Refusal):
    """生年月日は一度だけ、事務局でのみ訂正できます
    A birth date is mended once, and by the office alone."""

    burns = False
    do = "call"
    staff_text = "生年月日は変更できません"


class Fresh(Struct, frozen=True):
    """A field that was not known before, and what telling it is worth."""

    field: str
    points: int


class Rewarding(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points for a field of a profile."""

    call: ClassVar[str] = "profile-rewards"

    field: str
    points: int


async def tell(conn: AsyncConnection, member_id: int, told: Profile, now: datetime) -> list[Fresh]:
    """Keep what a member tells; which of it was new, and its worth. `BirthDateFixed` where another
    birthday is known."""
    if told.personal and await privacy.forbids(conn):
        raise NoPersonalData(pointer=f"/{told.personal[0]}")
    await carriers.lock(conn, member_id)
    known = (await profiles.read(conn, member_id)).profile
    if known.birth_on is not None and told.birth_on not in (None, known.birth_on):
        raise BirthDateFixed(pointer="/birth_on")
    new = {name: value for name, value in structs.asdict(told).items() if value is not None}
    await profiles.write(conn, member_id, structs.replace(known, **new), now)
    fresh = [name for name in REWARDED if name in new and getattr(known, name) is None]
    worth = await joining_rules.rewards(conn, day_of(now))
    asked = {
        "member_id": member_id, "fields": fresh, "points": [worth[name].points for name in fresh],
        "funders": [worth[name].funder_id for name in fresh], "now": now,
    }  # fmt: skip
    return [Fresh(**row) for row in await rows(conn, TELL, asked)]


def mend(standing: Standing, told: Profile) -> None:
    """Whether the office may write this birthday: it is mended once."""
    known = standing.profile.birth_on
    if known is not None and told.birth_on != known and standing.birth_changes > 0:
        raise BirthDateFixed(pointer="/birth_on")


def rewarding(funder: Party) -> Rule:
    """The rule of such points, a bonus (`profile:FIELD`) that one party pays for."""

    def reward(asked: Rewarding, till: Till, _: Holder) -> Order:
        day, rule = asked.business_date, f"profile:{asked.field}"
        given = Grant(
            rule=rule,
            parts=(Part(funder.party_id, funder.code, asked.points),),
            expires_on=last_day(policy_of(till.expiry, KIND, day), day),
            usable_from=day,
        )
        return Order(bonus=Bonus(rule, (given,), in_force(till.schemes, day).scheme_id))

    return reward


async def book_rewards(
    conn: AsyncConnection[Any], desk: Desk, mall: Mall, now: datetime, member_id: int | None = None
) -> int:
    """Book what members (or one) have told and was not rewarded yet, at most a hundred; how many
    were. Each is committed by itself: asked again, it goes on where it stopped."""
    async with conn.transaction():
        waiting = await rows(conn, TO_BOOK, {"most": AT_ONCE, "member_id": member_id})
    if not waiting:
        return 0
    booked = 0
    for one in waiting:
        if one["points"] and not await _booked(one, desk, mall, now):
            continue
        async with conn.transaction():
            asked = {"member_id": one["member_id"], "field": one["field"], "now": now}
            booked += (await conn.execute(BOOKED, asked)).rowcount
    return booked


async def _booked(one: dict[str, Any], desk: Desk, mall: Mall, now: datetime) -> bool:
    """Whether a reward stands in the books; where a term had moved since the till was looked up,
    it is looked up again."""
    asked = Rewarding(
        slip=f"profile/{one['field']}/{one['member_id']}",
        till=OFFICE,
        business_date=day_of(now),
        at=now,
        field=one["field"],
        points=one["points"],
    )
    funder = Party(one["funder_id"], one["funder"])
    caller = Caller(HUB, OPERATOR_ID, frozenset(), None, wide=False, vouched=OWN)
    about = About("", (one["member_id"],))
    for _ in range(TRIES):
        with suppress(Refusal):
            till = await mall.till(caller, OFFICE)
            answer = await desk.book(asked, rewarding(funder), till, about)
            if answer.status in FINAL:
                return True
            mall.forget()
    return False
