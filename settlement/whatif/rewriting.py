"""封印の再現: sealed files written again from a replay, which must be the same byte for byte.

Of the seal itself only two things are taken, which no replay can know: the random bytes of each
leaf, and the head of the journal as it stood when the first line was written. What the close was
told is taken as it was told: the instant from which nothing came to the cycle, the parties' names,
and the terms, carries, decided disputes and units that it was stated under. All else follows from
the replay: the schemes, every grant and draw, the matrix, every statement, the nets and splits.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date
from tempfile import SpooledTemporaryFile

import msgspec
from msgspec import UNSET, Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement import sealing
from settlement.agreeing import stated_under
from settlement.fees import Agreed
from settlement.lines import (
    CURRENCY,
    FORMAT,
    Draw,
    Grant,
    Header,
    JournalHead,
    Line,
    Party,
    Scheme,
    canonical,
    parse,
)
from settlement.seal import FOOT, LEAF, Tree, foot, leaf, physical
from settlement.splitting import results
from settlement.stages import Standing
from settlement.tally import Tally
from settlement.whatif.asking import Booked
from settlement.whatif.worlds import Parts

PREVIOUS = statement(__file__, "previous")

HELD_BYTES = 1 << 20  # of one day, before it is put on disk
Slice = tuple[bool, date]  # whether it is draws, of which business date


class Again:
    """The grants and draws of one cycle as a replay has them: by day, in no order yet."""

    def __init__(self) -> None:
        self.schemes: set[str] = set()
        self._days: dict[Slice, SpooledTemporaryFile[bytes]] = {}

    def keep(self, booked: Booked, parts: Parts | None) -> None:
        """One entry; its schemes also where nothing of it is settled."""
        drawn = [*booked.granted, *booked.draws]
        self.schemes.update(str(row["scheme_id"]) for row in drawn)
        if parts is not None:
            every: list[Grant | Draw] = [*parts.grants, *parts.draws]
            for part in every:
                self.schemes.add(part.scheme)
                self._add(part)

    def _add(self, part: Grant | Draw) -> None:
        where = isinstance(part, Draw), part.business_date
        if where not in self._days:
            self._days[where] = SpooledTemporaryFile(HELD_BYTES)  # noqa: SIM115  until it is read
        # Sorted as text a day stands in the order of the file: by entry, then by number.
        self._days[where].write(b"%b %09d %b\n" % (part.entry.encode(), part.n, canonical(part)))

    def close(self) -> None:
        """Give back what is on disk, read or not."""
        for day in self._days.values():
            day.close()

    def lines(self) -> Iterator[bytes]:
        """Grants, then draws, in the order of the sealed file; one day in memory at a time."""
        for where in sorted(self._days):
            with self._days.pop(where) as day:
                day.seek(0)
                for line in sorted(day.readlines()):
                    yield line.split(b" ", 2)[2][:-1]


class Told(Struct, frozen=True):
    """What the close of a cycle was told."""

    cycle: Standing
    parties: Sequence[Party]
    schemes: Sequence[Scheme]
    agreed: Agreed
    previous: bytes | None
    journal: JournalHead | msgspec.UnsetType

    def head(self) -> Iterator[Line]:
        """The lines before the first grant."""
        assert self.cycle.closed_at is not None
        yield Header(
            FORMAT,
            CURRENCY,
            self.cycle.first_on.isoformat(),
            self.cycle.first_on,
            self.cycle.last_on,
            self.cycle.closed_at.astimezone(UTC),
            self.previous.hex() if self.previous else None,
            self.journal,
        )
        yield from self.schemes
        yield from self.parties
        under = self.agreed
        agreed: list[Line] = [*under.terms, *under.carries, *under.adjustments, *under.units]
        yield from agreed


async def rewritten(
    conn: AsyncConnection,
    cycle: Standing,
    again: Again,
    tally: Tally,
    schemes: Iterable[Scheme],
) -> tuple[str, int | None]:
    """The seal of a sealed cycle's file as a replay writes it, and the first physical line in which
    that differs from the file that lies in the books; None where there is none."""
    told = await told_of(conn, cycle, again, schemes)
    texts = physical_texts(told, again, tally)
    reader, piece = Reader(texts, told.previous), 0
    while body := await sealing.read_body(conn, cycle.cycle_id, piece):
        await asyncio.to_thread(reader.read, body)
        piece += 1
        if reader.differs is not None:
            break
    return reader.ends()


async def told_of(
    conn: AsyncConnection, cycle: Standing, again: Again, schemes: Iterable[Scheme]
) -> Told:
    """What the close was told, and the schemes that the replay came upon."""
    known = again.schemes | {str(cycle.scheme_id)}
    used = [sealing.scheme(**msgspec.structs.asdict(s)) for s in schemes if s.scheme in known]
    parties = await sealing.parties(conn, cycle)
    before = await rows(conn, PREVIOUS, {"cycle_id": cycle.cycle_id})
    body = await sealing.read_body(conn, cycle.cycle_id, 0)
    first = LEAF.fullmatch(body.splitlines(keepends=True)[0])
    header = parse(first[2]) if first else None
    return Told(
        cycle,
        parties,
        sorted(used, key=lambda scheme: scheme.from_on),
        await stated_under(conn, cycle, parties),
        bytes(before[0]["seal"]) if before else None,
        header.journal if isinstance(header, Header) else UNSET,
    )


def physical_texts(told: Told, again: Again, tally: Tally) -> Iterator[bytes]:
    """Every line of a file but its last, in canonical form."""
    yield from map(canonical, told.head())
    yield from again.lines()
    came = results(tally.flows(), tally.entries, told.parties, told.agreed, tally.yen_by_shop)
    yield from map(canonical, came)


class Reader:
    """Reads a sealed file beside the one that a replay writes with the random bytes of its leaves;
    stops at the first line that is another."""

    def __init__(self, texts: Iterator[bytes], previous: bytes | None) -> None:
        self.differs: int | None = None
        self._texts = texts
        self._previous = previous
        self._number = 0
        self._tree = Tree()
        self._foot = b""

    def read(self, body: bytes) -> None:
        """Some more lines of it."""
        for sealed in body.splitlines(keepends=True):
            self._number += 1
            if self._written(sealed) != sealed:
                self.differs = self._number
                return

    def _written(self, sealed: bytes) -> bytes:
        """The line that a replay has here."""
        if self._foot:
            return b""
        text = next(self._texts, None)
        if text is None:
            self._foot = foot(self._tree, self._previous)
            return self._foot
        found = LEAF.fullmatch(sealed)
        if found is None:
            return b""
        salt = bytes.fromhex(found[3].decode())
        hashed = leaf(salt, text)
        self._tree.add(hashed)
        return physical(hashed, text, salt)

    def ends(self) -> tuple[str, int | None]:
        """The seal that was written, and the first line that differs, if any."""
        if self.differs is None and not self._foot:
            self.differs = self._number + 1
        written = FOOT.fullmatch(self._foot)
        return written[4].decode() if written else "", self.differs
