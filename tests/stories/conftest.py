"""Halls of several stories: two shops that traded points in a cycle that is closed."""

from datetime import date

import pytest

from tests.mall import Mall, Shop

JUNE = date(2026, 6, 3)


@pytest.fixture
async def trade(mall: Mall) -> tuple[Shop, Shop]:
    """A bakery and a bookshop of two facilities; points crossed on two days, once from two
    lots, and some came back."""
    bakery, bookshop = await mall.shop("bakery", "tokushima"), await mall.shop("bookshop", "orne")
    hanako, taro = await mall.members(2)
    await bakery.sells(hanako, yen=16_500)
    await bakery.sells(hanako, yen=16_500)
    await bookshop.accepts(hanako, points=100)
    await bakery.accepts(hanako, points=40)
    await mall.turn_to(date(2026, 6, 4))
    undone = (await bookshop.accepts(hanako, points=30))["slip"]
    asked = {key: value for key, value in bookshop.asked(hanako).items() if key != "card"}
    answer = await bookshop.post("/v1/reversals", **asked, of=undone, reason="打ち間違い")
    assert answer.status == 201, answer
    await bookshop.sells(taro, yen=2_200)
    await bakery.accepts(taro, points=7)
    assert (await mall.close(JUNE)).status == 200
    return bakery, bookshop
