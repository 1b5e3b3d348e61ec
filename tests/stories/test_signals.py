"""不正の兆候: what looks odd is named with its entries, and what is usual is not (item 11)."""

import asyncio
from datetime import timedelta
from typing import Any

from click.testing import CliRunner

from deploy.cli import main
from tests.mall import Mall, Member, Shop


async def seen(mall: Mall, **days: Any) -> dict[str, list[Any]]:
    """The signals of a week, by pattern."""
    answer = await (await mall.operator()).get("/v1/admin/signals", **days)
    assert answer.status == 200, answer
    found: dict[str, list[Any]] = {}
    for one in answer.json["signals"]:
        found.setdefault(one["pattern"], []).append(one)
    return found


async def undo(shop: Shop, of: str) -> None:
    asked = shop.asked(Member(0, ""), of=of, reason="打ち間違い")
    del asked["card"]
    assert (await shop.post("/v1/reversals", **asked)).status == 201


async def test_an_ordinary_day_gives_no_signal(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    for _ in range(5):
        await bakery.sells(hanako, 11_000)
    await bookshop.accepts(hanako, 30)
    assert await seen(mall) == {}


async def test_a_cashier_who_uses_an_own_card_is_seen(mall: Mall) -> None:
    bakery, taro = await mall.shop("bakery"), await mall.member()
    sold = [await bakery.sells(taro, 1_100, staff="C-7") for _ in range(10)]
    found = await seen(mall)
    [often], [cashier] = found["often"], found["one_cashier"]
    assert (often["times"], often["points"], often["shop"]) == (10, 100, "bakery")
    assert often["entries"] == cashier["entries"] == [one["entry"] for one in sold]
    shown = await (await mall.operator()).get(f"/v1/entries/{often['entries'][0]}")
    assert shown.status == 200, "each entry opens"


async def test_a_large_grant_and_a_use_far_away_are_seen(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    florist = await mall.shop("florist", facility="takamatsu")
    hanako = await mall.member()
    await bakery.sells(hanako, 1_210_000)
    await florist.accepts(hanako, 500)
    found = await seen(mall)
    assert [one["points"] for one in found["large"]] == [11_000]
    [far] = found["far"]
    assert (far["shop"], far["points"], len(far["entries"])) == ("florist", 500, 2)


async def test_sales_undone_again_and_again_are_seen(mall: Mall) -> None:
    bakery, taro = await mall.shop("bakery"), await mall.member()
    for turn in range(3):
        assert "undone" not in await seen(mall), turn
        await undo(bakery, (await bakery.sells(taro, 11_000))["slip"])
    [one] = (await seen(mall))["undone"]
    assert (one["times"], one["points"]) == (3, 300)


async def test_points_spent_before_the_goods_came_back_are_seen(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    taro = await mall.member()
    sold = await bakery.sells(taro, 11_000)
    await bookshop.accepts(taro, 80)
    back = bakery.asked(taro, of=sold["slip"], returned_yen=11_000)
    del back["card"]
    assert (await bakery.post("/v1/returns", **back)).status == 201
    [one] = (await seen(mall))["carried"]
    assert (one["shop"], one["points"], one["member"] is not None) == ("bakery", 80, True)


async def test_five_new_cards_at_one_till_are_seen(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    people = await mall.members(5)
    for one in people[:4]:
        await bakery.sells(one, 1_100)
    assert "new_cards" not in await seen(mall)
    await bakery.sells(people[4], 1_100)
    [found] = (await seen(mall))["new_cards"]
    assert (found["times"], found["member"]) == (5, None)


async def test_a_day_without_totals_is_seen_where_totals_are_told(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sold = await bakery.sells(hanako, 11_000, slip="D-01")
    told = {
        "till": bakery.till, "business_date": mall.today.isoformat(), "at": mall.now.isoformat(),
        "close_no": 1, "accruals": {"count": 1, "points": 100, "yen": 11_000},
        "redemptions": {"count": 0, "points": 0}, "reversals": 0, "returns": 0,
        "sales_yen": 11_000, "customers": 1, "first_slip": "D-01", "last_slip": "D-01",
    }  # fmt: skip
    assert (await bakery.post("/v1/daily-totals", **told)).status in (200, 201)
    await mall.turn_to(mall.today + timedelta(days=1))
    later = await bakery.sells(hanako, 22_000)
    assert "untotalled" not in await seen(mall), "the day is not over"
    await mall.turn_to(mall.today + timedelta(days=1))
    [one] = (await seen(mall))["untotalled"]
    assert one["entries"] == [later["entry"]] != [sold["entry"]]


async def test_days_that_are_too_many_are_refused_and_a_till_sees_none(mall: Mall) -> None:
    answer = await (await mall.operator()).get(
        "/v1/admin/signals", **{"from": "2026-01-01", "to": "2026-03-01"}
    )
    assert (answer.status, answer.slug) == (400, "validation")
    bakery = await mall.shop("bakery")
    assert (await bakery.get("/v1/admin/signals")).status == 403


async def test_the_command_tells_the_same(mall: Mall, monkeypatch: Any) -> None:
    bakery, taro = await mall.shop("bakery"), await mall.member()
    for _ in range(6):
        await bakery.sells(taro, 1_100)
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    told = await asyncio.to_thread(CliRunner().invoke, main, ["signals"])
    assert told.exit_code == 0, told.output
    assert "同じレジで一日に6回以上の付与" in told.output
    assert "×6  60 pt" in told.output
