"""Caps at work: whoever owes too much gives no points of its own, and everything else goes on."""

import asyncio
from datetime import date
from typing import Any

import pytest
from psycopg import AsyncConnection, errors

from federation.refusals import NotFound
from settlement.exposure import caps
from settlement.exposure.levels import Exposure
from settlement.refusals import DepositTooSmall
from tests.mall import LONG_AGO, WHY, Mall, Shop
from tests.settlement.life.offices import Finance
from tests.settlement.life.test_disputes import decided, objection

JUNE = date(2026, 6, 3)


class Risk:
    """The operator's office for caps and deposits."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall

    async def caps(
        self, shop: Shop, warning: int | None, refusal: int | None, from_on: date = LONG_AGO
    ) -> int:
        async with self.mall.hub.pools.bare("worker") as conn:
            return await caps.agree(
                conn, shop.tenant, from_on, warning, refusal, WHY, self.mall.now
            )

    async def deposit(self, shop: Shop, yen: int) -> int:
        async with self.mall.hub.pools.bare("worker") as conn:
            return await caps.move_deposit(
                conn, shop.tenant, yen, self.mall.today, WHY, self.mall.now
            )

    async def looks(self) -> list[Exposure]:
        """What the watch does every two seconds."""
        async with self.mall.hub.pools.bare("worker") as conn:
            found = await caps.look(conn, self.mall.now)
            assert found is not None
            return found

    async def exposure(self, shop: Shop) -> Any:
        office = await self.mall.office(shop)
        answer = await office.get("/v1/settlement/exposure")
        assert answer.status == 200, answer
        return answer.json


async def test_a_tenant_over_its_cap_gives_no_points_but_sells_and_accepts(mall: Mall) -> None:
    await mall.scheme("at-issue", date(2026, 6, 1))
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2, rank="premium")
    risk = Risk(mall)
    await risk.caps(bakery, 100, 150)
    await bookshop.sells(taro, yen=33_000)
    await bakery.sells(hanako, yen=16_500)
    await risk.looks()
    assert (await risk.exposure(bakery))["exposure"]["level"] == "warned"
    await bakery.sells(hanako, yen=1_100)
    await risk.looks()

    sale = bakery.sale(hanako, yen=1_100)
    refused = await bakery.post("/v1/accruals", **sale)
    assert (refused.status, refused.slug) == (409, "granting-stopped")
    assert (refused.json["staff_text"], refused.json["do"]) == ("付与停止中・販売は続行", "call")
    assert (await bakery.quote(hanako, yen=1_100))["points"] == 0
    bought = await bakery.post("/v1/purchases", **bakery.sale(hanako, yen=1_100, points=10))
    assert (bought.status, bought.slug) == (409, "granting-stopped")
    below_unit = await bakery.sells(hanako, yen=109)
    assert (below_unit["points"], below_unit["reason"]) == (0, "below-unit")
    await bookshop.sells(hanako, yen=1_100)  # others go on

    await bakery.accepts(taro, 60)  # what it honours makes its debt smaller
    await risk.looks()
    told = await risk.exposure(bakery)
    assert (told["exposure"]["exposure_yen"], told["exposure"]["level"]) == (100, "clear")
    assert (await bakery.post("/v1/accruals", **sale)).content == refused.content  # burnt
    again = await bakery.post("/v1/accruals", **{**sale, "slip": "S-again"})
    assert again.status == 201, again  # its receipt was never used
    assert [(row["level"], row["exposure_yen"]) for row in told["levels"]] == [
        ("clear", 100), ("refused", 160), ("warned", 150),
    ]  # fmt: skip
    audit = """
        SELECT json_agg(json_build_array(stopped, author, reason <> '') ORDER BY number)
        FROM tenants.granting WHERE tenant_id = %s
    """
    assert await mall.value(audit, bakery.tenant_id) == [
        [True, "watch", True], [False, "watch", True],
    ]  # fmt: skip


@pytest.mark.long
async def test_a_deposit_frees_a_tenant_and_is_never_overdrawn(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, risk = await mall.member(), Risk(mall)
    await risk.caps(bakery, 50, 90)
    await bakery.sells(hanako, yen=22_000)
    await bookshop.accepts(hanako, 100)
    [found] = await risk.looks()
    assert (found.owed_yen, found.level) == (100, "refused")
    assert await risk.deposit(bakery, 60) == 60
    [found] = await risk.looks()
    assert (found.exposure_yen, found.prefunded_yen, found.level) == (40, 60, "clear")
    await bakery.sells(hanako, yen=1_100)
    with pytest.raises(DepositTooSmall):
        await risk.deposit(bakery, -61)
    assert await risk.deposit(bakery, -20) == 40
    told = await risk.exposure(bakery)
    assert [(row["yen"], row["balance_yen"]) for row in told["prefunding"]] == [(60, 60), (-20, 40)]
    assert told["exposure"]["exposure_yen"] == 60


async def test_a_cap_is_dated_and_its_history_stays(mall: Mall) -> None:
    bakery, risk = await mall.shop("bakery"), Risk(mall)
    await risk.caps(bakery, 100, 200, date(2026, 6, 1))
    await risk.caps(bakery, None, 900, date(2026, 6, 10))
    await risk.caps(bakery, 150, 250, date(2026, 6, 1))  # a correction: the later version holds
    async with mall.hub.pools.use("auditor") as conn:

        async def on(day: int) -> tuple[int | None, int | None]:
            asked = (bakery.tenant_id, bakery.tenant)
            found = await caps.exposures(conn, date(2026, 6, day), asked)
            one = found[bakery.tenant_id]
            return one.warning_yen, one.refusal_yen

        assert [await on(day) for day in (1, 9, 10)] == [(150, 250), (150, 250), (None, 900)]
        before = await caps.exposures(conn, date(2026, 5, 31), (bakery.tenant_id, bakery.tenant))
        assert before[bakery.tenant_id].refusal_yen is None
    with pytest.raises(NotFound):
        await risk.caps(_nobody(mall), 1, 2)
    told = await risk.exposure(bakery)
    assert [(one["version"], one["author"], one["reason"]) for one in told["caps"]] == [
        (number, WHY.author, WHY.reason) for number in (1, 2, 3)
    ]
    for role in ("worker", "app", "desk", "counter"):  # nobody who serves changes a row
        async with await AsyncConnection.connect(mall.hub.settings.url(role)) as conn:
            for table in ("settlement.caps", "settlement.prefunding", "tenants.granting"):
                with pytest.raises(errors.InsufficientPrivilege):
                    async with conn.transaction():
                        await _change(conn, table)


async def _change(conn: AsyncConnection, table: str) -> None:
    await conn.execute(f"UPDATE {table} SET reason = 'x'".encode())


def _nobody(mall: Mall) -> Shop:
    nobody = object.__new__(Shop)
    nobody.tenant = "nobody"
    return nobody


async def test_what_is_disputed_released_or_carried_on_counts(mall: Mall) -> None:
    """A debt in dispute counts, a claim in dispute does not; nothing is lost on its way."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, finance, risk = await mall.member(), Finance(mall), Risk(mall)
    await mall.terms(minimum_yen=500, from_on=date(2026, 6, 16))
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    await finance.opens("bakery", "bookshop")
    await mall.close(JUNE)
    assert (await finance.confirms()).status == 200

    async def stands(shop: Shop) -> tuple[int, list[tuple[str, int]]]:
        told = (await risk.exposure(shop))["exposure"]
        return told["exposure_yen"], [(one["part"], one["yen"]) for one in told["parts"]]

    office = await mall.office(bakery)
    asked = await office.post("/v1/settlement/disputes", **objection(yen=300))
    assert asked.status == 201, asked
    assert await stands(bakery) == (1_000, [("disputed", -300), ("unpaid", -700)])
    assert await stands(bookshop) == (0, [("unpaid", 700)])
    await decided(mall, asked.json["dispute"], outcome="rejected")
    assert await stands(bakery) == (1_000, [("unpaid", -700), ("beside", -300)])
    await mall.turn_to(date(2026, 6, 18))
    await bookshop.accepts(hanako, points=100)
    await mall.close(date(2026, 6, 18))
    parts = [("unpaid", -700), ("carried", -400)]  # what was decided is in the statement
    assert await stands(bakery) == (1_100, parts)
    operator = await mall.operator()
    every = (await operator.get("/v1/admin/exposure")).json["tenants"]
    assert {one["party"]: one["exposure_yen"] for one in every} == {"bakery": 1_100, "bookshop": 0}


@pytest.mark.long
async def test_a_hub_that_serves_stops_it_by_itself(mall: Mall) -> None:
    """Nobody asks for a look: the watch stops the tenant, and the tills hear of it."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, risk = await mall.member(), Risk(mall)
    await bakery.sells(hanako, yen=22_000)
    await bookshop.accepts(hanako, 100)
    await risk.caps(bakery, None, 99)
    async with asyncio.timeout(30):
        status = 201
        while status == 201:
            status = (await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_100))).status
            await asyncio.sleep(0.05)
    assert status == 409
    stopped = await mall.value("SELECT at FROM settlement.exposure_levels")
    assert stopped == mall.now
