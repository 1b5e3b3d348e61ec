"""与信枠・預託金の申請: one person proposes a cap or a movement of a deposit, another approves it,
and only then does it hold. Four eyes stand in the UPDATE itself, and in the table."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection, errors

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound, Refusal, Validation
from federation.sql import statement
from settlement.exposure import caps
from tenants.layout import Why
from tenants.proposals import AlreadyDecided, SecondPersonNeeded

PROPOSE = statement(__file__, "propose")
DECIDE = statement(__file__, "decide")
PROPOSALS = statement(__file__, "proposals")
MOST_YEN = 10**12

Kind = Literal["cap", "deposit"]
Decided = Literal["approved", "rejected", "withdrawn"]
Yen = Annotated[int, Meta(ge=0, le=MOST_YEN)]


class OneWaits(Refusal):
    """同じ種類の申請が承認を待っています。先に承認・却下するか、取り下げてください
    One of this kind waits for approval: it is decided or withdrawn first."""

    burns = False
    staff_text = "承認待ちの申請を先に処理"


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to hold: a cap from a day on, without levels none any more; or yen that were paid in
    (+) or back (-) on a day."""

    kind: Kind
    on_day: date
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    warning_yen: Yen | None = None
    refusal_yen: Yen | None = None
    yen: Annotated[int, Meta(ge=-MOST_YEN, le=MOST_YEN)] | None = None


class Proposal(Struct, frozen=True):
    """What was proposed, by whom, and what became of it."""

    proposal_id: int
    party: str
    kind: Kind
    on_day: date
    warning_yen: int | None
    refusal_yen: int | None
    yen: int | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None


def checked(asked: Asked, now: datetime) -> None:
    """Refuse what could never be approved. Pure."""
    warning, refusal = asked.warning_yen, asked.refusal_yen
    if not asked.reason.isprintable() or not asked.reason.strip():
        raise Validation(pointer="/reason")
    if asked.kind == "cap":
        if asked.yen is not None:
            raise Validation(pointer="/yen")
        if warning is not None and refusal is not None and warning > refusal:
            raise Validation(pointer="/warning_yen")
    elif not asked.yen or warning is not None or refusal is not None:
        raise Validation(pointer="/yen")
    elif asked.on_day > day_of(now):
        raise Validation(pointer="/on_day")


async def propose(
    conn: AsyncConnection, party: str, asked: Asked, who: str, now: datetime
) -> Proposal:
    """Keep a proposal; nothing holds yet. `Validation`, `NotFound`, `OneWaits`."""
    checked(asked, now)
    told = {**structs.asdict(asked), "party": party, "who": who, "now": now}
    try:
        async with conn.transaction():
            found = await rows(conn, PROPOSE, told)
    except errors.UniqueViolation:
        raise OneWaits from None
    if not found:
        raise NotFound(pointer="/party")
    return await one(conn, party, found[0]["proposal_id"])


async def decide(
    conn: AsyncConnection, party: str, proposal_id: int, state: Decided, who: str, now: datetime
) -> Proposal:
    """Approve, and it holds; reject; or withdraw one's own. The same by the same person again is
    the same. `NotFound`, `SecondPersonNeeded`, `AlreadyDecided`, and what a cap or a deposit
    refuses: then it still waits."""
    told = {"proposal_id": proposal_id, "state": state, "who": who, "now": now}
    await one(conn, party, proposal_id)
    async with conn.transaction():
        moved = await rows(conn, DECIDE, told)
        found = await one(conn, party, proposal_id)
        if not moved:
            if found.state == "proposed":
                raise NotFound if state == "withdrawn" else SecondPersonNeeded
            if (found.state, found.decided_by) != (state, who):
                raise AlreadyDecided
        elif state == "approved":
            await hold(conn, found, now)
    if moved and state == "approved":
        await caps.look(conn, now)
    return found


async def hold(conn: AsyncConnection, found: Proposal, now: datetime) -> None:
    """What was approved holds, in the name of who proposed it."""
    why, party, on_day = Why(found.proposed_by, found.reason), found.party, found.on_day
    if found.yen is None:
        levels = (found.warning_yen, found.refusal_yen)
        await caps.agree(conn, party, on_day, *levels, why, now)
    else:
        await caps.move_deposit(conn, party, found.yen, on_day, why, now)


async def one(conn: AsyncConnection, party: str, proposal_id: int) -> Proposal:
    """One proposal of a tenant; `NotFound`."""
    found = await proposals(conn, party, proposal_id=proposal_id)
    if not found:
        raise NotFound
    return found[0]


async def proposals(
    conn: AsyncConnection,
    party: str | None = None,
    *,
    proposal_id: int | None = None,
    waiting: bool = False,
) -> list[Proposal]:
    """Proposals, newest first: a tenant's or everybody's, all or those that wait."""
    asked = {"party": party, "proposal_id": proposal_id, "waiting": waiting}
    return [Proposal(**row) for row in await rows(conn, PROPOSALS, asked)]
