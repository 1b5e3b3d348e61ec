"""連番の照合: whether every line that a till numbered has come, once; its tenant sees it."""

from datetime import datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.callers import Caller
from tenants.outcomes import Gap

OWN_TILL = statement(__file__, "own_till")
KEYS = statement(__file__, "sequence")
GAPS = statement(__file__, "gaps")
DOUBLED = statement(__file__, "doubled")
MOST = 1_000


class Numbered(Struct, frozen=True):
    """One key: the last number that came under it, how many lines did, and which have not."""

    kid: str
    enrolled_at: datetime
    retired_at: datetime | None
    last_seq: int
    lines: int
    gaps: tuple[Gap, ...]


class Doubled(Struct, frozen=True):
    """A line that used a number again, or does not follow from the lines around it."""

    seq: int | None
    batch: str
    line: int
    problem: str


class Sequence(Struct, frozen=True):
    """The numbers of a till's lines, under each key that it had, the newest first; at most 1,000
    gaps and 1,000 doubled lines."""

    till: str
    complete: bool
    keys: tuple[Numbered, ...]
    doubled: tuple[Doubled, ...]


async def sequence(conn: AsyncConnection, caller: Caller, till: str) -> Sequence:
    """What came of a till of the caller's own; another's does not exist."""
    asked = {"tenant_id": caller.tenant_id, "till": till, "most": MOST}
    if caller.tills is not None and till not in caller.tills:
        raise NotFound
    if not await rows(conn, OWN_TILL, asked):
        raise NotFound
    gaps: dict[str, list[Gap]] = {}
    for row in await rows(conn, GAPS, asked):
        gaps.setdefault(row["kid"], []).append(Gap(row["first"], row["last"]))
    keys = tuple(
        Numbered(**row, gaps=tuple(gaps.get(row["kid"], ())))
        for row in await rows(conn, KEYS, asked)
    )
    doubled = tuple(Doubled(**row) for row in await rows(conn, DOUBLED, asked))
    return Sequence(till, not gaps and not doubled, keys, doubled)
