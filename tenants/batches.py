"""一括送信: a file is kept before it is answered, and read back line by line, the same for ever."""

import base64
import hashlib
import re
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct
from psycopg import AsyncConnection

from federation import days
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import NotFound, TooLarge, Validation
from federation.sql import statement
from tenants.callers import Caller
from tenants.receipts import ReceiptKey

ADD = statement(__file__, "add_batch")
BATCH = statement(__file__, "batch")
PAGE = statement(__file__, "batch_page")
SUSPENSE = statement(__file__, "suspense")
MOST_LINES = 20_000
NAME = re.compile(r"[a-z2-7]{26}")


class Received(Struct, frozen=True):
    """A file that is kept; the same file again is answered the same."""

    batch: str
    lines: int
    state: Literal["received"] = "received"


class Undecided(Struct, frozen=True, omit_defaults=True):
    """A line that has no outcome yet; a waiting one says for what, and until when at most."""

    line: int
    state: str
    seq: int | None = None
    slip: str | None = None
    kind: str | None = None
    waits_for: str | None = None
    until: date | None = None


class Batch(Struct, frozen=True):
    """A file, how many of its lines stand where, what its tenant bears, and a page of outcomes."""

    batch: str
    lines: int
    state: str
    received_at: datetime
    counts: dict[str, int]
    borne_points: int
    outcomes: tuple[Raw, ...]
    next: str | None


class Waiting(Struct, frozen=True):
    """A line in suspense: for a card that nobody knows yet, or a slip that has not come."""

    batch: str
    line: int
    seq: int
    slip: str
    kind: str
    till: str
    waits_for: str
    business_date: date
    until: date


class Suspense(Struct, frozen=True):
    """A page of waiting lines, the oldest first."""

    lines: tuple[Waiting, ...]
    next: str | None


def batch_id(caller: Caller, content: bytes) -> str:
    """The name of a file: of its tenant and its bytes alone; for a client of some tills, of these
    as well, so that what it may not send is no outcome of another's."""
    whose = f"{caller.tenant_id}\n"
    if caller.tills is not None:
        whose += "\n".join(sorted(caller.tills)) + "\n"
    digest = hashlib.sha256(whose.encode() + hashlib.sha256(content).digest()).digest()
    return base64.b32encode(digest)[:26].decode().lower()


async def receive(
    conn: AsyncConnection, caller: Caller, content: bytes, now: datetime
) -> tuple[Received, bool]:
    """Keep every line of a file, in one transaction of the caller's; and whether it was new."""
    lines = content.removesuffix(b"\n").split(b"\n")
    if not content.strip():
        raise Validation(pointer="")
    if len(lines) > MOST_LINES:
        raise TooLarge
    name = batch_id(caller, content)
    kept = await conn.execute(
        ADD,
        {
            "tenant_id": caller.tenant_id,
            "batch": name,
            "client_id": caller.client_id,
            "tills": None if caller.tills is None else sorted(caller.tills),
            "lines": lines,
            "now": now,
        },
    )
    return Received(name, len(lines)), kept.rowcount > 0


async def read(
    conn: AsyncConnection,
    caller: Caller,
    names: Names,
    key: ReceiptKey,
    batch: str,
    after: str | None,
    limit: int,
) -> Batch:
    """A file with a page of its lines, each that is decided with the hub's receipt; another
    tenant's does not exist."""
    if not NAME.fullmatch(batch):
        raise NotFound
    asked = {"tenant_id": caller.tenant_id, "batch": batch}
    found = await rows(conn, BATCH, asked)
    if not found:
        raise NotFound
    begin = _opened(names, caller, after)
    lines = await rows(conn, PAGE, {**asked, "after": begin, "most": limit + 1})
    return Batch(
        batch=batch,
        outcomes=tuple(_shown(row, batch, key) for row in lines[:limit]),
        next=_next(names, caller, [row["line"] for row in lines], limit),
        **found[0],
    )


async def suspense(
    conn: AsyncConnection, caller: Caller, names: Names, after: str | None, limit: int
) -> Suspense:
    """What waits, of all files of a tenant."""
    begin = _opened(names, caller, after)
    asked = {"tenant_id": caller.tenant_id, "after": begin, "most": limit + 1}
    found = await rows(conn, SUSPENSE, asked)
    numbers = [row.pop("number") for row in found]
    waiting = tuple(Waiting(**row, until=_until(row)) for row in found[:limit])
    return Suspense(waiting, _next(names, caller, numbers, limit))


def _shown(row: dict[str, Any], batch: str, key: ReceiptKey) -> Raw:
    """A line's outcome, the very bytes, with its receipt; or where it stands."""
    outcome, line_sha256 = row.pop("outcome"), row.pop("line_sha256")
    if outcome is not None:
        return Raw(key.with_receipt(batch, outcome.encode(), line_sha256))
    waits = row["waits_for"] is not None
    row["until"] = _until(row) if waits else None
    row["state"] = "waiting" if waits else "received"
    del row["business_date"]
    return Raw(msgspec.json.encode(Undecided(**row)))


def _until(row: dict[str, Any]) -> date:
    """The last day on which what a line waits for may come."""
    last: date = row["business_date"] + days.OFFLINE_DAYS
    return last


def _opened(names: Names, caller: Caller, after: str | None) -> int:
    """The number that a page begins after; another caller's cursor leads nowhere."""
    if after is None:
        return 0
    tenant_id, number = names.open("cursor", after)
    if tenant_id != caller.tenant_id:
        raise NotFound
    return number


def _next(names: Names, caller: Caller, numbers: list[int], limit: int) -> str | None:
    """The way to more, where there is more."""
    more = len(numbers) > limit
    return names.seal("cursor", caller.tenant_id, numbers[limit - 1]) if more else None
