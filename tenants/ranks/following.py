"""基準額: the follower of the journal. Each entry is counted once, in order, and whoever it
concerns is looked at again; the mark moves in the same transaction, so a round that was killed is
as if it had not been."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct, structs
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from federation.days import months_later
from federation.reading import rows
from federation.sql import statement
from tenants.ranks import turning
from tenants.ranks.rules import (
    Figures,
    Promotion,
    RankRule,
    Window,
    decide,
    in_force,
    latest,
    reached_last,
    window_of,
)

MARK = statement(__file__, "mark")
UP_TO = statement(__file__, "up_to")
COUNT = statement(__file__, "count")
MARKED = statement(__file__, "marked")
RULES = statement(__file__, "rules")
SUMS = statement(__file__, "sums")
DAYS = statement(__file__, "days")
ENDING = statement(__file__, "ending")
PROMOTIONS = statement(__file__, "promotions")
PROMOTE = statement(__file__, "promote")
NOTICE = statement(__file__, "notice")
CHECKS = statement(__file__, "checks")
SLICE = 500
YEAR = 365


class Touched(Struct, frozen=True):
    """Whom a slice of the journal concerns, and the business days of what it says."""

    member_id: int
    days: frozenset[date]


class Look(Struct, frozen=True):
    """A member, by a rule, in a window."""

    member_id: int
    rule: RankRule
    window: Window


async def follow(conn: AsyncConnection, now: datetime, today: date) -> int:
    """Count what the journal has gained, slice by slice; how many numbers. `conn` commits each."""
    counted = 0
    while step := await follow_slice(conn, now, today):
        counted += step
    return counted


async def follow_slice(conn: AsyncConnection, now: datetime, today: date) -> int:
    """One slice, in a transaction of its own."""
    async with conn.transaction():
        [marked] = await rows(conn, MARK, {})
        after = marked["number"]
        [ahead] = await rows(conn, UP_TO, {"after": after, "most": SLICE})
        up_to = ahead["number"]
        if up_to is None:
            return 0
        found = await rows(conn, COUNT, {"after": after, "up_to": up_to})
        days: defaultdict[int, set[date]] = defaultdict(set)
        for row in found:
            days[row["member_id"]] |= {*(row["days"] or ()), today}
            if row["merged"]:  # amounts are added (domain 7), those of the year before as well
                days[row["member_id"]].add(date.fromordinal(today.toordinal() - YEAR))
        touched = [Touched(member, frozenset(some)) for member, some in sorted(days.items())]
        await judge(conn, touched, now, today)
        await conn.execute(MARKED, {"number": up_to})
        return int(up_to - after)


async def judge(
    conn: AsyncConnection, touched: Sequence[Touched], now: datetime, today: date
) -> None:
    """Promote whom a rule promotes, withdraw what a return took, and turn the ranks of today."""
    rules = await agreed(conn)
    looks = [
        Look(one.member_id, rule, window)
        for one in touched
        for rule, window in windows(rules, one.days, today)
    ]
    if not looks:
        return
    figures = await figures_of(conn, looks)
    own = await promotions_of(conn, [one.member_id for one in touched])
    reached = await reached_on(conn, looks, figures, own, rules, today)
    changed = []
    for look, figure in zip(looks, figures, strict=True):
        mine = own.get(look.member_id, [])
        last = reached.get((look.member_id, look.rule.rule))
        new = decide(look.rule, look.window, figure, mine, look.member_id, today, last)
        if new is not None:
            key = new.rule, new.window_on
            fresh = all((one.rule, one.window_on) != key for one in mine)
            own[look.member_id] = [m for m in mine if (m.rule, m.window_on) != key] + [new]
            changed.append((new, fresh))
    for promotion, fresh in changed:
        await promote(conn, promotion, now)
        if fresh:
            await tell(conn, promotion, now)
    await turning.turn(conn, sorted({one.member_id for one, _ in changed}), today, now)


def windows(
    rules: Iterable[RankRule], days: Iterable[date], today: date
) -> list[tuple[RankRule, Window]]:
    """The windows that some days lie in, each once, with the version of each rule that counts for
    it: the one in force at its end, or today while it runs."""
    rules = list(rules)
    found: dict[tuple[str, Window], RankRule] = {}
    for day in sorted(days):
        for rule in in_force(rules, today).values():
            at = today if rule.span == "months" else day
            window = window_of(rule, at)
            version = in_force(rules, min(window.last_on, today)).get(rule.rule)
            if version is not None and version.span == rule.span:
                found[rule.rule, window] = version
    return [(rule, window) for (_, window), rule in found.items()]


async def agreed(conn: AsyncConnection) -> list[RankRule]:
    """All versions of all rules."""
    return [RankRule(**row) for row in await rows(conn, RULES, {})]


async def figures_of(conn: AsyncConnection, looks: Sequence[Look]) -> list[Figures]:
    """What each came to, with those who have become one with them."""
    asked: dict[str, Any] = {
        "members": [one.member_id for one in looks],
        "firsts": [one.window.first_on for one in looks],
        "lasts": [one.window.last_on for one in looks],
    }
    return [
        Figures(row["spend_yen"], row["visits"], row["points"])
        for row in await rows(conn, SUMS, asked)
    ]


async def reached_on(
    conn: AsyncConnection,
    looks: Sequence[Look],
    figures: Sequence[Figures],
    own: Mapping[int, Sequence[Promotion]],
    rules: Sequence[RankRule],
    today: date,
) -> dict[tuple[int, str], date]:
    """By member and rule of rolling months, the last day on which it was reached, of those who have
    a rank by it (or lost it to a return) and do not reach it today."""
    asked = []
    for look, figure in zip(looks, figures, strict=True):
        threshold = look.rule.threshold or 0
        if look.rule.span != "months" or figure.of(look.rule.measure) >= threshold:
            continue
        mine = [one for one in own.get(look.member_id, ()) if one.rule == look.rule.rule]
        known = latest(mine, today)
        if known is not None:
            asked.append((look, known))
    if not asked:
        return {}
    found = await days_of(conn, asked, rules, today)
    reached = {}
    for number, (look, known) in enumerate(asked, 1):
        versions = [one for one in rules if one.rule == look.rule.rule]
        day = reached_last(versions, found[number], known.from_on, today)
        if day is not None:
            reached[look.member_id, look.rule.rule] = day
    return reached


async def days_of(
    conn: AsyncConnection,
    asked: Sequence[tuple[Look, Promotion]],
    rules: Sequence[RankRule],
    today: date,
) -> defaultdict[int, dict[date, Figures]]:
    """What each day of members came to, as far back as a version of their rule may look; by their
    turn."""
    told: dict[str, Any] = {"members": [look.member_id for look, _ in asked], "firsts": []}
    for look, known in asked:
        months = [one.months or 0 for one in rules if one.rule == look.rule.rule]
        told["firsts"].append(months_later(known.from_on, -max(months)))
    found: defaultdict[int, dict[date, Figures]] = defaultdict(dict)
    for row in await rows(conn, DAYS, {**told, "last_on": today}):
        spend_yen = row["spend_yen"]
        found[row["turn"]][row["business_date"]] = Figures(
            spend_yen, int(spend_yen > 0), row["points"]
        )
    return found


async def look_again(conn: AsyncConnection, day: date, now: datetime) -> None:
    """Look again at whoever's rank by rolling months ends on a day: it goes on for as long after
    the last day on which it was reached, whether anything was booked since or not."""
    after = 0
    while True:
        found = await rows(conn, ENDING, {"day": day, "after": after, "most": SLICE})
        if not found:
            return
        members = [row["member_id"] for row in found]
        async with conn.transaction():
            await judge(conn, [Touched(one, frozenset({day})) for one in members], now, day)
        after = members[-1]


async def promotions_of(
    conn: AsyncConnection, members: Sequence[int]
) -> dict[int, list[Promotion]]:
    """The promotions that members ever had."""
    own: defaultdict[int, list[Promotion]] = defaultdict(list)
    for row in await rows(conn, PROMOTIONS, {"members": list(members)}):
        own[row["member_id"]].append(Promotion(**row))
    return own


async def promote(conn: AsyncConnection, promotion: Promotion, now: datetime) -> None:
    """Write a promotion down, or what has changed of it."""
    await conn.execute(PROMOTE, {**structs.asdict(promotion), "now": now})


async def tell(conn: AsyncConnection, promotion: Promotion, now: datetime) -> None:
    """The member is told of a new rank, once."""
    facts = {
        "rank": promotion.rank,
        "rule": promotion.rule,
        "figure": promotion.figure,
        "from_on": promotion.from_on.isoformat(),
        "to_on": promotion.to_on.isoformat(),
    }
    told = {
        "member_id": promotion.member_id,
        "occasion": f"rank/{promotion.rule}/{promotion.window_on}",
        "kind": "rank",
        "facts": Jsonb(facts),
        "due_at": now,
    }
    await conn.execute(NOTICE, told)
