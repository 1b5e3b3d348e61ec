"""セグメント: members that a rule names, evaluated over the books in slices, each day anew; whom it
names bears the trait `segment:CODE`."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from federation.traits import bear, shed
from tenants.campaigns.drafts import Code, Name
from tenants.campaigns.refusals import CampaignExists
from tenants.campaigns.segmenting import DEEPEST, Rule, depth, leaves, named
from tenants.undoing import Reason

ADD = statement(__file__, "add_segment")
TOLD = statement(__file__, "segments_told")
SLICE = statement(__file__, "segment_slice")
JOIN = statement(__file__, "segment_join")
LEAVE = statement(__file__, "segment_leave")
MARK = statement(__file__, "segment_mark")
FINISH = statement(__file__, "segment_finish")
STANDING = statement(__file__, "segment_standing")
WHO = {
    name: statement(__file__, name)
    for name in ("who_rank", "who_age", "who_sex", "who_area", "who_visited", "who_bought")
}
AT_ONCE = 5_000
FEWEST_TOLD = 10  # people: fewer are told to nobody but the operator (k ≥ 10)


class NewSegment(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule with a name."""

    segment: Code
    name: Name
    name_en: Name
    rule: Rule
    reason: Reason


class Segment(Struct, frozen=True, kw_only=True):
    """A segment as the office sees it; `members` is None where nobody has counted, or where so few
    are not told."""

    segment: str
    name: str
    name_en: str
    rule: Rule
    author: str
    reason: str
    made_at: datetime
    counted_on: date | None
    members: int | None


async def add(conn: AsyncConnection, asked: NewSegment, who: str, now: datetime) -> None:
    """Keep a segment; nobody is counted yet."""
    if depth(asked.rule) > DEEPEST:
        raise Validation(pointer="/rule")
    row = {
        "segment": asked.segment,
        "name": asked.name,
        "name_en": asked.name_en,
        "rule": msgspec.json.encode(asked.rule).decode(),
        "who": who,
        "reason": asked.reason,
        "now": now,
    }
    try:
        async with conn.transaction():
            await conn.execute(ADD, row)
    except psycopg.errors.UniqueViolation:
        raise CampaignExists from None


async def told(conn: AsyncConnection, code: str | None = None) -> list[Segment]:
    """Every segment, or one."""
    found = await rows(conn, TOLD, {"segment": code})
    return [msgspec.convert(row, Segment, strict=False) for row in found]


async def told_one(conn: AsyncConnection, code: str) -> Segment:
    """One segment."""
    found = await told(conn, code)
    if not found:
        raise NotFound
    return found[0]


async def count_all(conn: AsyncConnection, today: date) -> int:
    """The daily job: every segment that was not counted today; how many. Killed in the middle, it
    goes on where it was."""
    waiting = [one.segment for one in await told(conn) if one.counted_on != today]
    for code in waiting:
        await count(conn, code, today)
    return len(waiting)


async def count(conn: AsyncConnection, code: str, today: date) -> Segment:
    """Evaluate a segment over all members, slice by slice, each in a transaction of its own."""
    rule = (await told_one(conn, code)).rule
    while not await next_slice(conn, code, rule, today):
        pass
    return await told_one(conn, code)


async def next_slice(conn: AsyncConnection, code: str, rule: Rule, today: date) -> bool:
    """The next members: who is named now joins, who no longer is leaves; whether all are done."""
    async with conn.transaction():
        found = await rows(conn, SLICE, {"segment": code, "today": today, "most": AT_ONCE})
        members = [row["member_id"] for row in found]
        if not members:
            await conn.execute(FINISH, {"segment": code, "today": today})
            return True
        wanted = await whom(conn, rule, members, today)
        before = {
            row["member_id"]
            for row in await rows(conn, STANDING, {"segment": code, "members": members})
        }
        for chosen, query in ((sorted(wanted - before), JOIN), (sorted(before - wanted), LEAVE)):
            await conn.execute(query, {"segment": code, "members": chosen, "today": today})
        trait = f"segment:{code}"
        await bear(conn, trait, sorted(wanted - before), (today, date.max))
        await shed(conn, trait, sorted(before - wanted), today)
        await conn.execute(MARK, {"segment": code, "today": today, "after": members[-1]})
    return False


async def whom(
    conn: AsyncConnection, rule: Rule, members: list[int], today: date
) -> frozenset[int]:
    """Whom of these members a rule names."""
    met: dict[int, frozenset[int]] = {}
    for leaf in leaves(rule):
        name, asked = leaf.asked(today)
        found = await rows(conn, WHO[name], {"members": members, **asked})
        met[id(leaf)] = frozenset(row["member_id"] for row in found)
    return named(rule, met)


def hidden(told: Segment, *, to_operator: bool) -> Segment:
    """A segment as others than the operator see it: a count of so few people is not told."""
    if to_operator or told.members is None or told.members >= FEWEST_TOLD:
        return told
    return msgspec.structs.replace(told, members=None)


def all_hidden(told: list[Segment], *, to_operator: bool) -> Iterator[Any]:
    """Several, likewise."""
    return (hidden(one, to_operator=to_operator) for one in told)
