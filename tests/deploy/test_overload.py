"""混雑: when more ask than can wait, the excess is told 503 at once and whoever waits is served;
what is full is not the whole hub."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from time import monotonic

import pytest

from deploy import pools
from federation import desk
from tests.conftest import Given
from tests.mall import Answered, Mall, Shop, serving, settings_for

AT_ONCE = 1.0  # far below the five seconds that somebody waits in vain for a connection


@pytest.fixture
async def mall(given: Given, database: str, tmp_path: Path) -> AsyncIterator[Mall]:
    async with serving(settings_for(database, given.redis_url, tmp_path)) as ours:
        yield ours


async def entries(shop: Shop) -> tuple[Answered, float]:
    """A page of entries, and how long it took."""
    began = monotonic()
    return await shop.get("/v1/entries"), monotonic() - began


async def test_reads_that_find_no_place_to_wait_are_told_so_at_once(mall: Mall) -> None:
    shop = await mall.shop("bakery")
    assert (await entries(shop))[0].status == 200
    ours, size = mall.hub.pools, pools.SIZES["app"]

    async def looks() -> None:
        async with ours.use("app"):
            pass

    hanako = await mall.member()
    async with AsyncExitStack() as held:
        for _ in range(size):
            await held.enter_async_context(ours.use("app"))
        asked = asyncio.create_task(entries(shop))
        await asyncio.sleep(0.1)
        waiting = [asyncio.create_task(looks()) for _ in range(size * pools.WAITING_EACH - 1)]
        await asyncio.sleep(0.1)
        refused = [await entries(shop) for _ in range(5)]
        mall.hub.forget()  # a minute passed: keys and terms are looked at again
        assert (await shop.get("/health/ready")).status == 200, "and the hub stays in service"
        assert (await shop.sells(hanako, yen=1_100))["points"] == 10, "tills go on booking"
    for answer, seconds in refused:
        assert (answer.status, answer.slug, answer.headers["retry-after"]) == (503, "busy", "1")
        assert seconds < AT_ONCE
    await asyncio.gather(*waiting)
    assert (await asked)[0].status == 200, "whoever waited is served"
    assert (await entries(shop))[0].status == 200


async def test_slips_that_find_no_place_to_wait_are_told_so_at_once_and_booked_later(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, hanako = await mall.shop("bakery"), await mall.member()
    monkeypatch.setattr(desk, "WAITING", 0)
    sale, began = shop.sale(hanako, 1_100), monotonic()
    busy = await shop.ask("POST", "/v1/accruals", json=sale)
    assert (busy.status, busy.slug, monotonic() - began < AT_ONCE) == (503, "busy", True)
    assert busy.headers["retry-after"]
    monkeypatch.undo()
    booked = await shop.post("/v1/accruals", **sale)
    assert booked.status == 201, "busy leaves no trace: the same slip is booked"
    assert await mall.points_of(hanako) == 10
