"""Worked example 1 of the domain page, T5 too, without fees: points are paid for when they are
issued, and FUND (預り金) holds what is outstanding. Then the day on which the mode changes."""

from datetime import date, datetime
from pathlib import Path

from federation.days import TOKYO
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.stories.test_returns import brings_back

SECOND = datetime(2026, 6, 2, 12, 0, tzinfo=TOKYO)
JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)


async def test_funders_pay_at_issue_and_the_fund_pays_who_honours(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, SECOND, "at-issue") as mall:
        a = await mall.shop("A", "tokushima")
        b = await mall.shop("B", "takamatsu")
        c = await mall.shop("C", "matsuyama")
        m1, m3 = await mall.members(2)
        m2 = await mall.member("premium")
        days, end = (date(2026, 6, 6), date(2026, 6, 7)), date(2026, 8, 31)
        await mall.campaign("x5", "takamatsu", days, end, 5, {"facility": 1, "tenant": 1})
        assert (await a.sells(m3, yen=22_000))["points"] == 200  # T0
        await mall.turn_to(date(2026, 6, 3))
        t1 = await a.sells(m1, yen=11_000)
        assert t1["points"] == 100
        await mall.turn_to(date(2026, 6, 6))
        t2 = await b.sells(m2, yen=7_700)
        assert [(one["rule"], one["points"]) for one in t2["grants"]] == [
            ("base", 70),
            ("rank:premium", 70),
            ("campaign:x5", 280),
        ]
        await mall.turn_to(date(2026, 6, 8))
        t3 = await b.sells_for_points(m1, points=60, yen=3_240)
        assert t3["points"] == 29
        await mall.turn_to(date(2026, 6, 10))
        t4 = await c.sells_for_points(m2, points=300, yen=1_900)
        assert t4["points"] == 34
        assert [lot["points"] for lot in t4["lots"]] == [140, 140, 20], "8/31 goes first"
        await mall.turn_to(date(2026, 6, 12))
        t5 = await brings_back(a, t1, returned_yen=11_000)
        assert (t5["taken_back_points"], t5["refund_yen"]) == (69, 10_969)
        assert (await mall.close(JUNE)).status == 200
        assert await mall.nets(JUNE) == {
            "A": -300 + 69,
            "B": -179,
            "C": 283,
            "takamatsu": -140,
            "operator": -87,
            "fund": 354,
        }
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == 354


async def july(mall: Mall, *, change_over: bool) -> dict[str, int]:
    """100 points are outstanding when the mode changes on the 1st; what July then comes to."""
    a = await mall.shop("A", "tokushima")
    b = await mall.shop("B", "takamatsu")
    member = await mall.member()
    await a.sells(member, yen=11_000)
    scheme_id = await mall.scheme("at-issue", JULY)
    for day in (JUNE, date(2026, 6, 16)):
        assert (await mall.close(day)).status == 200
        assert await mall.nets(day) == {}
    await mall.turn_to(date(2026, 7, 3))
    if change_over:
        assert await mall.hub.desk.change_over(scheme_id) == 100
        assert await mall.hub.desk.change_over(scheme_id) == 0, "what was moved is not moved again"
    assert (await a.sells(member, yen=5_500))["points"] == 50
    spent = await b.accepts(member, points=120)
    assert [lot["points"] for lot in spent["lots"]] == [100, 20]
    source = await (await mall.operator()).get(f"/v1/entries/{spent['entry']}/provenance")
    receipts = [one["receipt_no"] for one in source.json["sources"]]
    assert len(set(receipts)) == 2, "the receipt is known on both sides of the change"
    assert (await mall.close(JULY)).status == 200
    return await mall.nets(JULY)


async def test_the_mode_changes_on_the_1st_and_nobody_pays_twice(mall: Mall) -> None:
    assert await july(mall, change_over=False) == {"A": -100 - 50, "B": 120, "fund": 50 - 20}


async def test_a_booked_change_over_brings_old_points_into_the_fund_once(mall: Mall) -> None:
    assert await july(mall, change_over=True) == {"A": -100 - 50, "B": 120, "fund": 150 - 120}
