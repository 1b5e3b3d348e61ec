"""販促基金: what lapsed is kept for members, and pays for the points of a later campaign."""

from datetime import date

from tests.mall import Mall
from tests.settlement.thinking import resealed

JUNE, SECOND = date(2026, 6, 3), date(2026, 6, 20)


async def test_what_lapsed_pays_for_a_campaign(mall: Mall) -> None:
    """200 of the bakery's lapse into the fund; of a campaign's 300 it bears two thirds."""
    await mall.scheme("at-issue", date(2026, 6, 1))
    await mall.expiry(policy="FIXED_DATE", expires_on=date(2026, 6, 10))
    await mall.expiry(from_on=date(2026, 6, 4))
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    assert (await mall.close(JUNE)).status == 200
    assert await mall.nets(JUNE) == {"bakery": -200, "promotion": 200}

    shares = {"promotion": 2, "tenant": 1}
    await mall.campaign("back", "tokushima", (SECOND, SECOND), None, 4, shares)
    await mall.turn_to(SECOND)
    sold = await bakery.sells(hanako, yen=11_000)
    [base, extra] = sold["grants"]
    assert base["points"] == 100
    assert extra["funders"] == [
        {"party": "promotion", "points": 200},
        {"party": "bakery", "points": 100},
    ]
    await bookshop.accepts(hanako, points=350)
    assert (await mall.close(SECOND)).status == 200
    assert await mall.nets(SECOND) == {
        "bakery": -200, "promotion": -200, "bookshop": 350, "fund": 50,
    }  # fmt: skip
    assert (await mall.yen(SECOND, "promotion"))[102] == -200
    journals = await (await mall.operator()).get("/v1/settlement/cycles/2026-06-16/journals")
    funds = [m for j in journals.json["journals"] for m in j["moves"]]
    assert sum(m["yen"] for m in funds if m["account"] == "販促基金預り金") == 200
    await resealed(mall, JUNE, SECOND)
    assert await mall.broken() == []
