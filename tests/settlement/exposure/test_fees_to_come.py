"""What a cycle that runs will charge is owed already: to the yen what its statement then says."""

from datetime import date

from settlement.exposure import caps
from settlement.exposure.levels import Exposure
from tests.mall import Mall, Shop
from tests.settlement.exposure.test_exposure import Risk

JUNE, SECOND = date(2026, 6, 3), date(2026, 6, 20)


async def stands(mall: Mall, shop: Shop) -> Exposure:
    async with mall.hub.pools.bare("auditor") as conn:
        whose = shop.tenant_id, shop.tenant
        return (await caps.exposures(conn, mall.today, whose))[shop.tenant_id]


def parts(one: Exposure) -> dict[str, int]:
    return {part.part: part.yen for part in one.parts}


async def test_fees_and_tax_of_a_running_cycle_are_owed_as_the_close_will_state_them(
    mall: Mall,
) -> None:
    """0.5 円 a base point, 3 % of what is honoured, 3,000 円 a month, 10 % tax."""
    bakery, bookshop, florist = await mall.shops("bakery", "bookshop", "florist")
    await mall.terms(point_fee_milliyen=500, redeem_fee_bp=300)
    await mall.terms(florist, monthly_fee_yen=3_000, terminal_fee_yen=500, point_fee_milliyen=0)
    hanako = await mall.member("premium")
    await bakery.sells(hanako, yen=110_110)  # 1,001 base points of its own, as many of a rank
    await bookshop.accepts(hanako, points=700)
    gone = await bakery.sells(hanako, yen=1_100)
    back = {k: v for k, v in bakery.asked(hanako).items() if k != "card"}
    await bakery.post("/v1/reversals", **back, of=gone["slip"], reason="打ち間違い")

    assert parts(await stands(mall, bakery)) == {"running": -700, "fees": -500 - 50}
    assert parts(await stands(mall, bookshop)) == {"running": 700, "fees": -21 - 2}
    assert parts(await stands(mall, florist)) == {}, "a month is charged in its last days' cycle"
    risk = Risk(mall)
    await risk.caps(bakery, 1_000, 1_249)
    [looked] = await risk.looks()
    assert (looked.exposure_yen, looked.level) == (1_250, "refused"), "700 alone would not be"

    await mall.close(JUNE)
    for shop, yen in ((bakery, -1_250), (bookshop, 677)):
        told = await stands(mall, shop)
        assert [(p.part, p.yen) for p in told.parts if p.cycle.day == 1] == [("stated", yen)]
        assert (await mall.nets(JUNE))[shop.tenant] == yen
    assert parts(await stands(mall, florist)) == {"fees": -3_500 - 350}
    await mall.close(SECOND)
    assert (await mall.nets(SECOND))["florist"] == -3_850
