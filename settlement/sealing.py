"""封印ファイルを書く: the last stage of a close, day by day, each slice committed on its own.

A slice is the head of the file, one business date's grants, one business date's draws, or the
results. The file goes into the books in pieces; before the last is kept, the whole is read back and
verified as any stranger would.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET, Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.agreeing import splits, stated_under
from settlement.anchors import journal_head
from settlement.lines import (
    CURRENCY,
    FORMAT,
    PARTY_KINDS,
    Attribution,
    Breakage,
    Charge,
    Draw,
    Grant,
    Header,
    Line,
    Party,
    Scheme,
    order,
)
from settlement.netting import matrix, nets, ranked
from settlement.refusals import PromiseBroken
from settlement.seal import FOOT, Sealer
from settlement.stages import Closing, Standing, flows, mark, turn
from settlement.statement import Statement, beside_yen
from settlement.verify import Verifier

SEALING = statement(__file__, "sealing")
SCHEMES = statement(__file__, "schemes")
STATED = statement(__file__, "stated")
CHARGED = statement(__file__, "charged")
DAYS = statement(__file__, "days")
GRANTS = statement(__file__, "grants")
DRAWS = statement(__file__, "draws")
PIECE = statement(__file__, "piece")
BODY = statement(__file__, "body")
SEALED = statement(__file__, "sealed")

PIECE_BYTES = 4 * 1024 * 1024
SHOWN = 20


class SoFar(Struct, frozen=True):
    """What sealing goes on from."""

    salt_key: bytes
    previous: bytes | None
    piece: int
    slice: int
    leaves: int
    peaks: bytes


class Piece(Struct, frozen=True):
    """Some physical lines, and the tree after them."""

    leaves: int
    peaks: bytes
    body: bytes


Slice = Callable[[SoFar], Awaitable[Sequence[Line]]]


async def seal(closing: Closing, conn: AsyncConnection, cycle: Standing, now: datetime) -> None:
    """Write the sealed file, slice by slice, and the seal with its last; while one is written the
    next is read, on a connection of its own."""
    async with closing.connect() as reader:
        slices = await plan(closing, reader, cycle)
        ahead = Ahead(slices)
        try:
            while ahead.at < len(slices):
                async with turn(conn, cycle.cycle_id, "stated") as ours:
                    if not ours:
                        return
                    await write(conn, cycle, ahead, now)
        finally:
            await ahead.leave()


class Ahead:
    """Slices in their order, one of them read ahead: entries of a shut cycle do not change."""

    def __init__(self, slices: Sequence[Slice]) -> None:
        self.at = 0
        self.last = len(slices) - 1
        self._slices = slices
        self._next: asyncio.Future[Sequence[Line]] | None = None

    async def lines(self, so_far: SoFar) -> Sequence[Line]:
        """The slice behind those that are kept; the next one is begun."""
        if self.at <= so_far.slice:  # somebody else was at it
            await self.leave()
            self.at = so_far.slice + 1
        reading = self._next or asyncio.ensure_future(self._slices[self.at](so_far))
        self._next = None
        found = await reading
        if self.at < self.last:
            self._next = asyncio.ensure_future(self._slices[self.at + 1](so_far))
        return found

    async def leave(self) -> None:
        """What was read ahead is not wanted."""
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
            self._next = None


async def write(conn: AsyncConnection, cycle: Standing, ahead: Ahead, now: datetime) -> None:
    """Write the next slice, by whoever has the turn."""
    so_far = await read_so_far(conn, cycle)
    lines = await ahead.lines(so_far)
    sealer = Sealer(so_far.salt_key, so_far.leaves, so_far.peaks)
    pieces = await asyncio.to_thread(cut, sealer, lines)
    if ahead.at == ahead.last:
        last = sealer.foot(so_far.previous)
        pieces = [*pieces[:-1], footed(pieces[-1], last)]
        await finish(conn, cycle, so_far, pieces, now)
    await keep(conn, cycle, so_far, ahead.at, pieces)
    ahead.at += 1


async def plan(closing: Closing, conn: AsyncConnection, cycle: Standing) -> list[Slice]:
    """The slices of a cycle's file: the same each time, since its entries are what they are."""
    async with conn.transaction():
        found = await rows(conn, DAYS, booked(cycle))
    days: list[date] = [row["business_date"] for row in found]
    name = closing.name_entry
    return [
        partial(head, conn, cycle),
        *(partial(parts, conn, cycle, name, GRANTS, Grant, day) for day in days),
        *(partial(parts, conn, cycle, name, DRAWS, Draw, day) for day in days),
        partial(outcome, conn, cycle),
    ]


def booked(cycle: Standing) -> dict[str, Any]:
    """Which entries are the cycle's."""
    return {"cycle_id": cycle.cycle_id, "since": cycle.since}


async def read_so_far(conn: AsyncConnection, cycle: Standing) -> SoFar:
    """Where sealing stands."""
    return SoFar(**(await rows(conn, SEALING, {"cycle_id": cycle.cycle_id}))[0])


async def head(conn: AsyncConnection, cycle: Standing, so_far: SoFar) -> Sequence[Line]:
    """Which cycle, by which rules, between whom, and what was agreed with each."""
    assert cycle.closed_at is not None
    header = Header(
        FORMAT,
        CURRENCY,
        cycle.first_on.isoformat(),
        cycle.first_on,
        cycle.last_on,
        cycle.closed_at.astimezone(UTC),
        so_far.previous.hex() if so_far.previous else None,
        await journal_head(conn),
    )
    schemes = [scheme(**row) for row in await rows(conn, SCHEMES, booked(cycle))]
    told = await parties(conn, cycle)
    agreed = await stated_under(conn, cycle, told)
    agreed_with: list[Line] = [*agreed.terms, *agreed.carries, *agreed.adjustments, *agreed.units]
    return [header, *schemes, *told, *agreed_with]


def scheme(breakage: Breakage, attribution: Attribution, **rest: Any) -> Scheme:
    """A scheme as a file names it: what lapses goes to the promotion fund and the oldest points go
    first, or it says otherwise."""
    return Scheme(
        **rest,
        breakage=UNSET if breakage == "PROMO_FUND" else breakage,
        attribution=UNSET if attribution == "FIFO" else attribution,
    )


async def parts(
    conn: AsyncConnection,
    cycle: Standing,
    name: Callable[[int, int], str],
    query: str,
    part: type[Grant | Draw],
    day: date,
    so_far: SoFar,
) -> Sequence[Line]:
    """The grants or the draws of one business date, under names that say nothing."""
    found = await rows(conn, query, {**booked(cycle), "day": day})
    told = [{key: said for key, said in row.items() if said is not None} for row in found]
    lines = [part(entry=name(row.pop("member_id"), row.pop("entry_id")), **row) for row in told]
    return sorted(lines, key=lambda line: (line.entry, line.n))  # of one day, as `order` has it


async def outcome(conn: AsyncConnection, cycle: Standing, so_far: SoFar) -> Sequence[Line]:
    """Matrix, statements, nets and how they are split."""
    told = await parties(conn, cycle)
    ranks = ranked(told)
    cells = matrix(await flows(conn, cycle.cycle_id), told)
    found = await rows(conn, CHARGED, {"cycle_id": cycle.cycle_id})
    stated = [Charge(**{key: row[key] for key in row if row[key] is not None}) for row in found]
    netted = nets(cells, told, beside_yen(stated))
    parts = await splits(conn, cycle.cycle_id, told)
    return [*cells, *sorted(stated, key=lambda line: order(line, ranks)), *netted, *parts]


async def parties(conn: AsyncConnection, cycle: Standing) -> list[Party]:
    """The parties as they were told: a name that changed since does not change the file."""
    found = await rows(conn, STATED, {"cycle_id": cycle.cycle_id})
    told = [msgspec.json.decode(row["body"], type=Statement).party for row in found]
    listed = [Party(one.party, one.kind, one.name, one.name_en) for one in told]
    return sorted(listed, key=lambda party: (PARTY_KINDS.index(party.kind), party.party))


def cut(sealer: Sealer, lines: Iterable[Line]) -> list[Piece]:
    """Physical lines in pieces that a connection carries easily."""
    pieces, body = [], bytearray()
    for line in lines:
        body += sealer.write(line)
        if len(body) >= PIECE_BYTES:
            pieces.append(Piece(sealer.tree.leaves, sealer.tree.peaks, bytes(body)))
            body.clear()
    if body:
        pieces.append(Piece(sealer.tree.leaves, sealer.tree.peaks, bytes(body)))
    return pieces


def footed(piece: Piece, foot: bytes) -> Piece:
    """The last piece, with the last line."""
    return Piece(piece.leaves, piece.peaks, piece.body + foot)


async def keep(
    conn: AsyncConnection, cycle: Standing, so_far: SoFar, at: int, pieces: Iterable[Piece]
) -> None:
    """Put the pieces of a slice behind those that are there."""
    for number, piece in enumerate(pieces, so_far.piece + 1):
        asked = {"cycle_id": cycle.cycle_id, "piece": number, "slice": at}
        await conn.execute(PIECE, {**asked, **msgspec.structs.asdict(piece)})


async def finish(
    conn: AsyncConnection,
    cycle: Standing,
    so_far: SoFar,
    pieces: Sequence[Piece],
    now: datetime,
) -> None:
    """Verify the whole file as it lies in the books; then it has its seal."""
    verifier = Verifier(None, so_far.previous.hex() if so_far.previous else None)
    for number in range(so_far.piece + 1):
        await asyncio.to_thread(feed, verifier, await read_body(conn, cycle.cycle_id, number))
    for piece in pieces:
        await asyncio.to_thread(feed, verifier, piece.body)
    verdict = verifier.verdict()
    if verdict.faults:
        raise PromiseBroken(broken=[str(fault) for fault in verdict.faults[:SHOWN]])
    foot = FOOT.fullmatch(pieces[-1].body.splitlines(keepends=True)[-1])
    assert foot is not None
    asked = {
        "cycle_id": cycle.cycle_id,
        "leaves": verdict.leaves,
        "previous": so_far.previous,
        "root": bytes.fromhex(foot[3].decode()),
        "seal": bytes.fromhex(foot[4].decode()),
    }
    await conn.execute(SEALED, asked)
    await mark(conn, cycle.cycle_id, "stated", "sealed", sealed_at=now)


def feed(verifier: Verifier, body: bytes) -> None:
    """Let the verifier read on."""
    for line in body.splitlines(keepends=True):
        verifier.read(line)


async def read_body(conn: AsyncConnection, cycle_id: int, piece: int) -> bytes:
    """One piece of a sealed file; empty past its end."""
    found = await rows(conn, BODY, {"cycle_id": cycle_id, "piece": piece})
    return bytes(found[0]["body"]) if found else b""
