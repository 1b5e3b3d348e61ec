"""試算する: replay everybody's history under each thought at once, and compare. Writes nothing."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.page import Row
from federation.purse import DAY
from federation.reading import rows
from settlement.lines import Charge, Net, Split
from settlement.sealing import CHARGED
from settlement.whatif.asking import Rules
from settlement.whatif.carving import Carver
from settlement.whatif.compare import CycleTold, PartyTold, compared, summed
from settlement.whatif.ground import Ground, agreed_in, ground, known_parties
from settlement.whatif.happened import Happened
from settlement.whatif.history import Family, families
from settlement.whatif.replay import Group
from settlement.whatif.rewriting import Again, rewritten
from settlement.whatif.thought import AS_IT_IS, Thought, proportional, steps
from settlement.whatif.worlds import Codes, Told, World, parts_of, told

# What a request may ask for; more is for the command line.
MOST_ENTRIES = 50_000
ANY_NUMBER = 1 << 62
SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
# A code stands twice where it is of two earlier cycles, or taxed at two rates.
NAMED_BY = ("party", "code", "original", "carry", "of_cycle", "settles", "tax_bp")
CycleName = Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Progress = Callable[[int, int], None]
Name = Callable[[int, int], str]  # of an entry, by member and number, as sealed files have it


class Simulation(Struct, frozen=True, forbid_unknown_fields=True):
    """Which cycles, the oldest first, and what is thought otherwise."""

    cycles: Annotated[tuple[CycleName, ...], Meta(min_length=1, max_length=100)]
    thought: Thought


class Simulated(Struct, frozen=True):
    """Who gains (+) and who loses (-) by how many yen, and why. `agrees`: as things were, the
    replay came to the very lots, draws and statements of the books, and wrote every sealed file
    again byte for byte: `seals` are those it came to, by cycle. `unreached_points` could not have
    been spent, or taken back, in thought."""

    cycles: tuple[str, ...]
    entries: int
    agrees: bool
    differing: tuple[str, ...]
    seals: dict[str, str]
    unreached_points: int
    then: tuple[CycleTold, ...]
    parties: tuple[PartyTold, ...]


class Run(Struct):
    """One way to draw lots, and the worlds that are settled from it."""

    rules: Rules
    worlds: list[World]
    live: bool
    unreached_points: int = 0


async def simulate(
    conn: AsyncConnection,
    asked: Simulation,
    now: datetime,
    name: Name,
    most: int = ANY_NUMBER,
    progress: Progress | None = None,
) -> Simulated:
    """One snapshot, read family by family; entries are named as they stand in sealed files."""
    with ExitStack() as kept:
        async with conn.transaction():
            await conn.execute(SNAPSHOT)
            on = await ground(conn, asked.cycles, now, most)
            known_parties(on, asked.thought)
            worlds = [(why, world_of(on, thought)) for why, thought in steps(asked.thought)]
            runs, codes = runs_of(on, [one for _, one in worlds]), codes_of(on, name)
            sealed = {
                one.cycle_id: kept.enter_context(closing(Again()))
                for one in on.cycles
                if one.stage == "sealed"
            }
            done, differing = await everything(conn, on, runs, codes, sealed, progress)
            settled = [(why, of_world(on, one)) for why, one in worlds]
            differing += await off_statements(conn, on, settled[0][1])
            seals, off = await off_seals(conn, on, sealed, worlds[0][1])
    return Simulated(
        asked.cycles,
        done,
        not (differing or off),
        tuple([*off, *differing][:20]),
        seals,
        runs[-1].unreached_points,
        tuple(cycle_told(one) for one in settled[-1][1]),
        compared([(why, summed(one)) for why, one in settled], on.parties),
    )


async def everything(
    conn: AsyncConnection,
    on: Ground,
    runs: Sequence[Run],
    codes: Codes,
    sealed: Mapping[int, Again],
    progress: Progress | None = None,
) -> tuple[int, list[str]]:
    """All that happened, under every run: how many entries, and what was booked otherwise."""
    done, differing = 0, list[str]()
    async for some in families(conn, on.until):
        differing += await asyncio.to_thread(replayed, some, runs, codes, sealed)
        done += sum(len(family.entries) for family in some)
        if progress is not None:
            progress(done, on.entries)
    return done, differing


async def off_seals(
    conn: AsyncConnection, on: Ground, sealed: Mapping[int, Again], live: World
) -> tuple[dict[str, str], list[str]]:
    """The seals that a replay came to as things were, and where it wrote what is not sealed."""
    seals, found = {}, []
    for cycle in on.cycles:
        if cycle.cycle_id in sealed:
            name, again = cycle.first_on.isoformat(), sealed[cycle.cycle_id]
            tally = live.tallies[cycle.cycle_id]
            seal, line = await rewritten(conn, cycle, again, tally, on.schemes.values())
            if line is None:
                seals[name] = seal
            else:
                found.append(f"{name} line {line} of the sealed file")
    return seals, found


def world_of(on: Ground, thought: Thought) -> World:
    """A world with the cycles it needs."""
    return World(
        thought, on.periods, on.schemes, on.parties, lambda one: agreed_in(on, thought, one)
    )


def of_world(on: Ground, world: World) -> list[Told]:
    """What a world comes to."""
    return told(
        world,
        {one.cycle_id: agreed_in(on, world.thought, one) for one in world.periods},
        on.parties,
        on.stated,
    )


def runs_of(on: Ground, worlds: Sequence[World]) -> list[Run]:
    """A run for each way in which lots are carved and drawn; as things were, first."""
    found: dict[object, Run] = {}
    operator = {one.kind: number for one, number in on.party_ids.items()}["operator"]
    numbers = {one.party: number for one, number in on.party_ids.items()}
    as_it_is = proportional(on.schemes.values(), AS_IT_IS)
    for world in worlds:
        thought = world.thought
        shared = proportional(on.schemes.values(), thought)
        way = thought.cap_points, str(thought.shares), shared
        if way not in found:
            carver = Carver(thought, on.places, numbers, operator)
            made_up = shared != as_it_is or thought.cap_points is not None
            rules = Rules(
                carver.lots,
                on.places,
                on.spends_limited_first,
                shared,
                made_up,
                min(on.cycles[-1].last_on + DAY, day_of(on.now)),
            )
            found[way] = Run(rules, [], live=not found)
        found[way].worlds.append(world)
    return list(found.values())


def codes_of(on: Ground, name: Name) -> Codes:
    """The names of a sealed file."""
    numbers = {number: one.party for one, number in on.party_ids.items()}
    return Codes(numbers, on.places, name, on.shortages_after)


def replayed(
    some: Sequence[Family], runs: Sequence[Run], codes: Codes, sealed: Mapping[int, Again]
) -> list[str]:
    """Some families under every run; as things were, where that is not what was booked, and kept
    for the files that are sealed."""
    differing: list[str] = []
    for family in some:
        booked = {one.entry_id: one for one in family.entries}
        for run in runs:
            group = Group(family.members, run.rules)
            for one in group.replay(family.entries):
                if run.live and one.happened is not None and not same(one.draws, one.happened):
                    differing.append(f"entry {one.entry_id}")
                if run.live:
                    booked.pop(one.entry_id, None)
                parts = parts_of(one, codes)
                if run.live and one.row["cycle_id"] in sealed:
                    sealed[one.row["cycle_id"]].keep(one, parts)
                if parts is not None:
                    for world in run.worlds:
                        world.add(parts)
            run.unreached_points += group.unreached_points
        differing += [f"entry {n}" for n, one in booked.items() if one.draws or one.lots]
    return differing


def same(draws: Sequence[Row], happened: Happened) -> bool:
    """Whether the draws of an entry are those that were booked."""
    again = sorted(
        (d["lot_entry_id"], d["lot_part"], d["points"], d["for_rule"] or "") for d in draws
    )
    then = sorted((d.lot_entry_id, d.lot_part, d.points, d.for_rule or "") for d in happened.draws)
    return again == then


async def off_statements(conn: AsyncConnection, on: Ground, live: Sequence[Told]) -> list[str]:
    """Where a stated line is not what the replay came to, as things were."""
    found = []
    for cycle in live:
        if cycle.period.cycle_id not in on.stated:
            continue
        stated = {
            tuple(row[name] for name in NAMED_BY): (row["points"], row["entries"], row["yen"])
            for row in await rows(conn, CHARGED, {"cycle_id": cycle.period.cycle_id})
        }
        again = {
            tuple(said(getattr(one, name)) for name in NAMED_BY): (
                one.points,
                one.entries,
                said(one.yen),
            )
            for one in cycle.results
            if isinstance(one, Charge)
        }
        there = {party for party, *_ in stated}  # who came later has nothing to be told
        again = {line: sums for line, sums in again.items() if line[0] in there or any(sums)}
        lines = stated.keys() | again.keys()
        off = sorted(str(line) for line in lines if stated.get(line) != again.get(line))
        found += [f"{cycle.period.first_on} {line}" for line in off]
    return found


def said(value: object) -> object:
    """What a row says where a line leaves out."""
    return None if value is UNSET else value


def cycle_told(one: Told) -> CycleTold:
    """A cycle's nets."""
    nets = {net.party: net.yen for net in one.results if isinstance(net, Net)}
    assert sum(nets.values()) == 0
    splits: dict[str, dict[str, int]] = {}
    for split in one.results:
        if isinstance(split, Split):
            splits.setdefault(split.party, {})[split.unit or ""] = split.yen
    return CycleTold(one.period.first_on, one.period.last_on, nets, splits)
