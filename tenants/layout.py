"""Laying out a mall: facilities, tenants, shops, tills, and what was agreed with them.

Each function is one row with its author and reason; the callers run them in one transaction as the
worker, and end it with `moved`, so that every desk and till reads the new terms.
"""

from collections.abc import Sequence
from datetime import date, time
from typing import Literal

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.sql import statement
from tenants.expiring import agreed
from tenants.mall import expiry_policies
from tenants.refusals import NothingToAttribute
from tenants.terms import ExpiryPolicy, Programme, Share

PARTY = statement(__file__, "add_party")
SHOP = statement(__file__, "add_shop")
TERMS = statement(__file__, "add_terms")
STOP_TILL = statement(__file__, "stop_till")
OFFLINE_TERMS = statement(__file__, "add_offline_terms")
CAMPAIGN = statement(__file__, "add_campaign")
PROGRAMME = statement(__file__, "add_programme")
SCHEME = statement(__file__, "add_scheme")
EXPIRY = statement(__file__, "add_expiry_policy")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('tenants.expiry_policies'))"
MOVED = "UPDATE federation.doors SET moved = moved + 1"


Funding = Literal["at-issue", "at-redemption", "redeemer-bears"]
Breakage = Literal["PROMO_FUND", "HUB_REVENUE", "RETURN_TO_FUNDER"]
Attribution = Literal["FIFO", "PROPORTIONAL"]


class Why(Struct, frozen=True):
    """Who decided, and for what reason; kept with every dated row."""

    author: str
    reason: str


class Caps(Struct, frozen=True):
    """The most points that a campaign gives per receipt, per member, per member and day."""

    cap_points_per_receipt: int | None = None
    cap_points_per_member: int | None = None
    cap_points_per_day: int | None = None


NO_CAPS = Caps()


class Named(Struct, frozen=True):
    """A code and its names in both languages."""

    code: str
    name: str
    name_en: str


async def add_party(
    conn: AsyncConnection, kind: Literal["facility", "tenant"], named: Named, from_on: date
) -> int:
    """A facility or a tenant; its id."""
    asked = {**_fields(named), "kind": kind, "from_on": from_on}
    return await _id(conn, PARTY, asked)


async def name_operator(conn: AsyncConnection, named: Named) -> None:
    """Give the operator, which every hub has, its names."""
    await conn.execute(
        "UPDATE tenants.parties SET name = %(name)s, name_en = %(name_en)s WHERE party_id = 1",
        _fields(named),
    )


async def add_shop(
    conn: AsyncConnection,
    tenant_id: int,
    facility_id: int | None,
    named: Named,
    *,
    trade: str,
    day_starts: time = time(0),
    tills: Sequence[str] = ("T01",),
    counters: Sequence[str] = (),
) -> int:
    """A shop with its tills, of which some may be service counters; its id."""
    asked = {
        **_fields(named),
        "tenant_id": tenant_id,
        "facility_id": facility_id,
        "trade": trade,
        "day_starts": day_starts,
        "tills": list(tills),
        "counters": list(counters),
    }
    return await _id(conn, SHOP, asked)


async def agree(
    conn: AsyncConnection,
    shop_id: int,
    from_on: date,
    why: Why,
    *,
    yen_per_point: int | None = 110,
    static_card_limit_points: int | None = 0,
    excluded_categories: Sequence[str] | None = (),
    tax_treatment: Literal["PAYMENT", "DISCOUNT"] = "PAYMENT",
) -> None:
    """Terms of a shop from a business date on; None leaves a word to the levels above it."""
    await conn.execute(
        TERMS,
        {
            "shop_id": shop_id,
            "from_on": from_on,
            "yen_per_point": yen_per_point,
            "static_card_limit_points": static_card_limit_points,
            "excluded_categories": None
            if excluded_categories is None
            else list(excluded_categories),
            "tax_treatment": tax_treatment,
            **_why(why),
        },
    )


async def agree_scheme(
    conn: AsyncConnection,
    funding: Funding,
    from_on: date,
    why: Why,
    breakage: Breakage = "PROMO_FUND",
    attribution: Attribution = "FIFO",
) -> int:
    """The settlement scheme that points granted from a day on belong to, where they go when they
    lapse, and to whom their use is attributed; its number. `NothingToAttribute` where they are not
    paid for when they are used."""
    if attribution == "PROPORTIONAL" and funding != "at-redemption":
        raise NothingToAttribute(pointer="/attribution")
    asked = {"funding": funding, "breakage": breakage, "attribution": attribution}
    return await _id(conn, SCHEME, {**asked, "from_on": from_on, **_why(why)})


async def add_rank_bonus(
    conn: AsyncConnection, rank: str, multiplier: int, funder_id: int, from_on: date, why: Why
) -> None:
    """What a rank adds to the base from a business date on (+1倍 is multiplier 2)."""
    await conn.execute(
        "INSERT INTO tenants.rank_bonuses "
        "(rank, from_on, multiplier, funder_id, author, reason) "
        "VALUES (%(rank)s, %(from_on)s, %(multiplier)s, %(funder_id)s, %(author)s, %(reason)s)",
        {
            "rank": rank,
            "from_on": from_on,
            "multiplier": multiplier,
            "funder_id": funder_id,
            **_why(why),
        },
    )


async def set_programme(conn: AsyncConnection, programme: Programme, why: Why) -> None:
    """The programme's own terms from a business date on."""
    await conn.execute(PROGRAMME, {**structs.asdict(programme), **_why(why)})


async def set_expiry(conn: AsyncConnection, policy: ExpiryPolicy, why: Why) -> None:
    """How long points of a kind last that are earned from a business date on; two sliding rules on
    one day are `OneSlidingLength`."""
    await conn.execute(ONE_AT_A_TIME)
    agreed(await expiry_policies(conn), policy)
    qualifying = sorted(policy.qualifying)
    asked = {**structs.asdict(policy), "qualifying": qualifying, **_why(why)}
    await conn.execute(EXPIRY, asked)


async def add_campaign(
    conn: AsyncConnection,
    named: Named,
    facility_id: int | None,
    days: tuple[date, date],
    expires_on: date | None,
    multiplier: int,
    shares: Sequence[Share],
    why: Why,
    stack_group: str = "campaign",
    *,
    ring_fenced: bool = False,
    caps: Caps = NO_CAPS,
    tenths: int = 0,
    multiplies: bool = False,
) -> int:
    """A dated multiplier with the shares of its funders; its id. Without a last day its points last
    as the policy of kind 'campaign' says."""
    asked = {
        **_fields(named),
        "facility_id": facility_id,
        "from_on": days[0],
        "to_on": days[1],
        "expires_on": expires_on,
        "multiplier": multiplier,
        "stack_group": stack_group,
        "ring_fenced": ring_fenced,
        "tenths": tenths,
        "multiplies": multiplies,
        **structs.asdict(caps),
        "funders": [share.funder for share in shares],
        "weights": [share.weight for share in shares],
        **_why(why),
    }
    return await _id(conn, CAMPAIGN, asked)


async def accept_offline(
    conn: AsyncConnection,
    tenant_id: int,
    from_on: date,
    why: Why,
    *,
    per_line_points: int,
    per_till_day_points: int,
) -> None:
    """How many points a tenant lets its tills take while they cannot ask, at its own risk; 0 ends
    it."""
    asked = {
        "tenant_id": tenant_id,
        "from_on": from_on,
        "per_line_points": per_line_points,
        "per_till_day_points": per_till_day_points,
        **_why(why),
    }
    await conn.execute(OFFLINE_TERMS, asked)


async def stop_till(conn: AsyncConnection, tenant: str, till: str) -> tuple[str, int] | None:
    """Stop a till; the state it was in and whose it is, or None where there is no such till."""
    row = await (await conn.execute(STOP_TILL, {"tenant": tenant, "till": till})).fetchone()
    return None if row is None else (str(row[0]), int(row[1]))


async def moved(conn: AsyncConnection) -> None:
    """Raise the doors' counter: what tills and terms were read before counts no more."""
    await conn.execute(MOVED)


async def _id(conn: AsyncConnection, query: str, asked: dict[str, object]) -> int:
    row = await (await conn.execute(query, asked)).fetchone()
    assert row is not None
    return int(row[0])


def _fields(named: Named) -> dict[str, object]:
    return {"code": named.code, "name": named.name, "name_en": named.name_en}


def _why(why: Why) -> dict[str, object]:
    return {"author": why.author, "reason": why.reason}
