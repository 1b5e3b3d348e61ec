"""会員のすべて: what the office sees of a member on one page."""

import secrets
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation import profiles, reading
from federation.answers import Balance
from federation.days import day_of
from federation.opaque import Names
from federation.profiles import Standing
from federation.reading import LotRow, rows
from tenants import noticing
from tenants.callers import Caller
from tenants.coupons.coupon import Coupon
from tenants.coupons.showing import Screen, Shown
from tenants.entries import Entry, shown
from tenants.members_api import CarrierTold, MemberTold, member_told
from tenants.noticing import MemberNotice
from tenants.personal_file import CONSENTS, Consent
from tenants.ranks import standing
from tenants.reading_api import member_of

LATELY = 10


class Lapse(Struct, frozen=True):
    """Points of one last day."""

    expires_on: date
    points: int
    limited: bool
    rule: str


class Whole(Struct, frozen=True):
    """A member: who it is, what it has, when that lapses, and what became of it lately."""

    told: MemberTold
    standing: Standing
    balance: Balance
    lapses: tuple[Lapse, ...]
    entries: tuple[Entry, ...]
    cards: tuple[CarrierTold, ...]
    rank: Any
    coupons: tuple[Shown, ...]
    consents: tuple[Consent, ...]
    notices: tuple[MemberNotice, ...]


Knows = tuple[Caller, Names, Mapping[str, Coupon]]


async def everything(
    worker: AsyncConnection, counter: AsyncConnection, handle: str, knows: Knows, now: datetime
) -> Whole:
    """All of it, in one transaction each of two readers."""
    caller, names, coupons = knows
    member_id = member_of(names, caller, handle)
    told = await member_told(worker, member_id, names, caller)
    found = await reading.entries(worker, most=LATELY, member_id=member_id)
    lots = await reading.lots(counter, member_id, now)
    screen = Screen(member_id, coupons, names, now)
    consents = await rows(worker, CONSENTS, {"member_id": member_id})
    return Whole(
        told,
        await profiles.read(worker, member_id),
        await reading.balance(counter, member_id, now),
        lapses_of(lots),
        tuple(shown(row, names, caller.tenant_id) for row in found),
        told.carriers,
        await standing.standing(worker, member_id, day_of(now)),
        (await screen.wallet(counter)).coupons,
        tuple(Consent(**row) for row in consents),
        await told_lately(worker, member_id, now),
    )


def lapses_of(lots: list[LotRow]) -> tuple[Lapse, ...]:
    """Lots of one rule with one last day together, the next to lapse first."""
    points: Counter[tuple[date, bool, str]] = Counter()
    for one in lots:
        points[one.expires_on, one.limited, one.rule] += one.points
    return tuple(Lapse(day, n, limited, rule) for (day, limited, rule), n in sorted(points.items()))


async def told_lately(
    conn: AsyncConnection, member_id: int, now: datetime
) -> tuple[MemberNotice, ...]:
    """What the member was told lately; that the office looks does not make it seen."""
    asked = {"member_id": member_id, "now": now, "before": None, "most": LATELY}
    return tuple(MemberNotice(**row) for row in await rows(conn, noticing.LIST, asked))


def fresh_slip() -> str:
    """A number of one's own for what a form will book, so that it is booked once."""
    return f"console-{secrets.token_hex(8)}"
