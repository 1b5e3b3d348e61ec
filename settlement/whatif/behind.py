"""試算の内訳: what a figure of a what-if is made of: lines of statements, cycle by cycle, and the
entries between two parties. Writes nothing."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, Struct
from psycopg import AsyncConnection

from federation.refusals import NotFound
from settlement.lines import Charge
from settlement.statement import TOTAL
from settlement.whatif.compare import called
from settlement.whatif.ground import ground, known_parties
from settlement.whatif.simulate import (
    SNAPSHOT,
    Name,
    Simulation,
    codes_of,
    everything,
    of_world,
    runs_of,
    world_of,
)
from settlement.whatif.thought import steps
from settlement.whatif.worlds import Between, Seen, Told


class Line(Struct, frozen=True):
    """A line of one cycle's statement in two worlds; `stated` where it can be read as it is."""

    cycle: str
    code: int
    original: int
    name: str
    name_en: str
    before_yen: int
    after_yen: int
    entries: int
    stated: bool


class Pair(Struct, frozen=True):
    """One entry between two parties in two worlds: what it brings (+) or costs (-) the first."""

    seen: Seen
    before_yen: int
    after_yen: int


class Weighed(Struct, frozen=True):
    """A party's lines in two worlds and, where another party was named, the entries between."""

    lines: tuple[Line, ...]
    pairs: tuple[Pair, ...]


async def behind(
    conn: AsyncConnection,
    asked: Simulation,
    now: datetime,
    name: Name,
    most: int,
    party: str,
    because: str | None,
    other: str | None = None,
) -> Weighed:
    """What one change makes of a party's result, against the changes before it; without a change,
    the whole thought against what is. NotFound for a party or a change that is not there."""
    async with conn.transaction():
        await conn.execute(SNAPSHOT)
        on = await ground(conn, asked.cycles, now, most)
        known_parties(on, asked.thought)
        worlds = [(why, world_of(on, thought)) for why, thought in steps(asked.thought)]
        at = place_of([why for why, _ in worlds], because)
        codes = {one.party for one in on.parties}
        if party not in codes or (other is not None and other not in codes):
            raise NotFound
        if other is not None:
            for _, world in worlds:
                world.between = Between(party, other, on.parties)
        runs, named = runs_of(on, [one for _, one in worlds]), codes_of(on, name)
        await everything(conn, on, runs, named, {})
        pair = [worlds[0 if because is None else at - 1][1], worlds[at][1]]
        stated = {one.first_on.isoformat() for one in on.cycles if one.cycle_id in on.stated}
        before, after = (of_world(on, one) for one in pair)
    return Weighed(
        tuple(lines_of(party, before, after, stated)),
        tuple(pairs_of(*(one.between for one in pair))),
    )


def place_of(names: Sequence[str], because: str | None) -> int:
    """Which world is asked about: that of a change, or the last."""
    if because is None:
        return len(names) - 1
    if because not in names[1:]:
        raise NotFound
    return names.index(because)


def lines_of(
    party: str, before: Sequence[Told], after: Sequence[Told], stated: set[str]
) -> list[Line]:
    """Every line that comes to something in either world, by cycle and code."""
    was, then = charges(party, before), charges(party, after)
    found = []
    for key in sorted(was.keys() | then.keys()):
        cycle, code, original, carry = key
        (yen, entries), (thought, _) = was.get(key, (0, 0)), then.get(key, (0, 0))
        if yen or thought:
            names = called(code, original, carry)
            found.append(
                Line(cycle, code, original, *names, yen, thought, entries, cycle in stated)
            )
    return found


def charges(party: str, cycles: Sequence[Told]) -> dict[tuple[str, int, int, str], tuple[int, int]]:
    """Yen and entries of a party's lines, by cycle, code, what a late one is of, and carry."""
    found: dict[tuple[str, int, int, str], tuple[int, int]] = {}
    for told in cycles:
        cycle = told.period.first_on.isoformat()
        for one in told.results:
            if isinstance(one, Charge) and one.party == party and one.code != TOTAL:
                key = cycle, one.code, one.original or 0, one.carry or ""
                yen, entries = found.get(key, (0, 0))
                more = 0 if one.yen is UNSET else one.yen
                found[key] = yen + more, entries + one.entries
    return found


def pairs_of(before: Between | None, after: Between | None) -> list[Pair]:
    """The entries that weigh otherwise in one world than in the other, as they came."""
    if before is None or after is None:
        return []
    names = before.entries.keys() | after.entries.keys()
    found = []
    for name in names:
        was, then = before.entries.get(name), after.entries.get(name)
        seen = was or then
        assert seen is not None
        yen = was.yen if was else 0, then.yen if then else 0
        if yen[0] != yen[1]:
            found.append(Pair(seen, *yen))
    return sorted(found, key=lambda one: (one.seen.business_date, one.seen.entry))
