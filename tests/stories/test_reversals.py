"""取消: a slip is undone exactly, once, or cancelled before it arrives."""

import asyncio
from datetime import timedelta
from typing import Any

from tests.mall import Answered, Mall, Member, Shop


async def undo(shop: Shop, of: str, **more: Any) -> Answered:
    """Ask for the reversal of a slip."""
    asked = {k: v for k, v in shop.asked(Member(0, ""), **more).items() if k != "card"}
    return await shop.post("/v1/reversals", **asked, of=of, reason="打ち間違い")


async def test_voiding_an_accrual_returns_member_and_receipt_to_the_prior_state(
    mall: Mall,
) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=11_000, receipt_no="0042")
    await bakery.post("/v1/accruals", **sale)
    undone = await undo(bakery, sale["slip"])
    assert undone.status == 201, undone
    assert undone.json["reversed"] == {"slip": sale["slip"], "points": 100, "redeemed_points": 0}
    assert undone.json["balance"]["points"] == await mall.points_of(hanako) == 0
    entries = (await bakery.get("/v1/entries")).json["entries"]
    assert [one["kind"] for one in entries] == ["reversal", "accrual"], "both stay visible"
    again = await bakery.sells(hanako, yen=11_000, receipt_no="0042")
    assert again["points"] == 100, "the receipt may earn again"


async def test_voiding_a_purchase_gives_back_to_the_same_lots_and_takes_what_it_gave(
    mall: Mall,
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    before = await lots(mall, hanako)
    sale = bookshop.sale(hanako, yen=5_000, points=150)
    await bookshop.post("/v1/purchases", **sale)
    undone = await undo(bookshop, sale["slip"])
    assert undone.json["reversed"]["redeemed_points"] == 150
    assert undone.json["balance"]["points"] == 200
    assert [lot for lot in await lots(mall, hanako) if lot[1]] == before


async def lots(mall: Mall, member: Member) -> list[Any]:
    """A member's lots with what is left in them."""
    async with mall.hub.pools.use("auditor") as conn:
        rows = await conn.execute(
            "SELECT entry_id, points_left, expires_on FROM federation.lots "
            "WHERE member_id = %s ORDER BY entry_id, part",
            (member.member_id,),
        )
        return list(await rows.fetchall())


async def test_a_grant_that_was_spent_since_is_not_reversible(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=11_000)
    await bakery.post("/v1/accruals", **sale)
    await bakery.accepts(hanako, points=1)
    refused = await undo(bakery, sale["slip"])
    assert (refused.status, refused.slug) == (409, "not-reversible")
    assert await mall.points_of(hanako) == 99


async def test_a_slip_is_reversed_once_and_the_same_reversal_answers_the_same(
    mall: Mall,
) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=11_000)
    await bakery.post("/v1/accruals", **sale)
    first = await undo(bakery, sale["slip"], slip="U-1")
    same = await undo(bakery, sale["slip"], slip="U-1")
    second = await undo(bakery, sale["slip"], slip="U-2")
    assert (first.status, first.content) == (201, same.content)
    assert (second.status, second.slug) == (409, "already-reversed")
    original = await bakery.post("/v1/accruals", **sale)
    assert original.status == 201, "the original's answer stays what it was"
    assert await mall.points_of(hanako) == 0


async def test_a_slip_that_has_not_arrived_is_cancelled_for_ever(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=11_000)
    cancelled = await undo(bakery, sale["slip"])
    assert (cancelled.status, cancelled.json["reversed"]) == (201, None)
    for body in (sale, sale, {**sale, "paid_yen": 22_000}):
        late = await bakery.post("/v1/accruals", **body)
        assert (late.status, late.slug) == (409, "slip-cancelled")
    assert await mall.points_of(hanako) == 0
    assert (await undo(bakery, sale["slip"])).slug == "already-reversed"


async def test_a_refused_slip_needs_no_undoing(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    spending = bakery.spending(hanako, points=50)
    await bakery.post("/v1/redemptions", **spending)
    answer = await undo(bakery, spending["slip"])
    assert (answer.status, answer.json["reversed"]) == (201, None)


async def test_only_the_own_shops_slip_on_its_own_business_date_is_undone(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    sale = bakery.sale(hanako, yen=11_000)
    await bakery.post("/v1/accruals", **sale)
    foreign = await undo(bookshop, sale["slip"])
    assert (foreign.status, foreign.json["reversed"]) == (201, None), "its own number, not yet used"
    await mall.turn_to(mall.today + timedelta(days=1))
    assert (await undo(bakery, sale["slip"])).slug == "too-late"
    assert await mall.points_of(hanako) == 100


async def test_a_reversal_is_not_reversible(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, yen=11_000)
    await bakery.post("/v1/accruals", **sale)
    await undo(bakery, sale["slip"], slip="U-1")
    assert (await undo(bakery, "U-1")).slug == "not-reversible"


async def test_a_slip_cannot_undo_itself(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    answer = await undo(bakery, "U-1", slip="U-1")
    assert (answer.status, answer.json["pointer"]) == (400, "/of")


async def test_a_reversal_and_its_late_original_race_and_one_story_holds(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    for member in await mall.members(20):
        sale = bakery.sale(member, yen=11_000)
        booked, undone = await asyncio.gather(
            bakery.post("/v1/accruals", **sale), undo(bakery, sale["slip"])
        )
        assert undone.status == 201
        if undone.json["reversed"] is None:
            assert booked.slug == "slip-cancelled"
        else:
            assert booked.status == 201
        assert await mall.points_of(member) == 0


async def test_two_reversals_race_and_one_wins(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    for member in await mall.members(10):
        sale = bakery.sale(member, yen=11_000)
        await bakery.post("/v1/accruals", **sale)
        answers = await asyncio.gather(*(undo(bakery, sale["slip"]) for _ in range(4)))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert await mall.points_of(member) == 0


async def test_a_reversal_races_a_redemption_of_the_same_lot(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    for member in await mall.members(20):
        sale = bakery.sale(member, yen=11_000)
        await bakery.post("/v1/accruals", **sale)
        undone, spent = await asyncio.gather(
            undo(bakery, sale["slip"]),
            bookshop.post("/v1/redemptions", **bookshop.spending(member, points=100)),
        )
        assert {undone.status, spent.status} == {201, 409}
        assert (undone.slug or "reversed", spent.slug or "spent") in {
            ("reversed", "not-enough-points"),
            ("not-reversible", "spent"),
        }
        assert await mall.points_of(member) == 0
