"""締めの段階: how far the close of a cycle is, and whose turn it is to bring it further."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import TOKYO
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.lines import PARTY_KINDS, Party
from settlement.netting import Flow
from settlement.tell_parties import tell_parties

CYCLE = statement(__file__, "cycle")
MARK = statement(__file__, "mark")
PARTIES = statement(__file__, "parties")
FLOWS = statement(__file__, "flows")
# One close of a cycle at a time: the pair of a word of ours and the cycle's number.
TURN = "SELECT pg_advisory_xact_lock(%(word)s::integer, %(cycle_id)s::integer)"
WORD = 0x6D656775
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Closing(Struct, frozen=True):
    """What a close needs of the house around it: the worker's connections, the desk's lapses,
    opaque names for entries (member, entry), and the promises of the books that do not hold."""

    connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
    lapse_due: Callable[[date], Awaitable[object]]
    name_entry: Callable[[int, int], str]
    broken: Callable[[AsyncConnection], Awaitable[Sequence[object]]]


class Standing(Struct, frozen=True):
    """A cycle of the calendar and how far its close is; a stage of None has not begun."""

    cycle_id: int
    first_on: date
    last_on: date
    closed_at: datetime | None
    state: str
    stage: str | None
    scheme_id: int | None
    older_waits: bool
    eldest: bool
    planned_to: date

    @property
    def since(self) -> datetime:
        """Before anything of this cycle can have been booked: its business dates begin on its
        first day, and what is late comes to it only after the close of the one before. What came
        before there was any cycle went to the eldest."""
        if self.eldest:
            return LONG_AGO
        return datetime.combine(self.first_on, time(0), TOKYO) - timedelta(days=1)


async def standing(conn: AsyncConnection, cycle_id: int) -> Standing:
    """A cycle as it stands now; NotFound if the calendar has none such."""
    async with conn.transaction():
        found = await rows(conn, CYCLE, {"cycle_id": cycle_id})
    if not found:
        raise NotFound
    return Standing(cycle_id, **found[0])


@asynccontextmanager
async def turn(conn: AsyncConnection, cycle_id: int, stage: str) -> AsyncIterator[bool]:
    """A transaction in which no one else advances this cycle; whether it still stands there."""
    async with conn.transaction():
        await conn.execute(TURN, {"word": WORD, "cycle_id": cycle_id})
        yield (await standing(conn, cycle_id)).stage == stage


async def mark(
    conn: AsyncConnection,
    cycle_id: int,
    stage: str,
    done: str,
    *,
    closed_at: datetime | None = None,
    sealed_at: datetime | None = None,
) -> None:
    """Write down, in the transaction that did it, that a stage is done."""
    asked = {
        "cycle_id": cycle_id,
        "stage": stage,
        "done": done,
        "closed_at": closed_at,
        "sealed_at": sealed_at,
    }
    marked = await (await conn.execute(MARK, asked)).fetchone()
    assert marked is not None, "whoever has the turn finds the stage as it was"
    if done == "sealed":
        await tell_parties(conn, cycle_id, "closed")


async def flows(conn: AsyncConnection, cycle_id: int) -> list[Flow]:
    """What points did in a cycle, as it was summed."""
    return [Flow(**row) for row in await rows(conn, FLOWS, {"cycle_id": cycle_id})]


async def party_ids(conn: AsyncConnection) -> dict[Party, int]:
    """Whoever can owe or be owed, in the order of the sealed file, with their numbers."""
    found = await rows(conn, PARTIES, {})
    return {
        Party(row["code"], row["kind"], row["name"], row["name_en"]): row["party_id"]
        for row in sorted(found, key=lambda row: (PARTY_KINDS.index(row["kind"]), row["code"]))
    }
