"""特典の利用: what a rank gives beside points is used at a till: noted with its funder, within its
limits, and without a point; `handing.py` hands over prizes, and takes back either."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import days
from federation import ranks as books
from federation.reading import holder, rows
from federation.refusals import CardNotActive, OverLimit, Refusal, SlipReused
from federation.slips import CardNumber, SlipNumber, StaffCode, TillCode
from federation.sql import statement
from tenants.ranks.laying import Code, benefits_on
from tenants.terms import Till

PLACES = statement(__file__, "places")
USED = statement(__file__, "used")
COUNTS = statement(__file__, "counts")
USE = statement(__file__, "use")

Now = Callable[[], datetime]


class BenefitNotHeld(Refusal):
    """この会員のランクにはない特典です
    The member's rank does not give this benefit."""

    do = "ask-member"
    staff_text = "対象ランク外の特典です"


class UseBenefit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A benefit that is used at a till."""

    slip: SlipNumber
    till: TillCode
    business_date: date
    at: Annotated[datetime, Meta(tz=True)]
    card: CardNumber
    benefit: Code
    staff: StaffCode | None = None


class BenefitUsed(Struct, frozen=True):
    """What was used, and how often more it may be; no points moved."""

    slip: str
    benefit: str
    name: str
    name_en: str
    rank: str
    business_date: date
    funder: str
    points: int
    left_today: int
    left_this_month: int | None


async def use(
    conn: AsyncConnection, asked: UseBenefit, till: Till, now: datetime
) -> tuple[BenefitUsed, bool]:
    """Note a use under the member's lock; the same slip again is answered the same, and says so."""
    days.admit(asked.business_date, asked.at, now)
    facts, _ = await holder(conn, asked.card, now)
    if facts.carrier_state == "stopped" or facts.state in ("merged", "withdrawn", "frozen"):
        raise CardNotActive
    [ranked] = await books.lock(conn, [facts.member_id])
    known = await rows(conn, USED, {"shop_id": till.shop_id, "slip": asked.slip})
    held = await benefits_on(conn, asked.business_date)
    if known:
        return again(asked, facts.member_id, known[0]), True
    rank = ranked.rank_on(asked.business_date)
    places = {row["rank"]: row["place"] for row in await rows(conn, PLACES, {})}
    benefit = held.get(asked.benefit)
    if benefit is None or places.get(rank, 0) < benefit.place:
        raise BenefitNotHeld
    told = {
        "member_id": facts.member_id, "benefit": asked.benefit, "day": asked.business_date,
        "slip": "",
    }  # fmt: skip
    [count] = await rows(conn, COUNTS, told)
    today, month = count["today"] + 1, count["this_month"] + 1
    if today > benefit.per_day or (benefit.per_month is not None and month > benefit.per_month):
        raise OverLimit
    used = BenefitUsed(
        asked.slip,
        asked.benefit,
        benefit.name,
        benefit.name_en,
        rank,
        asked.business_date,
        benefit.funder,
        0,
        benefit.per_day - today,
        None if benefit.per_month is None else benefit.per_month - month,
    )
    kept: dict[str, Any] = {
        **told, "slip": asked.slip, "shop_id": till.shop_id, "tenant_id": till.tenant_id,
        "till": till.till, "rank": rank, "funder_id": benefit.funder_id, "now": now,
        "answer": msgspec.json.encode(used).decode(), "staff": asked.staff,
        "card_member_id": None, "card_no": None,
    }  # fmt: skip
    await conn.execute(USE, kept)
    return used, False


def again(asked: UseBenefit, member_id: int, known: dict[str, Any]) -> BenefitUsed:
    """What a slip was answered; `SlipReused` where it says something else now."""
    same = (known["member_id"], known["benefit"], known["business_date"], known["till"])
    if same != (member_id, asked.benefit, asked.business_date, asked.till):
        raise SlipReused
    return msgspec.json.decode(known["answer"], type=BenefitUsed)
