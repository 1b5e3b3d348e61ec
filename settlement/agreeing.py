"""精算条件の合意: agree on terms and rates as dated rows, and read what a cycle goes by."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Struct, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.fees import Agreed
from settlement.lines import (
    Adjustment,
    Carry,
    Line,
    Party,
    Split,
    Terms,
    Unit,
    canonical,
    order,
    parse,
)
from settlement.netting import Flow, Roles, ranked
from settlement.refusals import CycleClosed, RateAgreed
from settlement.schemes import Agreement, Offer, completed, net_level_of, terms_of
from settlement.splitting import Place, Stand, units_of, yen_at
from settlement.stages import Standing
from tenants.layout import Why

AGREEMENTS = statement(__file__, "agreements")
ADD = statement(__file__, "add_agreement")
CLOSED_TO = statement(__file__, "closed_to")
TAX_RATE = statement(__file__, "tax_rate")
TAX_RATES = statement(__file__, "tax_rates")
ADD_TAX_RATE = statement(__file__, "add_tax_rate")
TERMINALS = statement(__file__, "terminals")
CARRIED = statement(__file__, "carried")
DECIDED = statement(__file__, "decided")
CONDITIONS = statement(__file__, "conditions")
STANDS = statement(__file__, "stands")
AT_SHOPS = statement(__file__, "at_shops")
SPLITS = statement(__file__, "splits")
One = TypeVar("One", Terms, Carry, Adjustment, Unit)

# One agrees, or one states a cycle, at a time: a row is wholly before a statement or after it.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('settlement.terms'))"


class TaxRate(Struct, frozen=True):
    """消費税率 from a day on."""

    from_on: date
    rate_bp: int
    author: str
    reason: str


async def agreements(conn: AsyncConnection) -> list[Agreement]:
    """All that was ever agreed."""
    return [Agreement(**row) for row in await rows(conn, AGREEMENTS, {})]


async def agree(conn: AsyncConnection, offer: Offer, why: Why, now: datetime) -> int:
    """Terms hold from a day on, in a row with its author and reason; its version. A day of a closed
    cycle is `CycleClosed`: what was stated stays."""
    await conn.execute(ONE_AT_A_TIME)
    await must_be_open(conn, offer.from_on)
    whole = completed(offer, await agreements(conn))
    asked = {**structs.asdict(whole), **structs.asdict(why), "now": now}
    found = await rows(conn, ADD, asked)
    if not found:
        raise NotFound(pointer="/party")
    return int(found[0]["version"])


async def set_tax(conn: AsyncConnection, from_on: date, rate_bp: int, why: Why) -> None:
    """Another rate of the consumption tax from a day on; one a day."""
    await conn.execute(ONE_AT_A_TIME)
    await must_be_open(conn, from_on)
    if any(one.from_on == from_on for one in await tax_rates(conn)):
        raise RateAgreed
    asked = {"from_on": from_on, "rate_bp": rate_bp, **structs.asdict(why)}
    await conn.execute(ADD_TAX_RATE, asked)


async def must_be_open(conn: AsyncConnection, from_on: date) -> None:
    """No closed cycle has this day, or a later one."""
    closed_to = (await rows(conn, CLOSED_TO, {}))[0]["last_on"]
    if closed_to is not None and from_on <= closed_to:
        raise CycleClosed(pointer="/from_on")


async def tax_rates(conn: AsyncConnection) -> list[TaxRate]:
    """Every rate, by day."""
    return [TaxRate(**row) for row in await rows(conn, TAX_RATES, {})]


async def agreed_on(
    conn: AsyncConnection, cycle: Standing, parties: Sequence[Party], more: Sequence[Agreement] = ()
) -> Agreed:
    """What a cycle goes by that is not stated yet: what holds on its last day, the terminals there
    are, what the cycle before carried on, and the disputes that were decided since; `more` is what
    was not agreed, only thought of."""
    terminals = {row["party"]: row["terminals"] for row in await rows(conn, TERMINALS, {})}
    found = await rows(conn, TAX_RATE, {"on": cycle.last_on})
    tax_bp = int(found[0]["rate_bp"]) if found else 0
    known = [*await agreements(conn), *more]
    terms = terms_of(known, parties, terminals, tax_bp, cycle.last_on)
    carried = await rows(conn, CARRIED, {"cycle_id": cycle.cycle_id})
    carries = in_order([Carry(**row) for row in carried], parties)
    stands = [Stand(**row) for row in await rows(conn, STANDS, {})]
    levels = {one.party: net_level_of(known, one.party, cycle.last_on) for one in stands}
    units = in_order(units_of(stands, levels), parties)
    decided = [adjustment(row) for row in await rows(conn, DECIDED, {"cycle_id": cycle.cycle_id})]
    after = in_order(decided, parties)
    return Agreed(cycle.first_on, cycle.last_on, terms, carries, units, after)


def adjustment(row: dict[str, Any]) -> Adjustment:
    """What a decided dispute brings a party, from its row."""
    return Adjustment(**{name: value for name, value in row.items() if value is not None})


async def yen_by_shop(
    conn: AsyncConnection, cycle: Standing, parties: Sequence[Party], agreed: Agreed
) -> Counter[Place]:
    """What points brought or cost each shop of the parties whose net is split."""
    found: Counter[Place] = Counter()
    split = sorted({unit.party for unit in agreed.units})
    if split:
        roles = Roles(parties)
        asked = {"cycle_id": cycle.cycle_id, "since": cycle.since, "parties": split}
        for row in await rows(conn, AT_SHOPS, asked):
            place = row.pop("party"), row.pop("shop")
            found[place] += yen_at(place[0], Flow(**row), roles)
    return found


async def splits(conn: AsyncConnection, cycle_id: int, parties: Sequence[Party]) -> list[Split]:
    """A cycle's nets as they were split, in the order of the sealed file."""
    found = [
        Split(row["party"], row["yen"], UNSET if row["unit"] is None else row["unit"])
        for row in await rows(conn, SPLITS, {"cycle_id": cycle_id})
    ]
    ranks = ranked(parties)
    return sorted(found, key=lambda one: order(one, ranks))


async def stated_under(conn: AsyncConnection, cycle: Standing, parties: Sequence[Party]) -> Agreed:
    """What a cycle was stated under, word for word."""
    found = await rows(conn, CONDITIONS, {"cycle_id": cycle.cycle_id})
    terms = [one for row in found if row["terms"] for one in (parse(row["terms"].encode()),)]
    carries = [Carry(row["party"], row["carried_yen"]) for row in found if row["carried_yen"]]
    known = [one for one in terms if isinstance(one, Terms)]
    units = [one for one in several(found, "units") if isinstance(one, Unit)]
    decided = [one for one in several(found, "adjustments") if isinstance(one, Adjustment)]
    return Agreed(
        cycle.first_on,
        cycle.last_on,
        in_order(known, parties),
        in_order(carries, parties),
        in_order(units, parties),
        in_order(decided, parties),
    )


def several(found: Sequence[dict[str, Any]], name: str) -> list[Line]:
    """The sealed lines that stand in a column, one a line."""
    return [parse(text.encode()) for row in found for text in (row[name] or "").splitlines()]


def in_order(found: Sequence[One], parties: Sequence[Party]) -> tuple[One, ...]:
    """As the sealed file has them."""
    ranks = ranked(parties)
    return tuple(sorted(found, key=lambda one: order(one, ranks)))


def kept(agreed: Agreed, numbers: dict[str, int]) -> str:
    """The rows that say under what a cycle was stated."""
    terms = {one.party: canonical(one).decode() for one in agreed.terms}
    carries = {one.party: one.yen for one in agreed.carries}
    units, adjustments = told_by_party(agreed.units), told_by_party(agreed.adjustments)
    return msgspec.json.encode(
        [
            {
                "party_id": numbers[party],
                "terms": terms.get(party),
                "carried_yen": carries.get(party),
                "units": units.get(party),
                "adjustments": adjustments.get(party),
            }
            for party in sorted(terms.keys() | carries.keys() | units.keys() | adjustments.keys())
        ]
    ).decode()


def told_by_party(found: Iterable[Unit | Adjustment]) -> dict[str, str]:
    """Sealed lines by party, one a line."""
    told: dict[str, list[str]] = {}
    for one in found:
        told.setdefault(one.party, []).append(canonical(one).decode())
    return {party: "\n".join(lines) for party, lines in told.items()}
