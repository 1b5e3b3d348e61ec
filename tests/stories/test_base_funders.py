"""通常ポイントの負担: who pays for a shop's own points is agreed as who pays for any others."""

from datetime import date, timedelta
from typing import Any

import pytest

from settlement import agreeing
from settlement.schemes import Offer
from tenants.layout import Why
from tests.mall import Mall, Member, Shop
from tests.settlement.thinking import resealed
from tests.stories.test_earning_rules import grants, returned, said, tomorrow

JUNE, DAY = date(2026, 6, 3), timedelta(days=1)
HALVES = {"tenant": 1, "facility": 1}


async def lines(mall: Mall, *parties: str) -> dict[str, dict[int, int]]:
    """The statement of each party, by line."""
    return {party: await mall.yen(JUNE, party) for party in parties}


async def claims(counter: Shop, member: Member, on: date, **more: Any) -> Any:
    """A receipt of another register is brought to the service counter."""
    asked = {"late": True, "receipt_no": "9", "business_date": str(on), "paid_yen": 3_300, **more}
    answer = await counter.post("/v1/accruals", **counter.asked(member, **asked))
    assert answer.status == 201, answer
    return answer.json


async def test_landlord_and_promotion_fund_have_their_part_in_base_points(mall: Mall) -> None:
    """折半: of 45 points the landlord pays 23, the tie being its own; the bookshop in the other
    house shares three ways with its landlord and the fund, and what came before stays as it was."""
    await mall.scheme("at-issue", date(2026, 6, 1))
    bakery = await mall.shop("bakery")
    bookshop = await mall.shop("bookshop", "takamatsu")
    await mall.shop("annex", "takamatsu", of=bakery, tills=["T02"])
    desk = await mall.shop("desk", of=bakery, tills=["S01"], counters=("S01",))
    hanako = await mall.member()
    async with mall.hub.pools.use("worker") as worker:
        offer = Offer(from_on=date(2026, 6, 1), point_fee_milliyen=500)
        await agreeing.agree(worker, offer, Why("test", "a story"), mall.now)
    assert grants(await bakery.sells(hanako, yen=4_950)) == {"base": {"bakery": 45}}
    await said(mall, "tenant", "base_funders", HALVES, code="bakery")
    thirds = {"tenant": 1, "facility": 1, "promotion": 1}
    await said(mall, "facility", "base_funders", thirds, code="takamatsu")
    yesterday, today = mall.today, await tomorrow(mall)
    late = await bakery.sells(hanako, yen=4_950, business_date=str(yesterday))
    assert grants(late) == {"base": {"bakery": 45}}
    sold = await bakery.sells(hanako, yen=4_950)
    assert grants(sold) == {"base": {"tokushima": 23, "bakery": 22}}
    three = await bookshop.sells(hanako, yen=1_210)
    assert grants(three) == {"base": {"takamatsu": 4, "promotion": 4, "bookshop": 3}}
    # A receipt of the annex, claimed at the counter, is its own landlord's in part.
    brought = await claims(desk, hanako, today, receipt_till="T02")
    assert grants(brought) == {"base": {"takamatsu": 15, "bakery": 15}}
    # Half of it comes back: 22 points remain, and what is taken back is taken from both.
    assert await returned(bakery, sold["slip"], 2_475) == 23
    operator = await mall.operator()
    spent = await bookshop.accepts(hanako, points=101)
    told = (await operator.get(f"/v1/entries/{spent['entry']}/provenance")).json
    drawn = [(one["funder"], one["points"]) for one in told["sources"]]
    assert drawn == [("bakery", 45), ("bakery", 45), ("tokushima", 6), ("bakery", 5)]
    assert (await mall.close(JUNE)).status == 200
    parties = ("bakery", "bookshop", "tokushima", "takamatsu", "promotion")
    stated = await lines(mall, *parties)
    assert {party: one[101] for party, one in stated.items()} == {
        "bakery": -45 - 45 - 22 - 15, "bookshop": -3, "tokushima": -23, "takamatsu": -4 - 15,
        "promotion": -4,
    }  # fmt: skip
    assert (stated["bakery"][111], stated["tokushima"][111]) == (11, 12)
    # 0.5 円 for each base point that a tenant pays for itself: 116 and 3.
    assert (stated["bakery"][301], stated["bookshop"][301]) == (-58, -1)
    await resealed(mall, JUNE)
    assert await mall.broken() == []


async def test_who_pays_is_agreed_with_whoever_does(mall: Mall) -> None:
    """No tenant puts its points on others' accounts, whatever was delegated to it; and what nobody
    is called is refused."""
    shop = await mall.shop("bakery")
    await said(mall, "operator", "delegated", ["rounding", "base_funders"])
    office = await mall.office(shop)
    word = {
        "level": "tenant",
        "code": "bakery",
        "from_on": str(mall.today + 2 * DAY),
        "reason": "x",
    }
    asked = await office.post("/v1/settings", **word, key="base_funders", value={"operator": 1})
    assert (asked.status, asked.slug) == (403, "not-delegated"), asked
    operator = await mall.operator()
    for value in ({}, {"landlord": 1}, {"tenant": 0}, {"tenant": True}):
        answer = await operator.post("/v1/admin/settings", **word, key="base_funders", value=value)
        assert (answer.status, answer.json["pointer"]) == (400, "/value"), value


OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("category:wine", {"points": 100, "yen": 1, "funders": {"operator": 1}}),
    ("tender:cash", {"tenths": 1_000, "funders": {"tenant": 1, "facility": 9_999}}),
    ("rank:gold", {"tenths": 1_000}),  # a rank's points are the operator's, where nothing is said
    (
        "hour:tea",
        {"from_time": "00:00", "to_time": "24:00", "tenths": 1_000, "funders": {"promotion": 1}},
    ),
]


@pytest.mark.parametrize(("key", "value"), OTHERS)
async def test_what_is_delegated_is_set_at_ones_own_cost_alone(
    mall: Mall, key: str, value: dict[str, Any]
) -> None:
    """Nobody pays for a rule that a tenant made without having agreed to it; the operator, who
    asks whoever pays, may say the same."""
    shop = await mall.shop("bakery")
    families = ["category:*", "tender:*", "rank:*", "hour:*"]
    await said(mall, "operator", "delegated", families)
    office = await mall.office(shop)
    word = {"level": "tenant", "code": "bakery", "from_on": str(mall.today + DAY), "reason": "x"}
    refused = await office.post("/v1/settings", **word, key=key, value=value)
    assert (refused.status, refused.slug) == (403, "others-money"), refused
    own = {**value, "funders": {"tenant": 1}}
    assert (await office.post("/v1/settings", **word, key=key, value=own)).status == 201
    operator = await mall.operator()
    by_operator = await operator.post("/v1/admin/settings", **word, key=key, value=value)
    assert by_operator.status == 201, by_operator


async def test_nobody_sets_a_rate_that_others_pay_for_in_part(mall: Mall) -> None:
    """Neither while the landlord pays half of the base points, nor where it is said to from a
    later day on."""
    shop = await mall.shop("bakery")
    await said(mall, "operator", "delegated", ["yen_per_point", "excluded_categories"])
    office = await mall.office(shop)
    word = {"level": "shop", "code": "bakery/bakery", "reason": "x"}
    own = {**word, "from_on": str(mall.today + DAY), "key": "yen_per_point", "value": 100}
    assert (await office.post("/v1/settings", **own)).status == 201
    await said(
        mall, "tenant", "base_funders", HALVES, code="bakery", from_on=str(mall.today + 9 * DAY)
    )
    for day in (1, 9, 30):
        for key, value in (("yen_per_point", 1), ("excluded_categories", [])):
            asked = {**word, "from_on": str(mall.today + day * DAY), "key": key, "value": value}
            refused = await office.post("/v1/settings", **asked)
            assert (refused.status, refused.slug) == (403, "others-money"), (day, refused)
