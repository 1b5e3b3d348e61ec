"""試算の土台: what stands and was agreed, beside what happened, as a what-if needs it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from settlement.agreeing import (
    CARRIED,
    STANDS,
    TERMINALS,
    agreements,
    in_order,
    stated_under,
    tax_rates,
)
from settlement.fees import Agreed
from settlement.lines import Carry, Party, Scheme
from settlement.reading import cycle_id_of
from settlement.schemes import Agreement, completed, net_level_of, terms_of
from settlement.splitting import Stand, units_of
from settlement.stages import Standing, party_ids, standing
from settlement.whatif.happened import Place
from settlement.whatif.refusals import CyclesApart, HistoryAway, TooMuchHistory
from settlement.whatif.thought import Thought
from settlement.whatif.worlds import Period

EXTENT = statement(__file__, "extent")
PLACES = statement(__file__, "places")
SPENDING = statement(__file__, "spending")
SCHEMES = statement(__file__, "all_schemes")
DAY = timedelta(days=1)


class Ground(Struct, frozen=True):
    """All that a replay stands on."""

    cycles: tuple[Standing, ...]
    now: datetime
    until: datetime
    entries: int
    shortages_after: int
    party_ids: dict[Party, int]
    places: dict[int, Place]
    schemes: dict[str, Scheme]
    limited_first: tuple[tuple[date, bool], ...]
    stated: dict[int, Agreed]  # of cycles that are stated
    known: tuple[Agreement, ...]
    taxes: tuple[tuple[date, int], ...]
    terminals: dict[str, int]
    stands: tuple[Stand, ...]
    carries: tuple[Carry, ...]  # into the first cycle

    @property
    def parties(self) -> list[Party]:
        """Whoever can owe or be owed."""
        return list(self.party_ids)

    @property
    def periods(self) -> list[Period]:
        """The cycles as they are."""
        return [
            Period(one.cycle_id, one.first_on, one.last_on, one.closed_at or self.until)
            for one in self.cycles
        ]

    def spends_limited_first(self, on: date) -> bool:
        """Whether limited points go before all others on a day."""
        return next((said for since, said in reversed(self.limited_first) if since <= on), False)


async def ground(conn: AsyncConnection, names: Sequence[str], now: datetime, most: int) -> Ground:
    """Read it; refused are cycles with a gap, months that are away, and too many entries."""
    cycles = [await standing(conn, cycle_id_of(name)) for name in names]
    if any(one.last_on + DAY != two.first_on for one, two in pairwise(cycles)):
        raise CyclesApart
    until = cycles[-1].closed_at or now + DAY  # an entry may be booked a moment after its clock
    extent = (await rows(conn, EXTENT, {"until": until, "most": most}))[0]
    if extent["away_until"] is not None:
        raise HistoryAway
    if extent["entries"] > most:
        raise TooMuchHistory(most_entries=most)
    ids = await party_ids(conn)
    stated = {
        one.cycle_id: await stated_under(conn, one, list(ids))
        for one in cycles
        if one.stage in ("stated", "sealed")
    }
    carried = await rows(conn, CARRIED, {"cycle_id": cycles[0].cycle_id})
    return Ground(
        tuple(cycles),
        now,
        until,
        extent["entries"],
        extent["shortages_after"],
        ids,
        {row["shop_id"]: Place(**row) for row in await rows(conn, PLACES, {})},
        {row["scheme"]: Scheme(**row) for row in await rows(conn, SCHEMES, {})},
        tuple((row["from_on"], row["limited_first"]) for row in await rows(conn, SPENDING, {})),
        stated,
        tuple(await agreements(conn)),
        tuple((one.from_on, one.rate_bp) for one in await tax_rates(conn)),
        {row["party"]: row["terminals"] for row in await rows(conn, TERMINALS, {})},
        tuple(Stand(**row) for row in await rows(conn, STANDS, {})),
        in_order([Carry(**row) for row in carried], list(ids)),
    )


def agreed_in(ground: Ground, thought: Thought, period: Period) -> Agreed:
    """Under what a cycle is stated in thought: as it was, but for what is thought otherwise."""
    was = ground.stated.get(period.cycle_id)
    if was is not None and (was.last_on != period.last_on or thought.terms is not None):
        was = None
    if was is None:
        was = afresh(ground, thought, period)
    if thought.tax_bp is None:
        return was
    taxed = tuple(structs.replace(one, tax_bp=thought.tax_bp) for one in was.terms)
    return structs.replace(was, terms=taxed)


def afresh(ground: Ground, thought: Thought, period: Period) -> Agreed:
    """What holds on a cycle's last day, with the terms that are thought of on top."""
    known = list(ground.known)
    for offer in thought.terms or ():
        known.append(
            Agreement(
                **structs.asdict(completed(offer, known)),
                version=max((one.version for one in known), default=0) + 1,
                author="",
                reason="what-if",
                agreed_at=ground.until,
            )
        )
    tax_bp = max(((on, bp) for on, bp in ground.taxes if on <= period.last_on), default=(0, 0))[1]
    terms = terms_of(known, ground.parties, then(ground), tax_bp, period.last_on)
    levels = {one.party: net_level_of(known, one.party, period.last_on) for one in ground.stands}
    units = in_order(units_of(ground.stands, levels), ground.parties)
    first = ground.cycles[0]
    stated = ground.stated.get(first.cycle_id)
    carries = stated.carries if stated is not None else ground.carries
    own = carries if period.first_on == first.first_on else ()
    decided = [
        one
        for cycle in ground.cycles
        if cycle.cycle_id in ground.stated and period.first_on <= cycle.last_on <= period.last_on
        for one in ground.stated[cycle.cycle_id].adjustments
    ]
    after = in_order(decided, ground.parties)
    return Agreed(period.first_on, period.last_on, terms, own, units, after)


def then(ground: Ground) -> Mapping[str, int]:
    """The terminals of each tenant as they were stated, or as they are."""
    found = dict(ground.terminals)
    for agreed in ground.stated.values():
        for one in agreed.terms:
            if one.terminal_fee_yen:
                found[one.party] = one.terminals
    return found


def known_parties(ground: Ground, thought: Thought) -> None:
    """Whoever a thought names is there."""
    words = {"tenant", "facility", "operator", *(one.party for one in ground.parties)}
    named = {word for shares in (thought.shares or {}).values() for word in shares}
    named |= {one.party for one in thought.terms or () if one.party is not None}
    if named - words:
        raise Validation(pointer="/thought")
