"""承認待ち: what one person proposes and another decides. Four eyes stand in the UPDATE itself."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound, Refusal, SlipReused
from federation.sql import statement

PROPOSE = statement(__file__, "propose")
PROPOSED = statement(__file__, "proposed")
DECIDE = statement(__file__, "decide")
PROPOSALS = statement(__file__, "proposals")


class SecondPersonNeeded(Refusal):
    """申請した本人は承認も却下もできません
    Whoever proposed it decides nothing: another client must."""

    burns = False
    staff_text = "別の担当者が承認"


class AlreadyDecided(Refusal):
    """この申請はすでに決裁されています
    This proposal has been decided already."""

    burns = False
    staff_text = "決裁済みの申請"


class Proposal(Struct, frozen=True):
    """What was proposed, by whom, and what became of it; `content` is the request as it came."""

    proposal_id: int
    what: str
    slip: str
    member_id: int | None
    points: int
    content: dict[str, Any]
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


async def proposed(conn: AsyncConnection, slip: str, fingerprint: bytes) -> int | None:
    """The proposal that a slip made before; `SlipReused` where it said something else then."""
    row = await (await conn.execute(PROPOSED, {"slip": slip})).fetchone()
    if row is None:
        return None
    if row[1] != fingerprint:
        raise SlipReused
    return int(row[0])


async def propose(
    conn: AsyncConnection,
    *,
    what: str,
    slip: str,
    fingerprint: bytes,
    member_id: int | None,
    points: int,
    content: str,
    client_id: str,
    now: datetime,
) -> int:
    """Keep a proposal; the same slip again is the same one."""
    asked = {
        "what": what,
        "slip": slip,
        "fingerprint": fingerprint,
        "member_id": member_id,
        "points": points,
        "content": content,
        "client_id": client_id,
        "now": now,
    }
    await conn.execute(PROPOSE, asked)
    found = await proposed(conn, slip, fingerprint)
    assert found is not None, "it was kept, or stood there"
    return found


async def decide(
    conn: AsyncConnection,
    proposal_id: int,
    state: str,
    client_id: str,
    now: datetime,
    reason: str | None = None,
) -> Proposal:
    """Approve or reject; the same decision by the same client again is the same. Its own proposal
    nobody decides."""
    asked = {
        "proposal_id": proposal_id,
        "state": state,
        "who": client_id,
        "now": now,
        "reason": reason,
    }
    if not await rows(conn, DECIDE, asked):
        found = await one(conn, proposal_id)
        if found.proposed_by == client_id:
            raise SecondPersonNeeded
        if (found.state, found.decided_by) != (state, client_id):
            raise AlreadyDecided
        return found
    return await one(conn, proposal_id)


async def one(conn: AsyncConnection, proposal_id: int) -> Proposal:
    """One proposal."""
    found = await listed(conn, proposal_id=proposal_id)
    if not found:
        raise NotFound
    return found[0]


async def listed(
    conn: AsyncConnection,
    *,
    proposal_id: int | None = None,
    state: str | None = None,
    before: int | None = None,
    most: int = 1,
) -> list[Proposal]:
    """Proposals, newest first."""
    asked = {"proposal_id": proposal_id, "state": state, "before": before, "most": most}
    return [Proposal(**row) for row in await rows(conn, PROPOSALS, asked)]
