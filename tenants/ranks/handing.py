"""景品の引渡し: the prize of a full card is handed over at a till, once: who, where, when. What was
handed over by mistake, a prize or a rank's benefit, is taken back, and may be had again. No point
moves: a prize has no yen in the books."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import days
from federation import ranks as books
from federation.reading import holder, rows
from federation.refusals import AlreadyReversed, CardNotActive, NotFound, Refusal, SlipReused
from federation.slips import CardNumber, SlipNumber, StaffCode, TillCode
from federation.sql import statement
from tenants.ranks.benefits import USE, USED
from tenants.terms import Till
from tenants.undoing import Reason

DUE = statement(__file__, "prizes_due")
OF_SLIP = statement(__file__, "handed_by")
TAKE_BACK = statement(__file__, "take_back")
HANDED = statement(__file__, "handed")
PRIZE = "prize:"
OPERATOR_ID = 1

Now = Callable[[], datetime]
OccasionCode = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,23}$(?!\n)")]


class NoPrize(Refusal):
    """お渡しできる景品がありません
    There is no prize to hand over."""

    do = "ask-member"
    staff_text = "お渡しする景品なし"


class HandPrize(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The prize of a stamp card or rally is handed over at a till."""

    slip: SlipNumber
    till: TillCode
    business_date: date
    at: Annotated[datetime, Meta(tz=True)]
    card: CardNumber
    occasion: OccasionCode
    staff: StaffCode | None = None


class PrizeHanded(Struct, frozen=True):
    """What was handed over, of which card of the member, and how many of that kind wait still."""

    slip: str
    occasion: str
    prize: str
    card_no: int
    business_date: date
    left: int


class TakeBackHanded(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A prize or a benefit, handed over by a slip of this shop, comes back."""

    slip: SlipNumber
    till: TillCode
    business_date: date
    at: Annotated[datetime, Meta(tz=True)]
    of: SlipNumber
    reason: Reason
    staff: StaffCode | None = None


class TakenBack(Struct, frozen=True):
    """What came back; it may be had again."""

    slip: str
    of: str
    what: str


class HandedOver(Struct, frozen=True, omit_defaults=True):
    """What was handed over, a prize or a benefit: where, by whom, when; and its coming back."""

    what: str
    shop: str
    till: str
    slip: str
    business_date: date
    at: datetime
    staff: str | None = None
    taken_back_at: datetime | None = None
    taken_back_by: str | None = None
    taken_back_for: str | None = None


class PrizeDue(Struct, frozen=True):
    """A prize that waits for its member."""

    occasion: str
    prize: str
    card_no: int


async def hand(
    conn: AsyncConnection, asked: HandPrize, till: Till, now: datetime
) -> tuple[PrizeHanded, bool]:
    """Hand over the oldest prize that waits, under the member's lock; the same slip again is
    answered the same, and says so."""
    days.admit(asked.business_date, asked.at, now)
    facts, _ = await holder(conn, asked.card, now)
    if facts.carrier_state == "stopped" or facts.state in ("merged", "withdrawn", "frozen"):
        raise CardNotActive
    [ranked] = await books.lock(conn, [facts.member_id])
    known = await rows(conn, USED, {"shop_id": till.shop_id, "slip": asked.slip})
    if known:
        return again(asked, facts.member_id, known[0]), True
    due = await rows(conn, DUE, {"member_id": facts.member_id, "code": asked.occasion})
    if not due:
        raise NoPrize
    first = due[0]
    handed = PrizeHanded(
        asked.slip,
        asked.occasion,
        first["prize"],
        first["card_no"],
        asked.business_date,
        len(due) - 1,
    )
    kept: dict[str, Any] = {
        "shop_id": till.shop_id, "slip": asked.slip, "tenant_id": till.tenant_id,
        "till": till.till, "member_id": facts.member_id, "benefit": PRIZE + asked.occasion,
        "rank": ranked.rank_on(asked.business_date), "day": asked.business_date,
        "funder_id": OPERATOR_ID, "now": now, "answer": msgspec.json.encode(handed).decode(),
        "staff": asked.staff, "card_member_id": first["card_member_id"],
        "card_no": first["card_no"],
    }  # fmt: skip
    await conn.execute(USE, kept)
    return handed, False


def again(asked: HandPrize, member_id: int, known: dict[str, Any]) -> PrizeHanded:
    """What a slip was answered; `SlipReused` where it says something else now."""
    same = (known["member_id"], known["benefit"], known["business_date"], known["till"])
    if same != (member_id, PRIZE + asked.occasion, asked.business_date, asked.till):
        raise SlipReused
    return msgspec.json.decode(known["answer"], type=PrizeHanded)


async def take_back(
    conn: AsyncConnection, asked: TakeBackHanded, till: Till, now: datetime
) -> tuple[TakenBack, bool]:
    """What a slip handed over comes back, once; the same slip again is answered the same."""
    days.admit(asked.business_date, asked.at, now)
    found = await rows(conn, OF_SLIP, {"shop_id": till.shop_id, "of": asked.of, "slip": asked.slip})
    if any(row["slip"] != asked.of for row in found):  # as a slip, or as what took another back
        raise SlipReused
    if not found:
        raise NotFound(pointer="/of")
    [one] = found
    done = TakenBack(asked.slip, asked.of, one["benefit"])
    if one["undone_slip"] == asked.slip:
        return done, True
    told = {
        "shop_id": till.shop_id, "of": asked.of, "slip": asked.slip, "staff": asked.staff,
        "reason": asked.reason, "now": now,
    }  # fmt: skip
    if (await conn.execute(TAKE_BACK, told)).rowcount != 1:
        raise AlreadyReversed
    return done, False


async def handed_to(conn: AsyncConnection, member_id: int) -> list[HandedOver]:
    """All that was handed over to a member, or to who became one with it, newest first."""
    return [HandedOver(**row) for row in await rows(conn, HANDED, {"member_id": member_id})]


async def due_to(conn: AsyncConnection, member_id: int) -> list[PrizeDue]:
    """The prizes that wait for a member."""
    return [
        PrizeDue(row["code"], row["prize"], row["card_no"])
        for row in await rows(conn, DUE, {"member_id": member_id, "code": None})
    ]
