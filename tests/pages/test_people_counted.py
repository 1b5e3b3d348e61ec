"""People by day, week and month are those whom a plain loop over all visits counts, folded or not,
undone late or not."""

from datetime import date, timedelta
from random import Random

import pytest

from deploy.figures.figures import Days, Grain, counted, since
from deploy.figures.places import Places
from tests.mall import Mall

FIRST, LAST = date(2026, 6, 3), date(2026, 7, 9)  # a Wednesday, a Thursday: weeks and months cut
CODES = ("here", "here", "there", "there")
KEPT = """
INSERT INTO tenants.sales_visitors (shop_id, business_date, hour, member_id, visits)
VALUES (%s, %s, %s, %s, %s)
"""
Visits = dict[tuple[int, date, int, int], int]


def drawn(seed: int, shops: dict[int, str]) -> Visits:
    """Few members at few shops, so that one day's visits and undoings meet in all ways."""
    at = Random(seed)
    keys = [
        (at.choice([*shops]), date(2026, 5, 30) + timedelta(at.randrange(44)), at.randrange(10, 13),
         at.randrange(1, 7))
        for _ in range(400)
    ]  # fmt: skip
    return {key: at.choice([-1, -1, 0, 1, 1, 2]) for key in keys}


def looped(
    visits: Visits, shops: dict[int, str], grain: Grain | None
) -> dict[tuple[date, str], tuple[int, int]]:
    """Members and their days, by column and place, as one counts by hand."""
    net: dict[tuple[str, int, date], int] = {}
    for (shop, day, _, member), times in visits.items():
        if FIRST <= day <= LAST:
            key = (shops[shop], member, day)
            net[key] = net.get(key, 0) + times
    there: dict[tuple[date, str], list[int]] = {}
    for (code, member, day), times in net.items():
        if times > 0:
            column = since(day, grain) if grain else FIRST
            there.setdefault((column, code), []).append(member)
    return {key: (len({*members}), len(members)) for key, members in there.items()}


@pytest.mark.parametrize("seed", range(3))
async def test_people_of_any_column_and_place_are_those_whom_a_loop_counts(
    mall: Mall, seed: int
) -> None:
    shops = {100 * (seed + 1) + n: code for n, code in enumerate(CODES)}
    visits = drawn(seed, shops)
    async with mall.hub.pools.use("worker") as worker:
        for key, times in visits.items():
            await worker.execute(KEPT, (*key, times))
    names = {code: (code, code) for code in CODES}
    at = Places("area", tuple(shops), CODES, names)
    grains: tuple[Grain | None, ...] = ("day", "week", "month", None)
    for grain in grains:
        async with mall.hub.pools.use("auditor") as auditor:
            found = await counted(auditor, Days(FIRST, LAST, grain), at, frozenset({"members"}))
        told = {key: (one["members"], one["visits"]) for key, one in found.items()}
        assert told == looped(visits, shops, grain), grain
