"""Worked example 1 of the domain page, T5 too: points are paid for when they are issued, and FUND
(預り金) holds what is outstanding; without fees, and with fees, tax and what lapses, to the yen.
Then the day on which the mode changes."""

from datetime import date, datetime
from pathlib import Path

import pytest

from federation.days import TOKYO
from settlement.verify import examine
from tenants.layout import Breakage
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated
from tests.settlement.thinking import resealed
from tests.stories.test_returns import brings_back

SECOND = datetime(2026, 6, 2, 12, 0, tzinfo=TOKYO)
JUNE = date(2026, 6, 1)
JULY = date(2026, 7, 1)
LAPSES = date(2026, 7, 31)


async def june(mall: Mall) -> None:
    """T0 to T5, closed; the points of T0 lapse at the end of July."""
    await mall.expiry(policy="FIXED_DATE", expires_on=LAPSES)
    await mall.expiry(from_on=date(2026, 6, 3))
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


async def test_funders_pay_at_issue_and_the_fund_pays_who_honours(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, SECOND, "at-issue") as mall:
        await june(mall)
        assert await mall.nets(JUNE) == {
            "A": -300 + 69,
            "B": -179,
            "C": 283,
            "takamatsu": -140,
            "operator": -87,
            "fund": 354,
        }
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == 354
        await resealed(mall, JUNE)


# 111 is each funder's part of the whole clawback, 114 what the shop kept in cash: +100 - 31 = +69.
STATED = {
    "A": {101: -300, 111: 100, 114: -31, 301: -100, 601: -10, 900: -341},
    "B": {101: -99, 102: -140, 201: 60, 301: -49, 601: -4, 900: -232},
    "C": {101: -17, 201: 300, 301: -8, 601: 0, 900: 275},
    "takamatsu": {102: -140, 900: -140},
    "operator": {103: -87, 311: 157, 611: 14, 900: 84},
    "fund": {701: 416 + 280 + 87, 702: -360 - 69, 900: 354},
    "promotion": {900: 0},
}
LAPSED: dict[Breakage, dict[str, int]] = {
    "PROMO_FUND": {"fund": -200, "promotion": 200},
    "HUB_REVENUE": {"fund": -200, "operator": 200},
    "RETURN_TO_FUNDER": {"fund": -200, "A": 200},
}


@pytest.mark.parametrize("breakage", LAPSED)
async def test_fees_tax_and_what_lapses_come_to_the_statements_of_the_example(
    given: Given, database: str, tmp_path: Path, breakage: Breakage
) -> None:
    """0.5 円 for each net base point, 10 % tax; then M3's 200 points, paid for by A, lapse."""
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, SECOND, "at-issue", breakage) as mall:
        await mall.terms(point_fee_milliyen=500)
        await june(mall)
        assert {party: await mall.yen(JUNE, party) for party in STATED} == STATED
        assert sum(lines[900] for lines in STATED.values()) == 0
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == 354
        told = await mall.statement(JUNE, "A")
        assert told["tax"] == {"rate_bp": 1_000, "taxable_yen": -100, "tax_yen": -10}
        named = {line["code"]: line["name"] for line in told["lines"]}
        assert (named[601], named[301]) == ("消費税（10%）", "システム利用料（従量）")
        (tmp_path / "sealed").write_bytes(b"".join(await mall.sealed(JUNE)))
        assert recompute(tmp_path / "sealed") == stated(tmp_path / "sealed")

        for day in (date(2026, 6, 16), JULY, date(2026, 7, 16)):
            assert (await mall.close(day)).status == 200
        assert await mall.nets(date(2026, 7, 16)) == LAPSED[breakage]
        file = await mall.sealed(date(2026, 7, 16))
        assert examine(file).faults == ()
        gets = {"PROMO_FUND": 701, "HUB_REVENUE": 502, "RETURN_TO_FUNDER": 501}[breakage]
        fund, whoever = [await mall.yen(date(2026, 7, 16), party) for party in LAPSED[breakage]]
        assert (fund, whoever) == ({702: -200, 900: -200}, {gets: 200, 900: 200})
        await resealed(mall, JUNE, date(2026, 7, 16))
        (tmp_path / "sealed").write_bytes(b"".join(file))
        assert recompute(tmp_path / "sealed") == stated(tmp_path / "sealed")


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
