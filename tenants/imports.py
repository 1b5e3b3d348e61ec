"""会員の一括登録: files of members are kept row by row, and worked off a hundred at a time.

Each slice first joins its members in one transaction, then brings their balances over through the
desk, each under a slip of the file's digest and its line. Wherever a process dies, the next goes
on: a row that joined is not joined again, a slip that was booked gives its stored answer.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants import privacy, proposals
from tenants.member_rows import REASONS, Fault, MemberRow, Read, rows_of
from tenants.terms import Party

ADD = statement(__file__, "add_import")
IMPORT = statement(__file__, "import")
COUNTS = statement(__file__, "import_counts")
REFUSED = statement(__file__, "import_refused")
APPROVE = statement(__file__, "approve_import")
REJECT = statement(__file__, "reject_import")


class FaultTold(Struct, frozen=True):
    """What is wrong in one column of a row."""

    column: str
    reason: str
    ja: str
    en: str


class RowRefused(Struct, frozen=True):
    """A row that was not taken, and why."""

    line: int
    faults: tuple[FaultTold, ...]


class FunderTotal(Struct, frozen=True):
    """What a file brings of one funder: `file` is the sum of the others."""

    funder: str
    file_points: int
    booked_points: int
    refused_points: int
    waiting_points: int


class ImportTold(Struct, frozen=True, omit_defaults=True):
    """A file of members: how far it is, what it comes to, and the first rows that were refused."""

    file: str
    state: str
    rows: int
    booked: int
    refused: int
    waiting: int
    totals: tuple[FunderTotal, ...]
    refusals: tuple[RowRefused, ...]
    next: int | None = None
    proposal_id: int | None = None


class Started(Struct, frozen=True):
    """A file that was approved is being worked off."""

    file: str
    state: str = "approved"


def file_name(content: bytes) -> str:
    """The name of a file: of its bytes alone."""
    return hashlib.sha256(content).hexdigest()[:32]


def slip_of(import_id: str, line: int | None = None) -> str:
    """The slip of a file, or of one of its lines."""
    return f"import:{import_id}" + (f":{line}" if line is not None else "")


async def receive(
    conn: AsyncConnection,
    content: bytes,
    parties: Mapping[str, Party],
    client_id: str,
    now: datetime,
) -> tuple[ImportTold, bool]:
    """Keep a file in the caller's transaction; the same bytes again are the same import. One that
    brings points waits for another to approve it. And whether it was new."""
    name = file_name(content)
    if await rows(conn, IMPORT, {"import_id": name}):
        return await read(conn, name), False
    forbidden = await privacy.forbids(conn)
    found = rows_of(content, parties, day_of(now), no_personal_data=forbidden)
    sound = [one for one in found if not one.faults]
    points = sum(one.row.points for one in sound)
    asked = {
        "import_id": name,
        "client_id": client_id,
        "now": now,
        "state": "proposed" if points else "approved",
        "rows": msgspec.json.encode([kept(one) for one in found]).decode(),
        "count": len(found),
    }
    is_new = (await conn.execute(ADD, asked)).rowcount > 0
    if points and is_new:
        total = Counter[str]()
        for one in sound:
            total[one.row.funder or ""] += one.row.points
        content_told = {"funder": ", ".join(sorted(f for f in total if f)), "rows": len(sound)}
        await proposals.propose(
            conn,
            what="import",
            slip=slip_of(name),
            fingerprint=hashlib.sha256(content).digest(),
            member_id=None,
            points=points,
            content=msgspec.json.encode(content_told).decode(),
            client_id=client_id,
            now=now,
        )
    return await read(conn, name), is_new


def kept(one: Read) -> dict[str, Any]:
    """A row as it is kept: a refused one without what it said."""
    return {
        "line": one.line,
        "state": "refused" if one.faults else "received",
        "content": None if one.faults else structs.asdict(one.row),
        "funder": one.row.funder,
        "points": one.row.points,
        "faults": one.faults or None,
    }


async def read(
    conn: AsyncConnection, import_id: str, after: int = 0, most: int = 200
) -> ImportTold:
    """How far a file is, and a page of the rows that were refused."""
    asked = {"import_id": import_id}
    found = await rows(conn, IMPORT, asked)
    if not found:
        raise NotFound
    counts = await rows(conn, COUNTS, asked)
    refused = await rows(conn, REFUSED, {**asked, "after": after, "most": most + 1})
    by_state: Counter[str] = Counter()
    points: dict[str, Counter[str]] = {}
    for row in counts:
        state = row["state"] if row["state"] in ("booked", "refused") else "waiting"
        by_state[state] += row["rows"]
        if row["points"]:
            points.setdefault(row["funder"] or "", Counter())[state] += row["points"]
    return ImportTold(
        import_id,
        found[0]["state"],
        found[0]["rows"],
        by_state["booked"],
        by_state["refused"],
        by_state["waiting"],
        tuple(funder_total(funder, points[funder]) for funder in sorted(points)),
        tuple(RowRefused(r["line"], told(r["faults"])) for r in refused[:most]),
        refused[most - 1]["line"] if len(refused) > most else None,
        found[0]["proposal_id"],
    )


def funder_total(funder: str, points: Counter[str]) -> FunderTotal:
    """What became of the points of one funder."""
    every = points["booked"] + points["refused"] + points["waiting"]
    return FunderTotal(funder, every, points["booked"], points["refused"], points["waiting"])


def told(faults: list[Fault]) -> tuple[FaultTold, ...]:
    """Faults in both languages; a refusal of the books stands under its own name."""
    return tuple(
        FaultTold(column, reason, *REASONS.get(reason, (reason, reason)))
        for column, reason in faults
    )


async def approve(conn: AsyncConnection, slip: str, now: datetime) -> Started:
    """A file may be worked off; approved again, it stays so."""
    name = slip.partition(":")[2]
    await conn.execute(APPROVE, {"import_id": name, "now": now})
    return Started(name)


async def reject(conn: AsyncConnection, slip: str) -> None:
    """A file will not be worked off; what it said is forgotten."""
    await conn.execute(REJECT, {"import_id": slip.partition(":")[2]})


def row_of(content: dict[str, Any]) -> MemberRow:
    """A row as it was kept."""
    return msgspec.convert(content, MemberRow)
