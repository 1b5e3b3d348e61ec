"""記録: what became of each run of a job. Its rows are written by whoever holds the job's lock."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement

ALONE = statement(__file__, "alone")
BEGIN = statement(__file__, "begin")
END = statement(__file__, "end")
DONE = statement(__file__, "done")
STANDING = statement(__file__, "standing")
HISTORY = statement(__file__, "history")
FORGET = statement(__file__, "forget")
LOCK = 0x6A6F62  # the first half of a job's lock; the other is its name's

Outcome = Literal["running", "ok", "failed", "broken-off"]


class Run(Struct, frozen=True):
    """One run: for which instant, when it began and ended by the wall, how many, and how."""

    due_at: datetime
    began_at: datetime
    ended_at: datetime | None
    done: int | None
    outcome: Outcome
    reason: str | None


class Past(Run, frozen=True):
    """A run, and whether somebody asked for it: who, where a page was asked."""

    asked: bool
    asked_by: str | None


class Standing(Struct, frozen=True):
    """Where a job stands: up to which instant it is done, its last run, and the instants that were
    given up."""

    done_up_to: datetime | None = None
    last: Run | None = None
    given_up: tuple[datetime, ...] = ()


async def alone(conn: AsyncConnection, name: str) -> bool:
    """Whether this connection has the job's lock now, and until it ends."""
    row = await (await conn.execute(ALONE, {"lock": LOCK, "name": name})).fetchone()
    return row is not None and bool(row[0])


async def begin(
    conn: AsyncConnection, name: str, due_at: datetime, asked: bool, by: str | None, at: datetime
) -> int:
    """A run begins; one that began before and never ended was broken off. Its number."""
    told = {"name": name, "due_at": due_at, "asked": asked, "asked_by": by, "at": at}
    row = await (await conn.execute(BEGIN, told)).fetchone()
    assert row is not None
    return int(row[0])


async def end(
    conn: AsyncConnection, run_id: int, at: datetime, done: int | None, reason: str | None = None
) -> None:
    """It ended, and did so many; or it failed, for a reason that names nobody."""
    told = {"run_id": run_id, "at": at, "done": done, "reason": reason}
    await conn.execute(END, told)


async def is_done(conn: AsyncConnection, name: str, due_at: datetime) -> bool:
    """Whether a job ended well for an instant."""
    return (await conn.execute(DONE, {"name": name, "due_at": due_at})).rowcount > 0


async def standing(
    conn: AsyncConnection, names: Iterable[str], most_tries: int
) -> dict[str, Standing]:
    """Where jobs stand, by name."""
    asked: dict[str, object] = {"names": list(names), "most": most_tries}
    return {row["name"]: stands(row) for row in await rows(conn, STANDING, asked)}


async def history(conn: AsyncConnection, name: str, most: int) -> list[Past]:
    """The last runs of a job, the latest first."""
    return [Past(**row) for row in await rows(conn, HISTORY, {"name": name, "most": most})]


def stands(row: dict[str, Any]) -> Standing:
    """One row of `standing.sql`."""
    told = (row[one] for one in ("due_at", "began_at", "ended_at", "done", "outcome", "reason"))
    last = Run(*told) if row["began_at"] is not None else None
    return Standing(row["done_up_to"], last, tuple(row["given_up"] or ()))


async def forget(conn: AsyncConnection, before: datetime) -> int:
    """Drop old runs, but for the last of each job and the last that ended well."""
    return (await conn.execute(FORGET, {"before": before})).rowcount
