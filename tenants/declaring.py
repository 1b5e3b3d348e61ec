"""宣言: what an operator says of a place and some hours (rain, 14:00–17:00), with the reason.

It holds for what is booked from then on, by each sale's own instant; what was booked is left alone.
"""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants import layout
from tenants.refusals import AlreadyWithdrawn
from tenants.rules import Funder, Funders, Tenths
from tenants.undoing import Reason

ADD = statement(__file__, "add_declaration")
LIST = statement(__file__, "declarations")
WITHDRAW = statement(__file__, "withdraw_declaration")
FACILITY = statement(__file__, "setting_level")
LONGEST = timedelta(hours=24)
FURTHEST = timedelta(days=31)

Occasion = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$(?!\n)", description="理由の符号 · such as rain")
]
FacilityCode = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$(?!\n)")]


class Declare(Struct, frozen=True, forbid_unknown_fields=True):
    """A slot at a facility, or everywhere, in which sales earn a multiple; who pays for it."""

    code: Occasion
    from_at: Annotated[datetime, Meta(tz=True)]
    to_at: Annotated[datetime, Meta(tz=True)]
    reason: Reason
    facility: FacilityCode | None = None
    tenths: Tenths = 20
    funders: Funders = field(default_factory=lambda: {"facility": 1})


class Declared(Struct, frozen=True):
    """A declaration as it stands."""

    declaration_id: int
    facility: str | None
    code: str
    from_at: datetime
    to_at: datetime
    tenths: int
    funders: dict[Funder, int]
    author: str
    reason: str
    declared_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_for: str | None


async def declare(conn: AsyncConnection, said: Declare, author: str, now: datetime) -> Declared:
    """Keep it, and have every desk know before its next batch. A slot is at most a day long, and
    begins within a month."""
    if not timedelta(0) < said.to_at - said.from_at <= LONGEST:
        raise Validation(pointer="/to_at")
    if abs(said.from_at - now) > FURTHEST:
        raise Validation(pointer="/from_at")
    facility_id = None
    if said.facility is not None:
        found = await rows(conn, FACILITY, {"code": said.facility, "kind": "facility"})
        if not found:
            raise NotFound(pointer="/facility")
        facility_id = found[0]["party_id"]
    asked = {
        "facility_id": facility_id,
        "code": said.code,
        "from_at": said.from_at,
        "to_at": said.to_at,
        "tenths": said.tenths,
        "funders": msgspec.json.encode(said.funders).decode(),
        "author": author,
        "reason": said.reason,
        "now": now,
    }
    kept = await rows(conn, ADD, asked)
    await layout.moved(conn)
    return await one(conn, kept[0]["declaration_id"])


async def withdraw(
    conn: AsyncConnection, declaration_id: int, reason: str, author: str, now: datetime
) -> Declared:
    """It holds no more for what is booked from now on."""
    asked = {"declaration_id": declaration_id, "reason": reason, "who": author, "now": now}
    if not await rows(conn, WITHDRAW, asked):
        await one(conn, declaration_id)
        raise AlreadyWithdrawn
    await layout.moved(conn)
    return await one(conn, declaration_id)


async def one(conn: AsyncConnection, declaration_id: int) -> Declared:
    """A declaration; `NotFound`."""
    found = await listed(conn, only=declaration_id)
    if not found:
        raise NotFound
    return found[0]


async def listed(
    conn: AsyncConnection, *, only: int | None = None, before: int | None = None, most: int = 1
) -> list[Declared]:
    """Declarations, the newest first."""
    asked = {"only": only, "before": before, "most": most}
    return [Declared(**row) for row in await rows(conn, LIST, asked)]
