"""締め: a cycle is lapsed, shut, summed, stated and sealed; each stage leaves its mark.

Whoever closes again goes on where the last one stopped, and the result is the same, byte for byte.
Writers wait only while `closed_at` is written; all else happens beside them.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct, UnsetType
from psycopg import AsyncConnection

from federation.close import plan, shut
from federation.days import day_of
from federation.reading import rows
from federation.sql import statement
from settlement import calendar, schemes
from settlement.agreeing import ONE_AT_A_TIME, agreed_on, agreements, kept, yen_by_shop
from settlement.anchors import journal_head
from settlement.counting import counted, recounted
from settlement.fees import Agreed
from settlement.lines import Charge, JournalHead, Party, Split
from settlement.passes import HASHED
from settlement.refusals import CycleClosed, CycleNotOver, EarlierCycleOpen, PromiseBroken
from settlement.roll import catch_up
from settlement.sealing import seal
from settlement.splitting import split
from settlement.stages import Closing, Standing, flows, mark, party_ids, standing, turn
from settlement.statement import Key, charges, netted, told, total_yen, written

BEGIN = statement(__file__, "begin")
PROOF = statement(__file__, "proof")
SUM = statement(__file__, "sum")
STATE = statement(__file__, "state")
SEAL = statement(__file__, "seal")

AHEAD = timedelta(days=62)
SHOWN = 20


class Closed(Struct, frozen=True):
    """What a close ends with."""

    cycle: str
    first_on: date
    last_on: date
    state: str
    closed_at: datetime
    leaves: int
    previous: str | None
    root: str
    seal: str


async def close(closing: Closing, cycle_id: int, who: str, now: datetime) -> Closed:
    """Bring a cycle to its seal from wherever it stands; one that is sealed stays as it is."""
    async with closing.connect() as conn:
        await begin(conn, cycle_id, who, now)
        cycle = await standing(conn, cycle_id)
        while cycle.stage != "sealed":
            await STEPS[cycle.stage](closing, conn, cycle, now)
            cycle = await standing(conn, cycle_id)
        async with conn.transaction():
            return Closed(**(await rows(conn, SEAL, {"cycle_id": cycle_id}))[0])


async def begin(conn: AsyncConnection, cycle_id: int, who: str, now: datetime) -> None:
    """Refuse what cannot be closed now; else the close has begun, with a key of its own."""
    cycle = await standing(conn, cycle_id)
    if cycle.state not in ("open", "closed"):
        raise CycleClosed
    if day_of(now) <= cycle.last_on:
        raise CycleNotOver
    if cycle.older_waits:
        raise EarlierCycleOpen
    asked = {
        "cycle_id": cycle_id,
        "scheme_id": cycle.scheme_id,
        "who": who,
        "now": now,
        "salt_key": secrets.token_bytes(32),
    }
    async with conn.transaction():
        await conn.execute(BEGIN, asked)


async def lapse(closing: Closing, conn: AsyncConnection, cycle: Standing, now: datetime) -> None:
    """Book every lapse up to the last day: its business date is the day the points expired."""
    await closing.lapse_due(cycle.last_on)
    async with turn(conn, cycle.cycle_id, "begun") as ours:
        if ours:
            await mark(conn, cycle.cycle_id, "begun", "lapsed")


async def shut_doors(
    closing: Closing, conn: AsyncConnection, cycle: Standing, now: datetime
) -> None:
    """From this instant no entry goes to the cycle; the next ones stand ready."""
    async with turn(conn, cycle.cycle_id, "lapsed") as ours:
        if ours:
            calendar_on = partial(schemes.calendar_on, await agreements(conn))
            begins_on, to_on = cycle.planned_to + calendar.DAY, day_of(now) + AHEAD
            ahead = calendar.following(begins_on, to_on, calendar_on)
            await plan(conn, [(one.cycle_id, one.first_on, one.last_on) for one in ahead])
            closed_at = await shut(conn, cycle.cycle_id, now)
            await mark(conn, cycle.cycle_id, "lapsed", "shut", closed_at=closed_at)


async def sum_up(closing: Closing, conn: AsyncConnection, cycle: Standing, now: datetime) -> None:
    """Add up what points did: positions and what is not folded yet, once a pass over everything
    has come to the same. Not while the books break a promise."""
    await catch_up(conn)
    async with turn(conn, cycle.cycle_id, "shut") as ours:
        if ours:
            found = await asyncio.gather(differing(conn, cycle), broken_now(closing))
            broken = [one for some in found for one in some]
            if broken:
                raise PromiseBroken(broken=[str(one) for one in broken[:SHOWN]])
            await conn.execute(SUM, booked(cycle))
            await mark(conn, cycle.cycle_id, "shut", "summed")


def booked(cycle: Standing) -> dict[str, Any]:
    """Which entries are the cycle's."""
    return {"cycle_id": cycle.cycle_id, "since": cycle.since}


async def differing(conn: AsyncConnection, cycle: Standing) -> list[str]:
    """The cells in which positions and the whole pass differ, or that are nobody's, by name."""
    name = cycle.first_on.isoformat()
    await conn.execute(HASHED)
    return [
        f"{name} {cell['funder']} → {cell['tenant']} {cell['funding']} {cell['movement']} "
        f"{cell['kind']}{' late' if cell['late'] else ''}: {cell['points']} ≠ {cell['whole']}"
        for cell in await rows(
            conn, PROOF, {**booked(cycle), "first_on": cycle.first_on, "most": SHOWN}
        )
    ]


async def broken_now(closing: Closing) -> list[object]:
    """The promises of the books that do not hold, asked beside the other pass over everything."""
    async with closing.connect() as conn, conn.transaction():
        await conn.execute(HASHED)
        return list(await closing.broken(conn))


async def state(closing: Closing, conn: AsyncConnection, cycle: Standing, now: datetime) -> None:
    """Write every party's statement, also where there is nothing in it."""
    async with turn(conn, cycle.cycle_id, "summed") as ours:
        if ours:
            await conn.execute(ONE_AT_A_TIME)
            ids = await party_ids(conn)
            agreed = await agreed_on(conn, cycle, list(ids))
            charged = charges(
                await flows(conn, cycle.cycle_id), await entries(conn, cycle), list(ids), agreed
            )
            assert sum(total_yen(charged).values()) == 0
            head = await journal_head(conn)
            at_shops = await yen_by_shop(conn, cycle, list(ids), agreed)
            parts = split(netted(charged), agreed.units, at_shops)
            await conn.execute(STATE, stated(cycle, charged, ids, head, agreed, parts))
            await mark(conn, cycle.cycle_id, "summed", "stated")


async def entries(conn: AsyncConnection, cycle: Standing) -> dict[Key, int]:
    """How many entries stand in each line of each statement: as folded, and proved by a count."""
    folded, whole = await counted(conn, booked(cycle)), await recounted(conn, booked(cycle))
    broken = [
        f"{cycle.first_on} {party} {original or code}: {folded.get(line, 0)} ≠ {whole.get(line, 0)}"
        for line in sorted(folded | whole)
        for party, code, original in (line,)
        if folded.get(line) != whole.get(line)
    ]
    if broken:
        raise PromiseBroken(broken=broken[:SHOWN])
    return folded


def stated(
    cycle: Standing,
    charged: Sequence[Charge],
    ids: dict[Party, int],
    head: JournalHead | UnsetType,
    agreed: Agreed,
    parts: Sequence[Split],
) -> dict[str, object]:
    """The rows of the statements and of their lines, under what they were written, and how nets
    are split."""
    assert cycle.closed_at is not None
    closed_at = cycle.closed_at.astimezone(UTC)
    pays_on = calendar.pays_on(calendar.Cycle(cycle.first_on, cycle.last_on))
    numbers = {party.party: party_id for party, party_id in ids.items()}
    own: dict[str, list[Charge]] = {party: [] for party in numbers}
    for charge in charged:
        own[charge.party].append(charge)
    tax_bp = max((one.tax_bp for one in agreed.terms), default=0)
    days = (cycle.first_on, cycle.last_on, closed_at, pays_on)
    statements = [told(party, own[party.party], *days, head, tax_bp) for party in ids]
    bodies = [
        {"party_id": numbers[one.party.party], "total_yen": one.total_yen, "body": written(one)}
        for one in statements
    ]
    lines = [{**msgspec.to_builtins(one), "party_id": numbers[one.party]} for one in charged]
    return {
        "cycle_id": cycle.cycle_id,
        "statements": msgspec.json.encode(bodies).decode(),
        "lines": msgspec.json.encode(lines).decode(),
        "conditions": kept(agreed, numbers),
        "splits": msgspec.json.encode(
            [
                {"party_id": numbers[one.party], "unit": one.unit or None, "yen": one.yen}
                for one in parts
            ]
        ).decode(),
    }


Step = Callable[[Closing, AsyncConnection, Standing, datetime], Awaitable[None]]
# The mark that a close stands at, and what brings it to the next.
STEPS: dict[str | None, Step] = {
    "begun": lapse,
    "lapsed": shut_doors,
    "shut": sum_up,
    "summed": state,
    "stated": seal,
}
