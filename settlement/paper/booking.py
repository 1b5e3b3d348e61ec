"""仕訳の読み出し: a party's journals of a sealed cycle, or of a month's cycles.

速報 until the cycle is confirmed. From then on 確定; asked to, the provisional ones are taken back
first (洗替), for a book that had taken them in.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from settlement import calendar, reading
from settlement.agreeing import tax_rates
from settlement.paper.estimates import Told, above_yen, reviewed
from settlement.paper.issue import STATED, statement_in
from settlement.paper.journals import OPERATOR, Cycle, PointsCost, Policy, of_hub, of_party
from settlement.paper.ledger import HEAD, Journal, rebooked, staged
from settlement.paper.ledger import rows as told_rows
from settlement.reading import CycleShown, Own
from settlement.sheet import as_csv, safe
from settlement.stages import flows, party_ids

TREATMENT = statement(__file__, "treatment")
COHORTS = statement(__file__, "cohorts")
MOST_CYCLES = 32  # a day each, and one that begins in the month and ends after it
PROVISIONAL_STATES = frozenset({"open", "closed"})


class Books(Struct, frozen=True):
    """A party's journals, and what every account comes to."""

    party: str
    cycles: tuple[str, ...]
    provisional: bool
    journals: tuple[Journal, ...]


class Asked(Struct, frozen=True):
    """Whose journals, how points given are booked, and whether 速報 is taken back first."""

    own: Own
    points_cost: PointsCost = "REVENUE"
    rebook: bool = False


async def of_cycle(
    conn: AsyncConnection, auditor: AsyncConnection, name: str, today: date, asked: Asked
) -> Books:
    """The journals of one cycle; NotFound where it is not sealed, or where the party has no book of
    its own (FUND and the promotion fund stand in the hub's). Estimates of use are learnt from all
    that became of points, which the auditor sees."""
    shown = await reading.cycle(conn, today, name)
    cycle_id, parties = reading.cycle_id_of(name), await party_ids(conn)
    [party] = [one for one in parties if one.party == asked.own.code]
    hub = party.kind == OPERATOR
    stated = {"cycle_id": cycle_id, "party_id": None if hub else asked.own.party_id}
    statements = [statement_in(row["body"]) for row in await rows(conn, STATED, stated)]
    if not statements or party.kind in ("fund", "promotion"):
        raise NotFound
    cycle = Cycle(tuple(await flows(conn, cycle_id)), tuple(parties), tuple(statements))
    if hub:
        found = of_hub(cycle, party)
    else:
        policy = await policy_of(conn, asked, shown.last_on)
        found = of_party(cycle, party, policy)
        if policy.points_cost == "ALLOCATED" and party.kind == "tenant":
            review = await review_of(auditor, asked.own, shown, statements[0].number)
            found += [] if review is None else [review]
    provisional = shown.state in PROVISIONAL_STATES
    if provisional:
        found = staged(found, "provisional")
    elif asked.rebook:
        found = rebooked(found, found)
    return Books(asked.own.code, (name,), provisional, tuple(found))


async def review_of(
    auditor: AsyncConnection, own: Own, shown: CycleShown, number: str
) -> Journal | None:
    """What a cycle changed in the estimate of a seller's own points (設例22)."""
    cycle_id = reading.cycle_id_of(shown.cycle)
    rates = [(one.from_on, one.rate_bp) for one in await tax_rates(auditor)]
    found = []
    # A cycle before this one has a lower number.
    for upto, on in ((cycle_id - 1, shown.first_on - calendar.DAY), (cycle_id, shown.last_on)):
        asked = {"party_id": own.party_id, "cycle_id": upto}
        told = [Told(**row) for row in await rows(auditor, COHORTS, asked)]
        found.append(above_yen(told, on, rates))
    return reviewed(shown.last_on, number, *found)


async def of_month(
    conn: AsyncConnection, auditor: AsyncConnection, month: str, today: date, asked: Asked
) -> Books:
    """The journals of the cycles that end in a month, as far as they are sealed."""
    try:
        whole = calendar.cycle_of(date.fromisoformat(f"{month}-01"), "MONTHLY")
    except (ValueError, OverflowError) as wrong:
        raise Validation(pointer="/month") from wrong
    begun = await reading.cycles(conn, min(today, whole.last_on), most=MOST_CYCLES)
    found: list[Books] = []
    for one in reversed(begun):
        if whole.first_on <= one.last_on <= whole.last_on:
            with suppress(NotFound):
                found.append(await of_cycle(conn, auditor, one.cycle, today, asked))
    if not found:
        raise NotFound
    return Books(
        asked.own.code,
        tuple(name for one in found for name in one.cycles),
        any(one.provisional for one in found),
        tuple(journal for one in found for journal in one.journals),
    )


async def policy_of(conn: AsyncConnection, asked: Asked, on: date) -> Policy:
    """How a party books, by its terms on a day."""
    asked_for = {"party_id": asked.own.party_id, "on": on}
    [row] = await rows(conn, TREATMENT, asked_for)
    return Policy("DISCOUNT" if row["discount"] else "PAYMENT", asked.points_cost)


def csv_of(journals: Sequence[Journal]) -> bytes:
    """Journals as a bookkeeping program takes them in."""
    cells = (
        [safe(one) if isinstance(one, str) else one for one in row] for row in told_rows(journals)
    )
    return as_csv(HEAD, cells)
