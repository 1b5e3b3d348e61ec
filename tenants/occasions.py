"""特典の設定: occasions as the operator lays them out: dated, with author and reason, each shown
before it goes live: who would get it, how many points, by funder."""

from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.shares import largest_remainder
from federation.sql import statement
from tenants.gifts import anniversaries_due, birthdays_due
from tenants.giving import warnings
from tenants.giving_refusals import KindStays
from tenants.layout import Why
from tenants.occasion import Occasion

OCCASIONS = statement(__file__, "occasions")
ADD = statement(__file__, "add_occasion")
TRIED = statement(__file__, "tried")
HAD = statement(__file__, "had_gifts")
FACILITY = statement(__file__, "place")
LOOK_BACK = 30  # days that a preview of what members do looks back


class Preview(Struct, frozen=True):
    """What an occasion would give: on this day to those who are due (`days` 1), or what it would
    have given for what members did in the `days` before. `by_funder` shares the points out."""

    on: date
    days: int
    members: int
    times: int
    points: int
    by_funder: dict[str, int]
    warnings: tuple[str, ...]


async def versions(conn: AsyncConnection) -> list[Occasion]:
    """Every version of every occasion, by code."""
    return [Occasion(**row) for row in await rows(conn, OCCASIONS, {})]


async def facility_of(conn: AsyncConnection, code: str | None) -> int | None:
    """The id of a facility by its code; `NotFound`."""
    if code is None:
        return None
    found = await rows(conn, FACILITY, {"kind": "facility", "code": code})
    if not found:
        raise NotFound(pointer="/facility")
    return int(found[0]["place_id"])


def checked(one: Occasion, known: list[Occasion], today: date) -> None:
    """Whether an occasion can be laid out: it never begins in the past, a code keeps its kind, and
    the rest is what the table's own laws say."""
    if any(other.code == one.code and other.kind != one.kind for other in known):
        raise KindStays
    stamped = one.kind in ("stamp", "rally")
    alone = one.kind in ("birthday", "anniversary", "login")  # no shop has a part in it
    weights = one.facility_weight, one.operator_weight, one.tenant_weight
    wrong = {
        "/from_on": one.from_on < today,
        "/operator_weight": not any(weights),
        "/stamps": stamped != (one.stamps is not None),
        "/open_days": one.kind == "rally" and one.open_days is None,
        "/per": (one.kind == "birthday") != (one.per in ("month", "day")),
        "/friend_points": one.kind != "referral" and one.friend_points > 0,
        "/ring_fenced": one.ring_fenced and one.facility_id is None,
        "/tenant_weight": alone and one.tenant_weight > 0,
        "/facility_weight": alone and one.facility_weight > 0 and one.facility_id is None,
    }
    for pointer, is_wrong in wrong.items():
        if is_wrong:
            raise Validation(pointer=pointer)


async def lay_out(
    conn: AsyncConnection, one: Occasion, why: Why, now: datetime, today: date
) -> int:
    """A version of an occasion from a day on, by whom and why; its id. The caller moves the
    doors."""
    checked(one, await versions(conn), today)
    asked = {**structs.asdict(one), "author": why.author, "reason": why.reason, "now": now}
    return int((await rows(conn, ADD, asked))[0]["occasion_id"])


async def preview(conn: AsyncConnection, one: Occasion, today: date) -> Preview:
    """What an occasion, laid out or only thought of, would give."""
    if one.kind in ("birthday", "anniversary"):
        due = [slip async for slip in calendar_slips(conn, one, today)]
        had = {row["slip"] for row in await rows(conn, HAD, {"slips": due})}
        times = members = len(set(due) - had)
        days = 1
    else:
        asked = {
            "facility_id": one.facility_id,
            "since": today - timedelta(days=LOOK_BACK),
            "until": today,
            "paid_yen_from": one.paid_yen_from,
            "stamps": one.stamps or 1,
        }
        [did] = await rows(conn, TRIED, asked)
        members, times = did[f"{one.kind}_members"], did[f"{one.kind}_times"]
        days = LOOK_BACK
    each = [one.points, one.friend_points] if one.kind == "referral" else [one.points]
    shares = {
        "facility": one.facility_weight,
        "operator": one.operator_weight,
        "tenant": one.tenant_weight,
    }
    weighed = {funder: weight for funder, weight in shares.items() if weight}
    by_funder: dict[str, int] = dict.fromkeys(weighed, 0)
    for points in each:
        carved = largest_remainder(points, list(weighed.values())) if points else []
        for funder, n in zip(weighed, carved, strict=False):
            by_funder[funder] += n * times
    return Preview(today, days, members, times, sum(each) * times, by_funder, warnings(one))


async def calendar_slips(conn: AsyncConnection, one: Occasion, today: date) -> Any:
    """The slips of all to whom the calendar would give an occasion on a day."""
    after = 0
    if one.kind == "birthday":
        while born := await birthdays_due(conn, today, after, thought=one):
            after = born[-1][0]
            for _, row in born:
                if row is not None:
                    yield row["slip"]
        return
    while began := await anniversaries_due(conn, today, after, thought=one):
        after = began[-1][0]
        for _, found in began:
            for row in found:
                yield row["slip"]
