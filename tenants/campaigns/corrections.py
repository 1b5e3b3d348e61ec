"""一括訂正: an over-granted campaign is put right: previewed per member and funder, agreed to by
another person, booked through the desk in slices, and undone the same way until the next close.

Each slice keeps what it booked; killed and started again, every slip that was booked is answered as
it was, so that each member is corrected once.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.desk import Desk
from federation.reading import rows
from federation.refusals import NotFound, Refusal, Validation
from federation.slips import About, Answer
from federation.sql import statement
from tenants.callers import Caller
from tenants.campaigns.correcting import (
    RULES,
    Correct,
    Corrected,
    Given,
    NewRun,
    UndoCorrect,
    excesses,
    slip_of,
)
from tenants.campaigns.lives import told as campaigns_told
from tenants.campaigns.refusals import CampaignExists, NotFromHere, TooLateToUndo
from tenants.mall import Mall
from tenants.office import OFFICE
from tenants.proposals import SecondPersonNeeded
from tenants.terms import Till

ADD = statement(__file__, "add_run")
SALES = statement(__file__, "run_sales")
KEEP = statement(__file__, "run_keep")
RUN = statement(__file__, "run")
FUNDERS = statement(__file__, "run_funders")
MEMBERS = statement(__file__, "run_members")
STEP = statement(__file__, "run_step")
NEXT = statement(__file__, "run_next")
BOOKED = statement(__file__, "run_booked")
OPEN = statement(__file__, "run_open")
AGREED = statement(__file__, "run_agreed")
WAITING = statement(__file__, "runs_waiting")
OPERATOR = 1
AT_ONCE = 100  # slips of a job that stand in the desk's queue together
COUNTED_AT_ONCE = 5_000  # members
LATER = (429, 503)  # not remembered by the books: the next slice asks again


class FunderTold(Struct, frozen=True):
    """A party's part of a run: what its points came to, what they should have, and what of the rest
    is left to be taken."""

    party: str
    got_points: int
    due_points: int
    excess_points: int
    can_take_points: int


class MemberTold(Struct, frozen=True):
    """A member's part of a run; once it is booked, what was taken, and waived since it is spent."""

    member_id: int
    got_points: int
    due_points: int
    can_take_points: int
    taken_points: int | None
    waived_points: int | None
    undone: bool


class RunTold(Struct, frozen=True, kw_only=True):
    """A run, how far it is, and what it comes to by funder."""

    run: str
    campaign: str
    from_on: Any
    to_on: Any
    multiplier: int
    cap_points_per_receipt: int | None
    shortage: str
    state: str
    proposed_by: str
    reason: str
    approved_by: str | None
    undo_proposed_by: str | None
    undo_reason: str | None
    undo_approved_by: str | None
    members: int
    booked: int
    undone: int
    taken_points: int
    funders: tuple[FunderTold, ...] = ()


async def propose(conn: AsyncConnection, asked: NewRun, who: str, now: datetime) -> None:
    """Work a run out for every member, in slices; nothing is booked. The same run asked again is
    the same, and goes on where it was."""
    if not await campaigns_told(conn, asked.campaign):
        raise Validation(pointer="/campaign")
    row = {name: getattr(asked, name) for name in asked.__struct_fields__}
    try:
        await conn.execute(ADD, {**row, "who": who, "now": now})
    except psycopg.errors.UniqueViolation:
        before = await one(conn, asked.run)
        same = all(getattr(before, name) == getattr(asked, name) for name in row)
        if not same:
            raise CampaignExists from None
    rule = Corrected(asked.multiplier, asked.cap_points_per_receipt)
    while await count(conn, asked.run, rule):
        pass


async def count(conn: AsyncConnection, run: str, rule: Corrected) -> bool:
    """The next members of a run; whether there were any."""
    async with conn.transaction():
        found = await rows(conn, SALES, {"run": run, "most": COUNTED_AT_ONCE})
        sales = [
            Given(row["member_id"], row["base"], tuple(map(tuple, row["by_funder"])))
            for row in found
        ]
        kept = [msgspec.to_builtins(excess) for excess in excesses(sales, rule)]
        after = max((sale.member_id for sale in sales), default=None)
        asked = {"run": run, "kept": msgspec.json.encode(kept).decode(), "after": after}
        await conn.execute(KEEP, asked)
    return bool(found)


async def approve(conn: AsyncConnection, run: str, who: str, now: datetime) -> RunTold:
    """Another person agrees to what was proposed: the correction, or its undoing."""
    found = await one(conn, run)
    undoing = found.state == "undo-proposed"
    if who == (found.undo_proposed_by if undoing else found.proposed_by):
        raise SecondPersonNeeded
    if undoing:
        await still_open(conn, run)
    asked = {"from_state": found.state, "to_state": "undo-approved" if undoing else "approved"}
    if found.state not in ("proposed", "undo-proposed"):
        raise NotFromHere
    return await step(conn, run, asked, who, now)


async def reject(conn: AsyncConnection, run: str, who: str, now: datetime) -> RunTold:
    """It is not agreed to: nothing is booked."""
    found = await one(conn, run)
    to_state = {"proposed": "rejected", "undo-proposed": "booked"}.get(found.state)
    if to_state is None:
        raise NotFromHere
    return await step(conn, run, {"from_state": found.state, "to_state": to_state}, who, now)


async def undo(conn: AsyncConnection, run: str, who: str, reason: str, now: datetime) -> RunTold:
    """Ask for a run to be undone, while the cycle it was booked in is open."""
    await still_open(conn, run)
    asked = {"from_state": "booked", "to_state": "undo-proposed", "reason": reason}
    return await step(conn, run, asked, who, now)


async def step(
    conn: AsyncConnection, run: str, asked: dict[str, Any], who: str, now: datetime
) -> RunTold:
    """One step of a run, from the state it names."""
    if not await rows(conn, STEP, {"reason": None, **asked, "run": run, "who": who, "now": now}):
        raise NotFromHere
    return await told(conn, run)


async def still_open(conn: AsyncConnection, run: str) -> None:
    """`TooLateToUndo` once anything that it booked stands in a closed cycle."""
    if await rows(conn, OPEN, {"run": run}):
        raise TooLateToUndo


async def one(conn: AsyncConnection, run: str) -> RunTold:
    """A run, without its funders."""
    found = await rows(conn, RUN, {"run": run})
    if not found:
        raise NotFound
    return RunTold(**found[0])


async def told(conn: AsyncConnection, run: str) -> RunTold:
    """A run as the office sees it."""
    funders = tuple(FunderTold(**row) for row in await rows(conn, FUNDERS, {"run": run}))
    return msgspec.structs.replace(await one(conn, run), funders=funders)


async def members(conn: AsyncConnection, run: str, after: int, most: int) -> list[MemberTold]:
    """The members of a run, in order of their numbers."""
    found = await rows(conn, MEMBERS, {"run": run, "after": after, "most": most})
    return [MemberTold(**row) for row in found]


class Waiting(Struct, frozen=True):
    """One member whose correction, or its undoing, is to be booked."""

    member_id: int
    by_funder: list[tuple[int, int]]
    booked_points: int


async def book(conn: AsyncConnection, desk: Desk, mall: Mall, run: str, now: datetime) -> int:
    """Book what is left of a run that was agreed to, slice by slice; how many members. Whoever
    waits for the desk in vain is asked again the next time."""
    done = 0
    while some := await book_slice(conn, desk, mall, run, now):
        done += some
    return done


async def book_slice(conn: AsyncConnection, desk: Desk, mall: Mall, run: str, now: datetime) -> int:
    """The next hundred; how many were booked or refused for good."""
    found = (await rows(conn, RUN, {"run": run}) or [{}])[0]
    state = found.get("state")
    if state not in ("approved", "undo-approved"):
        return 0
    undoes = state == "undo-approved"
    asked = {"run": run, "undoes": undoes, "most": AT_ONCE}
    waiting = [Waiting(**row) for row in await rows(conn, NEXT, asked)]
    agreed = await rows(conn, AGREED, {"run": run, "undoes": undoes})
    at, who = agreed[0]["at"], agreed[0]["who"]
    caller = Caller(who, OPERATOR, frozenset(), None, wide=False, vouched=desk.moved)
    till = await mall.till(caller, OFFICE)
    answers = await asyncio.gather(
        *(ask(desk, till, RunTold(**found), waits, at, undoes=undoes) for waits in waiting)
    )
    kept = [
        booked_row(waits, answer)
        for waits, answer in zip(waiting, answers, strict=True)
        if answer.status not in LATER
    ]
    over = len(waiting) < AT_ONCE and len(kept) == len(waiting)
    async with conn.transaction():
        await conn.execute(
            BOOKED,
            {
                "run": run,
                "undoes": undoes,
                "kept": msgspec.json.encode(kept).decode(),
                "now": now,
                "over": over,
            },
        )
    return len(kept)


async def ask(
    desk: Desk, till: Till, run: RunTold, waits: Waiting, at: datetime, *, undoes: bool
) -> Answer:
    """Ask the desk for one member's; the same words whenever it is asked."""
    common: dict[str, Any] = {
        "slip": slip_of(run.run, waits.member_id, undoes=undoes),
        "till": OFFICE,
        "business_date": day_of(at),
        "at": at,
        "campaign": run.campaign,
    }
    try:
        if undoes:
            of = slip_of(run.run, waits.member_id, undoes=False)
            undone = UndoCorrect(of=of, reason=run.undo_reason or run.reason, **common)
            return await desk.book(undone, RULES[True], till)
        wanted = Correct(
            by_funder=tuple((funder, points) for funder, points in waits.by_funder),
            elsewhere=run.shortage == "OTHER_POINTS",
            reason=run.reason,
            **common,
        )
        about = About(run.run, (waits.member_id,))
        return await desk.book(wanted, RULES[False], till, about)
    except Refusal as refused:
        return Answer(refused.status, refused.body())


def booked_row(waits: Waiting, answer: Answer) -> dict[str, Any]:
    """What became of one member's: the points that were moved, or why none were."""
    content = msgspec.json.decode(answer.body)
    wanted = sum(points for _, points in waits.by_funder)
    if answer.status >= 400:
        slug = content["type"].rpartition("/")[2]
        return row_of(waits, answer.status, 0, wanted, slug)
    if "points" not in content:  # it was undone, exactly
        return row_of(waits, answer.status, waits.booked_points, 0, None)
    points = -content["points"]
    return row_of(waits, answer.status, points, wanted - points, None)


def row_of(
    waits: Waiting, status: int, points: int, short: int, refusal: str | None
) -> dict[str, Any]:
    """A row of `run_booked.sql`."""
    return {
        "member_id": waits.member_id,
        "status": status,
        "points": points,
        "short_points": short,
        "refusal": refusal,
    }


async def book_all(conn: AsyncConnection, desk: Desk, mall: Mall, now: datetime) -> int:
    """The job: every run that waits to be booked or undone; how many members."""
    waiting = await rows(conn, WAITING, {})
    done: Sequence[int] = [await book(conn, desk, mall, row["run"], now) for row in waiting]
    return sum(done)
