"""キャンペーンの一生: draft → reviewed → live → ended, paused at once and resumed; each step is an
UPDATE that names where it comes from, with who took it and why."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import psycopg
from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation import stocks
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants import layout
from tenants.campaigns.drafts import Draft, Plan, is_planned
from tenants.campaigns.premiums import Finding, Kind, Premiums, findings, worst
from tenants.campaigns.refusals import (
    CampaignExists,
    MovedOn,
    NeedsPlan,
    NeedsReason,
    NotFromHere,
    SegmentNotCounted,
)
from tenants.campaigns.taking_part import take_part, taking_part
from tenants.proposals import SecondPersonNeeded

ADD = statement(__file__, "draft")
STEP = statement(__file__, "step")
END_ON = statement(__file__, "end_on")
NOTE = statement(__file__, "note_step")
TOLD = statement(__file__, "told")
OVER = statement(__file__, "over")
RATE = statement(__file__, "smallest_unit")
LATE = timedelta(days=31)  # a line of an offline file may reach back so far

STEPS: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"reviewed", "dropped", "rewritten"}),
    "reviewed": frozenset({"live", "draft", "dropped", "rewritten"}),
    "live": frozenset({"paused"}),
    "paused": frozenset({"live", "ended"}),
    "ended": frozenset(),
    "dropped": frozenset(),
    "rewritten": frozenset(),
}
EVERYWHERE = frozenset({"live", "paused", "ended"})  # steps that every till must know at once


class Step(Struct, frozen=True):
    """One step of a campaign's life."""

    step: int
    from_state: str | None
    to_state: str
    to_on: date | None
    by_client: str
    reason: str
    at: datetime


class Campaign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A campaign as the office sees it: its terms, where it stands and what it has given."""

    code: str
    name: str
    name_en: str
    state: str
    from_on: date
    to_on: date
    multiplier: int
    stack_group: str
    kind: Kind
    author: str
    reason: str
    shares: dict[str, int]
    facility: str | None = None
    expires_on: date | None = None
    ring_fenced: bool = False
    cap_points_per_receipt: int | None = None
    cap_points_per_member: int | None = None
    cap_points_per_day: int | None = None
    budget_points: int | None = None
    budget_left_points: int | None = None
    segment: str | None = None
    control_bp: int = 0
    listed_shops: bool = False
    may_opt_out: bool = False
    version_of: str | None = None
    plan: Plan | None = None
    premiums: Premiums = Premiums()
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()


async def draft(conn: AsyncConnection, asked: Draft, who: str, now: datetime) -> None:
    """Write a campaign down; nobody is given anything by it yet."""
    await write(conn, asked, who, (None, "draft"), now)


async def rewrite(conn: AsyncConnection, code: str, asked: Draft, who: str, now: datetime) -> None:
    """Write a draft anew; one that was reviewed is a draft again. What stood before stays as it
    was, and shops that stay out of it do so still."""
    found = await told_one(conn, code)
    if asked.code != code:
        raise Validation(pointer="/code")
    before = await taking_part(conn, code)
    asked_of = {"code": code, "from_state": found.state, "to_state": "rewritten", "who": who}
    if "rewritten" not in STEPS[found.state] or not await rows(
        conn, STEP, {**asked_of, "steps": len(found.steps)}
    ):
        raise NotFromHere
    await write(conn, asked, who, (found.state, "draft"), now)
    out = [one.shop for one in before if one.result == "stays-out"]
    if out and asked.shops is None and not found.listed_shops:
        await take_part(conn, code, out, None, who, asked.reason, now, takes_part=False)


async def write(
    conn: AsyncConnection, asked: Draft, who: str, states: tuple[str | None, str], now: datetime
) -> None:
    """The row of a draft, its shares, its shops and the step that made it."""
    row = {
        **{name: getattr(asked, name) for name in asked.__struct_fields__},
        "funders": [share.funder for share in asked.shares],
        "weights": [share.weight for share in asked.shares],
        "plan": msgspec.json.encode(asked.plan).decode() if asked.plan else None,
        "premiums": msgspec.json.encode(asked.premiums).decode(),
        "listed_shops": asked.shops is not None,
        "author": who,
    }
    if asked.segment is not None and not await segment(conn, asked.segment):
        raise Validation(pointer="/segment")
    try:
        async with conn.transaction():
            found = await rows(conn, ADD, row)
    except psycopg.errors.UniqueViolation:
        raise CampaignExists from None
    if not found:
        raise Validation(pointer="/facility")
    await note(conn, asked.code, states, who, asked.reason, now)
    if asked.shops is not None:
        told = await take_part(conn, asked.code, asked.shops, None, who, asked.reason, now)
        if any(one.result == "unknown" for one in told):
            raise Validation(pointer="/shops")


async def review(
    conn: AsyncConnection, code: str, who: str, reason: str, now: datetime, read: int | None = None
) -> None:
    """Another person than its author has read it, as it stood after so many steps."""
    found = await told_one(conn, code)
    if read not in (None, len(found.steps)):
        raise MovedOn
    if found.author == who:
        raise SecondPersonNeeded
    await step(conn, found, "reviewed", who, reason, now)


async def start(
    conn: AsyncConnection, code: str, who: str, reason: str, despite: str | None, now: datetime
) -> None:
    """Let it give: with a plan of what is measured, a segment that was counted, and where the check
    of premiums has findings, a reason; its budget is laid out."""
    found = await told_one(conn, code)
    if not is_planned(found.plan, found.control_bp):
        raise NeedsPlan
    counted = await segment(conn, found.segment) if found.segment is not None else ()
    if any(one["counted_on"] is None for one in counted):
        raise SegmentNotCounted
    checked = await check(conn, found)
    if worst(checked) != "ok" and despite is None:
        raise NeedsReason(rules=[one.rule for one in checked if one.level != "ok"])
    why = reason if despite is None else f"{reason} ／ 景表法: {despite}"
    await step(conn, found, "live", who, why, now)
    if found.budget_points is not None and found.state == "reviewed":
        left = await stocks.lay_out(conn, f"campaign:{code}", found.budget_points)
        assert left is not None, "a campaign that never gave has its whole budget"


async def change(
    conn: AsyncConnection, code: str, to: str, who: str, reason: str, now: datetime
) -> None:
    """Any other step: sent back, dropped, paused, resumed, ended."""
    found = await told_one(conn, code)
    if to in ("reviewed", "rewritten") or (to == "live" and found.state != "paused"):
        raise NotFromHere
    await step(conn, found, to, who, reason, now)


async def step(
    conn: AsyncConnection, found: Campaign, to: str, who: str, reason: str, now: datetime
) -> None:
    """One step, if it leads on from where the campaign stands; every till hears of it at once."""
    if to not in STEPS[found.state]:
        raise NotFromHere
    steps = len(found.steps) if to == "reviewed" else None
    asked = {"code": found.code, "from_state": found.state, "to_state": to, "who": who}
    if not await rows(conn, STEP, {**asked, "steps": steps}):
        raise NotFromHere
    await note(conn, found.code, (found.state, to), who, reason, now)
    if to in EVERYWHERE:
        await layout.moved(conn)


async def end_on(
    conn: AsyncConnection, code: str, day: date, who: str, reason: str, now: datetime, today: date
) -> None:
    """An earlier last day; what was given stays given. No day that is over, none that is later."""
    found = await told_one(conn, code)
    if day < today or not await rows(conn, END_ON, {"code": code, "to_on": day}):
        raise NotFromHere
    await note(conn, code, (found.state, found.state), who, reason, now, day)
    await layout.moved(conn)


async def end_over(conn: AsyncConnection, today: date, now: datetime) -> int:
    """The daily job: campaigns of which no late line can come any more have ended; how many."""
    over = await rows(conn, OVER, {"before": today - LATE})
    for row in over:
        await note(
            conn, row["code"], ("live", "ended"), "meguri", "期間終了 / its days are over", now
        )
    if over:
        await layout.moved(conn)
    return len(over)


async def note(
    conn: AsyncConnection,
    code: str,
    states: tuple[str | None, str],
    who: str,
    reason: str,
    now: datetime,
    day: date | None = None,
) -> None:
    """Keep a step, in the transaction that takes it."""
    asked = {
        "code": code,
        "from_state": states[0],
        "to_state": states[1],
        "to_on": day,
        "who": who,
        "reason": reason,
        "now": now,
    }
    await conn.execute(NOTE, asked)


async def check(conn: AsyncConnection, found: Campaign) -> tuple[Finding, ...]:
    """What the rules on premiums say, at the shop that asks the fewest yen for a point."""
    return findings(found.kind, found.premiums, await rate_bp(conn, found.multiplier))


async def rate_bp(conn: AsyncConnection, multiplier: int) -> int:
    """The whole grant of a multiple in 1/100 % of the receipt, at the shop that asks the fewest yen
    for a point; what is less than that is dropped."""
    yen_per_point = int((await rows(conn, RATE, {}))[0]["yen_per_point"])
    return multiplier * 10_000 // yen_per_point


async def segment(conn: AsyncConnection, code: str) -> list[dict[str, Any]]:
    """When a segment was last counted, if there is one."""
    query = "SELECT counted_on FROM tenants.segments WHERE segment = %(code)s"
    return await rows(conn, query, {"code": code})


async def told(conn: AsyncConnection, code: str | None = None) -> list[Campaign]:
    """Every campaign, or one, the latest first."""
    return [campaign_of(row) for row in await rows(conn, TOLD, {"code": code})]


async def told_one(conn: AsyncConnection, code: str) -> Campaign:
    """One campaign, with what the check of premiums says."""
    found = await told(conn, code)
    if not found:
        raise NotFound
    return structs.replace(found[0], findings=await check(conn, found[0]))


def campaign_of(row: dict[str, Any]) -> Campaign:
    """A row of `told.sql`."""
    row["premiums"] = row["premiums"] or {}
    return msgspec.convert(row, Campaign, strict=False)
