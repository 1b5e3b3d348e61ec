"""付与の速さ: who earns oftener in a day than the pace allows has the points booked, and kept until
the office has made sure (security T-01)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Given
from tests.mall import Mall, Shop, serving, settings_for
from tests.office import office
from tests.races.hubs import cloned, slugs
from tests.stories.test_pace import OPEN, STATE, followed, spends

PACE = {"from_on": "2026-06-01", "accruals": 3, "reason": "不正付与の対策"}


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub, in which three accruals a day are a member's own."""
    folder = tmp_path_factory.mktemp("earning-pace")
    with cloned(given.database_url, template, "meguri_test_earning_pace") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            operator = await ours.operator()
            assert (await operator.ask("PUT", "/v1/admin/paces", json=PACE)).status == 204
            yield ours


@pytest.fixture(scope="module")
async def shops(mall: Mall) -> list[Shop]:
    return await mall.shops("bakery", "bookshop")


async def test_of_many_tills_at_once_all_book_and_nothing_is_spent(
    mall: Mall, shops: list[Shop]
) -> None:
    """The count is taken under the member's lock: no number of tills at once gets past it."""
    hanako = await mall.member()
    asked = [shop.post("/v1/accruals", **shop.sale(hanako, 1_100)) for shop in shops * 8]
    assert slugs(await asyncio.gather(*asked)) == {"booked": 16}
    counted = "SELECT points FROM federation.used WHERE member_id = %s AND rule = 'earnings'"
    assert await mall.value(counted, hanako.member_id) == 16
    tried = [spends(shop, hanako) for shop in shops * 4]
    refused = slugs(await asyncio.gather(*tried))
    assert set(refused) <= {"spends-too-fast", "card-not-active"}, refused
    assert (await shops[0].quote(hanako, yen=1_100))["redeemable_points"] == 0


async def test_sales_that_earn_nothing_and_the_days_own_number_keep_nothing(
    mall: Mall, shops: list[Shop]
) -> None:
    bakery, hanako = shops[0], await mall.member()
    for yen in (1_100, 50, 1_100, 50, 1_100):
        await bakery.sells(hanako, yen=yen)
    await followed(mall)
    assert await mall.value(STATE, hanako.member_id) == "active"
    assert (await spends(bakery, hanako)).status == 201


async def test_the_follower_keeps_them_and_the_office_lets_the_count_begin_anew(
    mall: Mall, shops: list[Shop]
) -> None:
    bakery, hanako, clerk = shops[0], await mall.member(), await office(mall)
    sold = [await bakery.sells(hanako, yen=1_100) for _ in range(4)]
    refused = await spends(bakery, hanako)
    assert refused.slug in ("spends-too-fast", "card-not-active")
    await followed(mall)
    assert await mall.value(STATE, hanako.member_id) == "frozen"
    listed = (await clerk.client.get("/v1/admin/pace-stops", limit=1)).json["stops"][0]
    assert (listed["member"], listed["why"]) == (clerk.handle(hanako), "earned")
    assert listed["entry"] == sold[-1]["entry"]
    seen = (await (await mall.operator()).get("/v1/admin/signals")).json["signals"]
    held = [entry for one in seen if one["pattern"] == "held" for entry in one["entries"]]
    assert listed["entry"] in held
    freed = await clerk.client.post(clerk.path(hanako, "/unfreeze"), reason="窓口で確認")
    assert freed.status == 204, freed
    assert (await spends(bakery, hanako)).status == 201, "the count begins anew"
    await followed(mall)
    assert await mall.value(OPEN, hanako.member_id) == 0
    for _ in range(4):
        await bakery.sells(hanako, yen=1_100)
    await followed(mall)
    assert await mall.value(OPEN, hanako.member_id) == 1, "and it stops again"
