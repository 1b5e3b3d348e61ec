"""A tenant counts for the days it is there, and what it leaves behind is what comes after it."""

import asyncio
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.cli import main
from settlement import agreeing
from settlement.life.leaving import leaving
from settlement.schemes import Offer
from tests.mall import WHY, Mall
from tests.settlement.life.offices import JUNE

LAST_DAY, SECOND, JULY = date(2026, 6, 25), date(2026, 6, 20), date(2026, 7, 20)


async def test_a_tenant_that_leaves_pays_its_days_and_then_only_for_its_points(
    mall: Mall,
) -> None:
    bakery, bookshop, florist = await mall.shops("bakery", "bookshop", "florist")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    monthly: dict[str, Any] = {"monthly_fee_yen": 3_000, "prorated": True}
    await mall.terms(bakery, **monthly, left_on=LAST_DAY)
    await mall.terms(florist, **monthly, joined_on=date(2026, 6, 19))
    assert (await mall.close(JUNE)).status == 200
    assert await mall.nets(JUNE) == {"bakery": -1_000, "bookshop": 1_000}
    async with mall.hub.pools.use("auditor") as conn:
        drill = await leaving(conn, "bakery", LAST_DAY, mall.today)
    fees_yen = 25 * 100 + 25 * 10  # of the month that ends in the next cycle, by its days, and tax
    assert (drill.running_yen, drill.unsettled_yen) == (-fees_yen, -1_000)
    assert drill.deposit_yen == 1_000 + 2_000 + fees_yen
    assert drill.last_cycle == date(2026, 6, 16)

    assert (await mall.close(SECOND)).status == 200
    for party, days in (("bakery", 25), ("florist", 12)):
        own = await mall.yen(SECOND, party)
        assert (own[302], own[601]) == (-100 * days, -10 * days), party
    assert 121 not in await mall.yen(SECOND, "bakery")
    await mall.turn_to(JULY)
    await bookshop.accepts(hanako, points=2_000)
    assert (await mall.close(date(2026, 7, 10))).status == 200
    assert (await mall.close(JULY)).status == 200
    gone = await mall.yen(JULY, "bakery")
    assert gone == {121: -2_000, 900: -2_000}, "the rest of the deposit, and no fee any more"
    assert (await mall.yen(JULY, "florist"))[302] == -3_000
    assert await mall.broken() == []


async def test_a_change_over_is_booked_by_command_and_has_a_line_of_its_own(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """移行精算: 300 granted at redemption, 100 of them used; the rest goes into the fund once."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=33_000)
    await bookshop.accepts(hanako, points=100)
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)

    async def told(*words: str) -> str:
        found = await asyncio.to_thread(CliRunner().invoke, main, list(words))
        assert found.exit_code == 0, found.output
        return found.output

    since = ("--funding", "at-issue", "--from", "2026-06-03", "--reason", "発行時負担へ")
    scheme = (await told("terms", "scheme", *since)).split("scheme ")[1].split()[0]
    assert "200" in await told("change-over", "--scheme", scheme)
    assert "0" in await told("change-over", "--scheme", scheme), "again, nothing is left to change"
    await bookshop.accepts(hanako, points=50)
    assert (await mall.close(JUNE)).status == 200
    own, fund = await mall.yen(JUNE, "bakery"), await mall.yen(JUNE, "fund")
    assert own == {121: -100, 151: -200, 900: -300}
    assert fund == {701: 200, 702: -50, 900: 150}
    assert await mall.nets(JUNE) == {"bakery": -300, "bookshop": 150, "fund": 150}
    [line] = [one for one in (await mall.statement(JUNE, "bakery"))["lines"] if one["code"] == 151]
    assert line["name"] == "移行精算（預り金への振替）"
    assert await mall.broken() == []


async def test_the_last_cycle_of_a_day_that_nobody_planned_yet_is_as_it_was_agreed(
    mall: Mall,
) -> None:
    await mall.shops("bakery")
    monthly = Offer(from_on=date(2027, 1, 1), calendar="MONTHLY")
    async with mall.hub.pools.use("worker") as conn:
        await agreeing.agree(conn, monthly, WHY, mall.now)
    async with mall.hub.pools.use("auditor") as conn:
        drill = await leaving(conn, "bakery", date(2028, 3, 31), mall.today)
        before = await leaving(conn, "bakery", date(2026, 12, 31), mall.today)
    assert (drill.last_cycle, drill.pays_on) == (date(2028, 3, 1), date(2028, 4, 17))
    assert before.last_cycle == date(2026, 12, 16)
