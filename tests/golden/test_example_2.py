"""Worked example 2 of the domain page, whole: March 2027 as one cycle, with a co-funded campaign,
redemptions in three facilities, a partial return and the end of the fiscal year, settled at
redemption, with fees and tax."""

from datetime import date, datetime, time
from pathlib import Path

from federation.days import TOKYO
from settlement import calendar
from settlement.verify import examine
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated
from tests.settlement.thinking import resealed
from tests.stories.test_returns import brings_back

LAST_YEAR = datetime(2026, 3, 20, 12, 0, tzinfo=TOKYO)
MARCH = date(2027, 3, 1)
# E4 lies after the 15th: 7 of B's 16 points go back, E5: 180 of A's and 120 of B's lapse.
STATED = {
    "A": {121: -200, 122: -32, 131: 180, 301: -25, 601: -2, 900: -79},
    "B": {201: 180, 202: -180, 301: -4, 601: 0, 900: -4},
    "C": {201: 100, 301: -4, 601: 0, 900: 96},
    "tokushima": {122: -48, 900: -48},
    "operator": {311: 33, 611: 2, 900: 35},
}


async def close_until(mall: Mall, day: date) -> None:
    """Close every cycle before a day, each when it is due."""
    at = mall.today
    while (cycle := await mall.cycle_of(at)).last_on < day:
        answer = await mall.close(at)
        assert answer.status == 200, answer
        at = cycle.last_on + calendar.DAY


async def test_a_month_of_campaign_return_and_lapse_settles_to_the_yen(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, LAST_YEAR, cycles="MONTHLY") as mall:
        a = await mall.shop("A", "tokushima")
        b = await mall.shop("B", "takamatsu")
        c = await mall.shop("C", "matsuyama")
        m1, m2 = await mall.members(2)
        await a.sells(m1, yen=22_000)  # L1: 200, funded by A
        await b.sells(m2, yen=13_200)  # L2: 120, funded by B
        await close_until(mall, MARCH)
        # All nets are below 500 円; March is billed regardless.
        await mall.terms(from_on=MARCH, point_fee_milliyen=500, minimum_yen=500)
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
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == 215

        await mall.turn_to(date(2027, 3, 20))
        e4 = await brings_back(b, e2, returned_yen=990)
        assert (e4["restored_points"], e4["taken_back_points"], e4["refund_yen"]) == (180, 7, 810)

        await mall.turn_to(date(2027, 4, 1), time(0, 30))
        assert await mall.cycle_of(MARCH) == calendar.Cycle(MARCH, date(2027, 3, 31))
        closed = await mall.close(MARCH)
        assert closed.status == 200, closed
        assert {party: await mall.yen(MARCH, party) for party in STATED} == STATED
        assert sum(lines[900] for lines in STATED.values()) == 0
        for party, lapsed in {"A": 180, "B": 120}.items():
            lines = (await mall.statement(MARCH, party))["lines"]
            assert [one["points"] for one in lines if one["code"] == 821] == [lapsed]
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == 88
        assert (await mall.statement(MARCH, "A"))["pays_on"] == "2027-04-15"

        file = await mall.sealed(MARCH)
        assert examine(file).faults == ()
        (tmp_path / "sealed").write_bytes(b"".join(file))
        assert recompute(tmp_path / "sealed") == stated(tmp_path / "sealed")
        await resealed(mall, MARCH)
