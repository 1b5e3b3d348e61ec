"""Two members are one: nothing is lost, nothing doubled, and what was their own stays told."""

from pathlib import Path
from typing import Any

import pytest

from settlement.verify import examine
from tests.conftest import Given
from tests.mall import Mall, Member, Shop, serving, settings_for
from tests.office import Office, office
from tests.stories.test_cycles import FIRST, sealed

LOTS = """
SELECT json_agg(json_build_array(rule, funder_id, expires_on, points_left, from_member_id)
    ORDER BY entry_id, part)
FROM federation.lots WHERE member_id = %s AND points_left > 0
"""


async def town(mall: Mall) -> tuple[Shop, Office, Member, Member]:
    """A bakery, somebody at the office, and two members who are one person."""
    bakery = await mall.shop("bakery")
    source, target = await mall.members(2)
    return bakery, await office(mall), source, target


async def returns(shop: Shop, of: str, yen: int) -> Any:
    """Take goods back; the receipt."""
    asked = shop.asked(Member(0, ""), of=of, returned_yen=yen)
    del asked["card"]
    answer = await shop.post("/v1/returns", **asked)
    assert answer.status == 201, answer
    return answer.json


async def test_a_hundred_and_two_hundred_are_three_hundred(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(source, yen=11_000)
    await bakery.sells(target, yen=22_000)
    before = await mall.value(LOTS, source.member_id)
    merged = await clerk.merge(source, target)
    assert merged.status == 201, merged
    assert (merged.json["moved_points"], merged.json["balance"]["points"]) == (100, 300)
    assert (await mall.points_of(source), await mall.points_of(target)) == (0, 300)
    own, moved = await mall.value(LOTS, target.member_id)
    assert [*moved[:3], moved[4]] == [*before[0][:3], source.member_id]
    assert own[4] is None
    spent = await bakery.accepts(source, 300)
    assert spent["balance"]["points"] == 0, "the old card works, and spends both"
    told = await clerk.client.get(f"/v1/entries/{spent['entry']}/provenance")
    assert {one["points"]: one["funder"] for one in told.json["sources"]} == {
        100: "bakery",
        200: "bakery",
    }
    assert len({one["entry"] for one in told.json["sources"]}) == 2, "to both receipts"
    assert all(one["receipt_no"] for one in told.json["sources"])


async def test_a_merge_sent_twice_is_booked_once(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(source, yen=11_000)
    body = clerk.asked(source=clerk.handle(source), target=clerk.handle(target))
    first, again = [await clerk.client.post("/v1/admin/merges", **body) for _ in range(2)]
    assert first.content == again.content
    assert again.headers["idempotent-replayed"] == "true"
    other = {**body, "reason": "別の理由"}
    assert (await clerk.client.post("/v1/admin/merges", **other)).slug == "slip-reused"
    assert await mall.points_of(target) == 100


async def test_points_that_paid_before_a_merge_come_back_to_the_heir(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    sold = await bakery.sells(source, yen=11_000)
    bought = await bakery.sells_for_points(source, 60, yen=50)
    assert (await clerk.merge(source, target)).status == 201
    assert await mall.points_of(target) == 40
    back = await returns(bakery, bought["slip"], 110)
    assert back["restored_points"] == 60
    assert (await mall.points_of(source), await mall.points_of(target)) == (0, 100)
    lots = await mall.value(LOTS, target.member_id)
    assert {str(one[2]) for one in lots} == {sold["grants"][0]["expires_on"]}
    spent = await bakery.accepts(target, 100)
    told = (await clerk.client.get(f"/v1/entries/{spent['entry']}/provenance")).json
    assert {one["entry"] for one in told["sources"]} == {sold["entry"]}, "the original receipt"


async def test_goods_bought_before_two_merges_are_taken_back_from_the_points_they_gave(
    mall: Mall,
) -> None:
    """A → B → C: what the last heir has of it is its own, and is taken before all else."""
    bakery, clerk, first, second = await town(mall)
    (third,) = await mall.members(1)
    await bakery.sells(third, yen=5_500)
    sold = await bakery.sells(first, yen=11_000)
    assert (await clerk.merge(first, second)).status == 201
    assert (await clerk.merge(second, third)).status == 201
    assert await mall.points_of(third) == 150
    back = await returns(bakery, sold["slip"], 11_000)
    assert (back["taken_back_points"], back["shortage_points"]) == (100, 0)
    lots = await mall.value(LOTS, third.member_id)
    assert [one[3:] for one in lots] == [[50, None]], "its own fifty are untouched"
    for card in (first, second, third):
        assert (await bakery.quote(card))["balance"]["points"] == 50


async def test_a_chain_is_undone_from_its_end(mall: Mall) -> None:
    bakery, clerk, first, second = await town(mall)
    (third,) = await mall.members(1)
    bought = await bakery.sells(first, yen=11_000)
    inner = (await clerk.merge(first, second)).json["slip"]
    outer = (await clerk.merge(second, third)).json["slip"]
    assert (await clerk.undo(inner)).slug == "not-reversible"
    assert (await clerk.undo(outer)).status == 201
    assert [await mall.points_of(one) for one in (first, second, third)] == [0, 100, 0]
    assert (await bakery.quote(first))["balance"]["points"] == 100
    back = await returns(bakery, bought["slip"], 5_500)
    assert back["balance"]["points"] == 50, "the heir is the second again, not the third"
    assert [await mall.points_of(one) for one in (first, second, third)] == [0, 50, 0]


async def test_an_empty_chain_is_undone_from_its_end_as_well(mall: Mall) -> None:
    """Nothing moves, so only the members themselves can say that it is too early."""
    bakery, clerk, first, second = await town(mall)
    (third,) = await mall.members(1)
    inner = (await clerk.merge(first, second)).json["slip"]
    outer = (await clerk.merge(second, third)).json["slip"]
    assert (await clerk.undo(inner)).slug == "not-reversible"
    assert (await clerk.undo(outer)).status == 201
    assert (await clerk.undo(inner)).status == 201
    for one in (first, second, third):
        await bakery.sells(one, yen=110)
    assert [await mall.points_of(one) for one in (first, second, third)] == [1, 1, 1]


async def test_an_undone_merge_leaves_two_members_as_they_were(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(source, yen=11_000)
    await bakery.sells(target, yen=22_000)
    slip = (await clerk.merge(source, target)).json["slip"]
    await mall.turn_to(mall.today.replace(day=9))
    undone = await clerk.undo(slip)
    assert undone.status == 201, undone
    assert (await mall.points_of(source), await mall.points_of(target)) == (100, 200)
    assert (await bakery.quote(source))["balance"]["points"] == 100
    assert (await bakery.accepts(source, 100))["balance"]["points"] == 0
    assert (await clerk.undo(slip)).slug == "already-reversed"
    state = (await clerk.client.get(clerk.path(source))).json
    assert (state["state"], state.get("merged_into")) == ("active", None)
    again = await clerk.merge(source, target)
    assert again.status == 201, "they can become one again"


async def test_a_merge_moves_no_money_and_nor_does_its_undoing(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(source, yen=11_000)
    slip = (await clerk.merge(source, target)).json["slip"]
    assert (await clerk.undo(slip)).status == 201
    assert (await clerk.merge(target, source)).status == 201
    await bakery.accepts(source, 30)
    assert (await mall.close(mall.today)).status == 200
    assert await mall.nets(FIRST) == {}, "what the bakery honoured it had given itself"
    verdict = examine(await sealed(mall, FIRST))
    assert verdict.faults == ()


async def test_nor_does_it_where_funders_pay_at_issue(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings, funding="at-issue") as mall:
        bakery, clerk, source, target = await town(mall)
        await bakery.sells(source, yen=11_000)
        slip = (await clerk.merge(source, target)).json["slip"]
        assert (await clerk.undo(slip)).status == 201
        assert (await clerk.merge(target, source)).status == 201
        taken = (await clerk.adjust(source, -30)).json["slip"]
        assert (await clerk.undo(taken)).status == 201
        assert (await mall.close(mall.today)).status == 200
        assert await mall.nets(FIRST) == {"bakery": -100, "fund": 100}
        assert examine(await sealed(mall, FIRST)).faults == ()


async def test_a_merge_stands_once_a_moved_point_was_spent(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(source, yen=11_000)
    slip = (await clerk.merge(source, target)).json["slip"]
    await bakery.accepts(target, 1)
    refused = await clerk.undo(slip)
    assert (refused.status, refused.slug) == (409, "not-reversible")
    assert (await mall.points_of(source), await mall.points_of(target)) == (0, 99)


async def test_undoing_a_return_of_a_merged_member_does_not_part_the_two(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(source, yen=11_000)
    bought = await bakery.sells_for_points(source, 60, yen=50)
    assert (await clerk.merge(source, target)).status == 201
    back = await returns(bakery, bought["slip"], 110)
    void = bakery.asked(source, of=back["slip"], reason="打ち間違い")
    del void["card"]
    undone = await bakery.post("/v1/reversals", **void)
    assert undone.status == 201, undone
    assert (await mall.points_of(source), await mall.points_of(target)) == (0, 40)
    state = (await clerk.client.get(clerk.path(source))).json
    assert (state["state"], state["merged_into"]) == ("merged", clerk.handle(target))


async def held(mall: Mall, bakery: Shop, clerk: Office, source: Member, _: Member) -> None:
    await bakery.sells(source, yen=11_000)
    assert (await bakery.post("/v1/holds", **bakery.asked(source, points=1))).status == 201


async def owing(mall: Mall, bakery: Shop, clerk: Office, source: Member, _: Member) -> None:
    await mall.programme(shortage_policy="NEGATIVE_BALANCE")
    sold = await bakery.sells(source, yen=11_000)
    await bakery.accepts(source, 100)
    await returns(bakery, sold["slip"], 11_000)


async def merged(mall: Mall, _: Shop, clerk: Office, source: Member, __: Member) -> None:
    assert (await clerk.merge(source, await mall.member())).status == 201


async def heir_merged(mall: Mall, _: Shop, clerk: Office, __: Member, target: Member) -> None:
    assert (await clerk.merge(target, await mall.member())).status == 201


async def gone(_: Mall, __: Shop, clerk: Office, source: Member, ___: Member) -> None:
    assert (await clerk.withdraw(source)).status == 201


async def heir_gone(_: Mall, __: Shop, clerk: Office, ___: Member, target: Member) -> None:
    assert (await clerk.withdraw(target)).status == 201


async def frozen(_: Mall, __: Shop, clerk: Office, source: Member, ___: Member) -> None:
    assert (await clerk.freeze(source)).status == 204


@pytest.mark.parametrize(
    ("fault", "slug"),
    [
        (held, "holds-open"),
        (owing, "points-owed"),
        (merged, "already-merged"),
        (heir_merged, "already-merged"),
        (gone, "member-withdrawn"),
        (heir_gone, "member-withdrawn"),
        (frozen, "member-frozen"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_who_cannot_become_one(mall: Mall, fault: Any, slug: str) -> None:
    bakery, clerk, source, target = await town(mall)
    await fault(mall, bakery, clerk, source, target)
    before = await mall.value("SELECT count(*) FROM federation.entries")
    refused = await clerk.merge(source, target)
    assert (refused.status, refused.slug) == (409, slug), refused
    assert await mall.value("SELECT count(*) FROM federation.entries") == before


async def test_nobody_becomes_one_with_itself(mall: Mall) -> None:
    _, clerk, source, _ = await town(mall)
    refused = await clerk.merge(source, source)
    assert (refused.status, refused.slug) == (409, "same-member")


async def test_sliding_points_slide_back_with_an_undone_merge(mall: Mall) -> None:
    await mall.expiry(policy="SLIDING", months=12, qualifying=frozenset({"accrual"}))
    bakery, clerk, source, target = await town(mall)
    await bakery.sells(target, yen=11_000)
    await mall.turn_to(mall.today.replace(month=7))
    await bakery.sells(source, yen=11_000)
    slides = "SELECT slides_on::text FROM federation.wallets WHERE member_id = %s"
    slip = (await clerk.merge(source, target)).json["slip"]
    assert await mall.value(slides, target.member_id) == "2027-07-03", "the later of the two"
    assert (await clerk.undo(slip)).status == 201
    assert await mall.value(slides, target.member_id) == "2027-06-03"
    assert await mall.value(slides, source.member_id) == "2027-07-03"


async def test_a_code_of_a_merged_member_is_over(mall: Mall) -> None:
    bakery, clerk, source, target = await town(mall)
    given = await clerk.client.post("/v1/member-codes", member=clerk.handle(source))
    code = Member(source.member_id, given.json["code"])
    assert (await clerk.merge(source, target)).status == 201
    refused = await bakery.post("/v1/accruals", **bakery.sale(code, 1_100))
    assert refused.slug == "card-not-active"
