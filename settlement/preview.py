"""試算: what the last cycle would have come to under other terms; nothing is written."""

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.agreeing import agreed_on, agreements, stated_under
from settlement.fees import CARRIED, FEES, TAX, Agreed
from settlement.lines import Charge, Party
from settlement.netting import Flow
from settlement.schemes import Agreement, Offer, completed
from settlement.stages import Standing, flows, party_ids, standing
from settlement.statement import charges, total_yen

LAST_STATED = statement(__file__, "last_stated")


class Figures(Struct, frozen=True):
    """What a party is charged and paid (+) or pays (-) in all, in whole yen."""

    fees_yen: int
    tax_yen: int
    carried_yen: int
    total_yen: int


class Compared(Struct, frozen=True):
    """One party, as it was stated and as it would have been."""

    party: str
    stated: Figures
    offered: Figures


class Preview(Struct, frozen=True):
    """A cycle by the terms that were offered; parties of whom nothing changes are left out."""

    cycle: str
    parties: tuple[Compared, ...]


async def preview(conn: AsyncConnection, offer: Offer) -> Preview:
    """The last cycle that was stated, as if the offer had held on its last day."""
    found = await rows(conn, LAST_STATED, {})
    if not found:
        raise NotFound
    cycle = await standing(conn, found[0]["cycle_id"])
    parties = list(await party_ids(conn))
    if offer.party is not None and offer.party not in {one.party for one in parties}:
        raise NotFound(pointer="/party")
    known = await agreements(conn)
    thought = thought_of(offer, known, cycle)
    then = await agreed_on(conn, cycle, parties, [thought])
    now = await stated_under(conn, cycle, parties)
    did = await flows(conn, cycle.cycle_id)
    stated, offered = figures(did, parties, now), figures(did, parties, then)
    return Preview(
        cycle.first_on.isoformat(),
        tuple(
            Compared(one.party, stated[one.party], offered[one.party])
            for one in parties
            if stated[one.party] != offered[one.party]
        ),
    )


def thought_of(offer: Offer, known: list[Agreement], cycle: Standing) -> Agreement:
    """An offer as if it had been agreed last, for the cycle's last day."""
    held = structs.replace(offer, from_on=cycle.last_on)
    version = max((one.version for one in known), default=0) + 1
    assert cycle.closed_at is not None
    return Agreement(
        **structs.asdict(completed(held, known)),
        version=version,
        author="",
        reason=f"preview {day_of(cycle.closed_at)}",
        agreed_at=cycle.closed_at,
    )


def figures(did: list[Flow], parties: list[Party], agreed: Agreed) -> dict[str, Figures]:
    """What each party comes to."""
    charged = charges(did, {}, parties, agreed)
    sums = summed(charged)
    totals = total_yen(charged)
    return {
        one.party: Figures(
            sums[one.party, "fees"],
            sums[one.party, "tax"],
            sums[one.party, "carried"],
            totals[one.party],
        )
        for one in parties
    }


def summed(charged: Iterable[Charge]) -> Counter[tuple[str, str]]:
    """Fees, tax and carries by party."""
    found: Counter[tuple[str, str]] = Counter()
    for one in charged:
        what = {TAX: "tax", CARRIED: "carried"}.get(one.code, "fees" if one.code in FEES else "")
        found[one.party, what] += one.yen or 0
    return found
