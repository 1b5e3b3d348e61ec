"""クーポン: M27, M28 and M29 as a member meets them on a phone, with a till that takes them."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium

from tests.coupons.town import DRAFT, scan, takes, use
from tests.mall import Mall, Shop
from tests.pages.conftest import Visit, visit
from tests.pages.members import PHONE, holder
from tests.people.persons import Staff


@pytest.fixture(scope="module")
async def bakery(mall: Mall) -> Shop:
    shop = await mall.shop("bakery")
    mall.hub.forget()
    return shop


async def publishes(mall: Mall, code: str, **terms: Any) -> None:
    """A coupon that is live."""
    operator = await mall.operator()
    asked = {**DRAFT, "code": code, "name": code, "name_en": code, **terms}
    assert (await operator.post("/v1/admin/coupons", **asked)).status == 201
    step = await operator.post(f"/v1/admin/coupons/{code}/publish", reason="企画どおり")
    assert step.status == 200, step
    mall.hub.forget()


async def opens(here: Visit, name: str) -> None:
    """From the list to one coupon."""
    await here.goes("/member/coupons?lang=ja", name)
    async with here.page.expect_navigation():
        await here.page.locator("a.tile", has_text=name).click()
    assert await here.found_by_axe() == []


async def presses(here: Visit, label: str) -> str:
    """Its button; the code that stands on the screen afterwards."""
    async with here.page.expect_navigation():
        await here.page.get_by_role("button", name=label).click()
    assert await here.found_by_axe() == []
    return (await here.page.inner_text(".scan .number")).replace(" ", "")


async def test_m27_the_screen_that_was_shown_is_used_once(
    chromium: Chromium, mall: Mall, staff: Staff, bakery: Shop
) -> None:
    await publishes(mall, "summer-show", per_member=1)
    hanako = await mall.member()
    async with visit(chromium, mall, await holder(mall, staff, hanako), **PHONE) as here:
        await opens(here, "summer-show")
        assert "500円引" in await here.page.inner_text("main")
        shown = await presses(here, "お店で見せる")
        taken = await takes(bakery, scan(bakery, shown, 3_000))
        assert (taken.status, taken.json["pay_yen"]) == (201, 2_500), taken
        assert (await takes(bakery, scan(bakery, shown, 3_000))).slug == "coupon-used"
        await opens(here, "summer-show")
        assert "使用済み" in await here.page.inner_text("main")
        assert await here.page.locator("main form button.main").count() == 0
        here.whole()


async def test_m28_the_countdown_runs_on_the_screen_and_ends_there(
    chromium: Chromium, mall: Mall, staff: Staff, bakery: Shop
) -> None:
    await publishes(mall, "summer-timed", kind="TIMED", minutes=10, per_member=2)
    hanako = await mall.member()
    noon = mall.now
    async with visit(chromium, mall, await holder(mall, staff, hanako), **PHONE) as here:
        await opens(here, "summer-timed")
        assert await here.page.locator(".scan").count() == 0, "no code before it is started"
        shown = await presses(here, "使いはじめる")
        assert "あと 10 分 0 秒" in await here.page.inner_text("main")
        mall.clock.set(noon + timedelta(minutes=4))
        await here.page.reload()
        assert "あと 6 分 0 秒" in await here.page.inner_text("main"), "it is not started anew"
        assert (await takes(bakery, scan(bakery, shown, 900))).status == 201
        mall.clock.set(noon + timedelta(minutes=10))
        await here.page.reload()
        assert "時間切れ" in await here.page.inner_text("main")
        assert await here.page.locator(".scan").count() == 0
        late = use(bakery, hanako, "summer-timed", 900)
        assert (await takes(bakery, late)).slug == "coupon-over"
        here.whole()
    mall.clock.set(noon)


async def test_m29_only_the_code_on_the_screen_pays_and_the_next_one_is_another(
    chromium: Chromium, mall: Mall, staff: Staff, bakery: Shop
) -> None:
    await publishes(mall, "summer-scan", kind="SCAN", per_member=2)
    hanako = await mall.member()
    async with visit(chromium, mall, await holder(mall, staff, hanako), **PHONE) as here:
        await opens(here, "summer-scan")
        shown = await presses(here, "お店で見せる")
        assert (await takes(bakery, use(bakery, hanako, "summer-scan", 900))).status == 400
        assert (await takes(bakery, scan(bakery, shown, 900))).status == 201
        assert (await takes(bakery, scan(bakery, shown, 900))).slug == "coupon-used"
        await here.page.reload()
        again = (await here.page.inner_text(".scan .number")).replace(" ", "")
        assert again != shown
        assert (await takes(bakery, scan(bakery, again, 900))).status == 201
        here.whole()
