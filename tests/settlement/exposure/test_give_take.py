"""Give and take: what each tenant issued and honoured, and what others' points brought it."""

from datetime import date

from settlement.fairness import give_take
from tests.mall import LONG_AGO, WHY, Mall


async def test_c21_each_tenant_sees_what_it_gave_and_took_and_the_operator_all(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=33_000)  # 300
    await bakery.accepts(hanako, 50)
    await bookshop.accepts(hanako, 100, payable_yen=1_500)
    await mall.turn_to(date(2026, 6, 18))
    await bookshop.sells_for_points(hanako, points=80, yen=1_100)  # and 10 of its own
    async with mall.hub.pools.bare("worker") as conn:
        for party, floor_bp in ((None, 5_000), ("bakery", None)):
            await give_take.set_floor(conn, party, LONG_AGO, floor_bp, WHY, mall.now)
        assert await give_take.below_floor(conn, mall.today) == 1
    office, operator = await mall.office(bookshop), await mall.operator()
    path = "/v1/settlement/give-take"
    [own] = (await office.get(path)).json["tenants"]
    assert own == {
        "party": "bookshop", "issued_points": 10, "own_here_points": 0, "own_elsewhere_points": 0,
        "others_here_points": 180, "honoured_points": 180, "balance_points": -180, "ratio_bp": 555,
        "floor_bp": 5_000, "state": "below", "brought_sales": 2,
        "brought_sales_yen": 1_500 + 1_100 + 80,
    }  # fmt: skip
    flows = (await office.get("/v1/flows")).json["cycles"]
    assert [one["net_yen"] for one in flows] == [80, 100]  # the yen that it is owed
    assert (await mall.close(date(2026, 6, 3))).status == 200  # closed or not, it counts the same
    assert (await office.get(path)).json["tenants"] == [own]
    both = (await operator.get(path)).json["tenants"]
    assert [one["party"] for one in both] == ["bakery", "bookshop"]
    assert (both[0]["ratio_bp"], both[0]["state"]) == (60_000, "no-floor")
    assert (both[0]["own_elsewhere_points"], both[0]["balance_points"]) == (180, 180)
    later = {"from": "2026-06-16", "to": "2026-06-30", "party": "bookshop"}
    [half] = (await operator.get(path, **later)).json["tenants"]
    assert (half["others_here_points"], half["brought_sales_yen"]) == (80, 1_180)
    told = await operator.ask("GET", path, headers={"accept": "text/csv"})
    sheet = told.content.decode("utf-8-sig").splitlines()
    assert sheet[2].split(",")[2:5] == ["bookshop", "10", "0"]
    assert (await office.get(path, party="bakery")).status == 404
    assert (await office.get(path, **{"from": "2026-06-30", "to": "2026-06-01"})).status == 400
