"""Worked example 2 of the domain page, to E3, without fees: lots of last year, a shared campaign,
redemptions in three facilities, settled at redemption."""

from datetime import date, datetime
from pathlib import Path

from federation.days import TOKYO
from settlement import calendar
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for

LAST_YEAR = datetime(2026, 3, 20, 12, 0, tzinfo=TOKYO)
MARCH = date(2027, 3, 1)


async def close_until(mall: Mall, day: date) -> None:
    """Close every cycle before a day, each when it is due."""
    for cycle in calendar.cycles(mall.today, day - calendar.DAY):
        answer = await mall.close(cycle.first_on)
        assert answer.status in (200, 201), answer


async def test_a_campaign_and_three_redemptions_settle_to_the_yen(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, LAST_YEAR) as mall:
        a = await mall.shop("A", "tokushima")
        b = await mall.shop("B", "takamatsu")
        c = await mall.shop("C", "matsuyama")
        m1, m2 = await mall.members(2)
        await a.sells(m1, yen=22_000)  # L1: 200, funded by A
        await b.sells(m2, yen=13_200)  # L2: 120, funded by B
        await close_until(mall, MARCH)
        day, end = date(2027, 3, 5), date(2027, 5, 31)
        shares = {"facility": 3, "tenant": 2}
        await mall.campaign("x3", "tokushima", (day, day), end, 3, shares)

        await mall.turn_to(day)
        e1 = await a.sells(m1, yen=5_500)
        assert [(one["rule"], one["points"]) for one in e1["grants"]] == [
            ("base", 50),
            ("campaign:x3", 100),
        ]
        assert e1["grants"][1]["funders"] == [
            {"party": "tokushima", "points": 60},
            {"party": "A", "points": 40},
        ]

        await mall.turn_to(date(2027, 3, 10))
        e2 = await b.sells_for_points(m1, points=180, yen=1_800)
        assert (e2["points"], [lot["points"] for lot in e2["lots"]]) == (16, [180])

        await mall.turn_to(date(2027, 3, 15))
        e3 = await c.sells_for_points(m1, points=100, yen=1_000)
        assert (e3["points"], [lot["points"] for lot in e3["lots"]]) == (9, [20, 48, 32])

        closed = await mall.close(MARCH)
        assert closed.status in (200, 201), closed
        assert await mall.nets(MARCH) == {"A": -232, "B": 180, "C": 100, "tokushima": -48}
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == 215
