"""返品控除: what a shop keeps from a refund, in its statement and in its funder's."""

from datetime import date
from pathlib import Path

from settlement.verify import examine
from tests.mall import Mall
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated
from tests.stories.test_holds import undone
from tests.stories.test_returns import brings_back

JUNE = date(2026, 6, 1)


async def test_a_shop_owes_the_operator_what_it_kept_for_its_points(
    mall: Mall, tmp_path: Path
) -> None:
    """100 base points and the operator's 100 are spent elsewhere; the goods come back, and the
    bakery keeps 200 円: half of it is the operator's."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member("premium")
    bought = await bakery.sells(hanako, yen=11_000)
    assert bought["points"] == 200
    await bookshop.accepts(hanako, points=200)
    back = await brings_back(bakery, bought, returned_yen=11_000)
    assert (back["shortage_points"], back["refund_yen"]) == (200, 10_800)
    await mall.terms(bakery, point_fee_milliyen=500, monthly_fee_yen=0)
    await mall.close(JUNE)
    assert await mall.yen(JUNE, "bakery") == {111: 100, 114: -200, 121: -100, 900: -200}
    assert await mall.yen(JUNE, "operator") == {113: 100, 123: -100, 900: 0}
    assert await mall.nets(JUNE) == {"bakery": -200, "bookshop": 200}
    file = await mall.sealed(JUNE)
    assert examine(file).faults == ()
    (tmp_path / "sealed").write_bytes(b"".join(file))
    assert recompute(tmp_path / "sealed") == stated(tmp_path / "sealed")


async def test_a_shortage_that_is_undone_leaves_nothing(mall: Mall) -> None:
    """The return was a slip of the hand: once it is reversed, the grant stands, and its fee."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    bought = await bakery.sells(hanako, yen=11_000)
    await bookshop.accepts(hanako, points=60)
    back = await brings_back(bakery, bought, returned_yen=11_000)
    assert (back["taken_back_points"], back["shortage_points"]) == (40, 60)
    answer = await undone(bakery, back["slip"])
    assert answer.status == 201, answer
    await mall.terms(bakery, point_fee_milliyen=500)
    await mall.close(JUNE)
    yen = await mall.yen(JUNE, "bakery")
    assert (yen[111], yen[114], yen[301], yen[900]) == (0, 0, -50, -60 - 50 - 5)
    assert await mall.points_of(hanako) == 40
