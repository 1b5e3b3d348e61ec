"""A browser as a till: what a shop does in a day with a scanner and a keyboard, and what of it the
books say afterwards (C28, C29, O4)."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from tests.mall import Mall, Member, Shop
from tests.offline.files import accept_risk
from tests.pages.at_till import (
    EARNED,
    LOOKS_FOR_LOST,
    OF_SLIPS,
    at_till,
    opened,
)


@pytest.fixture(scope="module")
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.fixture(scope="module")
async def hanako(mall: Mall) -> Member:
    return await mall.member()


async def test_a_sale_with_a_scanner_and_a_keyboard_is_in_the_books(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    async with at_till(chromium, bakery) as till:
        before = await till.count()
        await till.sells(hanako.card, 3_300)
        await till.says("30 pt 付与", "good")
        assert await till.count() == before + 1
        till.whole()


async def test_the_same_receipt_again_shows_the_earlier_result(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    """C29: calm and large, with what it earned the first time; also where another till asks."""
    async with at_till(chromium, bakery) as till:
        await till.sells(hanako.card, 2_200, "REG-0042")
        await till.says("20 pt 付与", "good")
        entries = await till.count()
        await till.sells(hanako.card, 2_200, "REG-0042")
        await till.says("このレシートは付与済みです", "calm")
        assert "20 pt 付与" in await till.facts()
        await till.page.keyboard.press("Escape")
        await till.says("会員証を読み取ってください", "idle")
        await till.scans("REG-0042")
        await till.says("このレシートは付与済みです", "calm")
        assert await till.count() == entries


async def test_an_answer_that_was_lost_is_asked_for_again_and_booked_once(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    """The hub commits, the answer never comes: the same slip and the same bytes go out again."""
    async with at_till(chromium, bakery, service_workers="block") as till:
        sent: list[str] = []

        async def loses(route: Route) -> None:
            sent.append(route.request.post_data or "")
            answer = await route.fetch()
            if len(sent) == 1:
                assert answer.status == 201
                await route.abort()
            else:
                assert answer.headers["idempotent-replayed"] == "true"
                await route.fulfill(response=answer)

        await till.page.route("**/v1/accruals", loses)
        entries, slips = await till.count(), await till.count(OF_SLIPS)
        await till.sells(hanako.card, 1_100)
        await till.says("10 pt 付与", "good")
        assert len(sent) == 2
        assert sent[0] == sent[1]
        assert (await till.count(), await till.count(OF_SLIPS)) == (entries + 1, slips + 1)


async def test_a_page_that_was_shut_before_the_answer_asks_again_when_it_opens(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    async with at_till(chromium, bakery, service_workers="block") as till:
        entries = await till.count()
        hung: list[Route] = []

        async def hangs(route: Route) -> None:
            """The first for ever, as a route taken away would let it go on and be answered."""
            hung.append(route)
            if len(hung) > 1:
                await route.continue_()
                return
            await route.fetch()
            await till.page.evaluate("document.body.dataset.reached = 'yes'")

        await till.page.route("**/v1/accruals", hangs)
        await till.sells(hanako.card, 1_100)
        await till.page.wait_for_selector("body[data-reached=yes]")
        await till.opens()
        await till.says("10 pt 付与", "good")
        assert await till.count() == entries + 1


async def test_points_without_an_answer_are_cancelled_and_the_customer_pays_in_full(
    chromium: Browser, bakery: Shop, mall: Mall
) -> None:
    taro = await mall.member()
    await bakery.sells(taro, 110_000)
    async with at_till(chromium, bakery, service_workers="block") as till:
        lost: list[str] = []

        async def loses(route: Route) -> None:
            lost.append((await route.fetch()).url)
            await till.context.set_offline(True)
            await route.abort()

        await till.page.route("**/v1/redemptions", loses)
        await till.page.keyboard.press("F2")
        await till.scans(taro.card)
        await till.types("payable_yen", "1000")
        await till.types("points", "300")
        await till.page.keyboard.press("Enter")
        await till.says("応答なし・取り消します", "bad")
        assert len(lost) == 1
        assert await mall.points_of(taro) == 700, "booked, though nobody at the till knows"
        await till.context.set_offline(False)
        await expect(till.page.locator("[data-waits]")).to_be_hidden()
        await till.page.keyboard.press("F7")
        await expect(till.page.locator("[data-outbox] tr").first).to_contain_text("記帳しました")
        assert await mall.points_of(taro) == 1_000


async def test_points_that_are_being_asked_for_again_are_cancelled_by_nobody_meanwhile(
    chromium: Browser, bakery: Shop, mall: Mall
) -> None:
    """The first try is lost on its way; the line is there before the second, and whatever looks for
    lost answers then leaves this one to who is asking."""
    rokuro = await mall.member()
    await bakery.sells(rokuro, 110_000)
    async with at_till(chromium, bakery, service_workers="block") as till:
        tries: list[str] = []

        async def loses(route: Route) -> None:
            tries.append(route.request.post_data or "")
            if len(tries) == 1:
                await route.abort()
                return
            await till.page.evaluate(LOOKS_FOR_LOST)
            await route.continue_()

        await till.page.route("**/v1/redemptions", loses)
        await till.page.keyboard.press("F2")
        await till.scans(rokuro.card)
        await till.types("payable_yen", "1000")
        await till.types("points", "300")
        await till.page.keyboard.press("Enter")
        await till.says("300 pt 利用", "good")
        assert tries[0] == tries[1]
        lines = "import('/static/till/store.js').then((it) => it.lines())"
        assert await till.page.evaluate(lines) == [], "no cancellation waits to be sent"
        assert await mall.points_of(rokuro) == 700


async def test_a_shift_with_the_line_cut_in_the_middle(
    chromium: Browser, bakery: Shop, mall: Mall
) -> None:
    """Earn, spend; the line is cut, sales are kept, the page is even opened anew; the line is back,
    every line is booked under its number, and the day agrees."""
    jiro = await mall.member()
    shop = await opened(mall, "cafe")
    async with at_till(chromium, shop) as till:
        await till.sells(jiro.card, 55_000)
        await till.says("500 pt 付与", "good")
        await till.sells(jiro.card, 3_300, points=300)
        await till.says("300 pt 利用・27 pt 付与", "good")
        await till.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await till.opens()
        await till.page.wait_for_function("navigator.serviceWorker.controller !== null")

        await till.context.set_offline(True)
        await expect(till.page.locator("[data-line]")).to_contain_text("回線断")
        entries = await till.count()
        for number, yen in enumerate((1_100, 2_200, 3_300)):
            await till.sells(jiro.card, yen, f"REG-{number}")
            await till.says("お預かりしました", "wait")
        await till.sells(jiro.card, 1_100, "REG-0")
        await till.says("このレシートは受付済みです", "calm")
        await till.page.keyboard.press("Escape")
        await till.sells(jiro.card, 3_000, points=100)
        await till.says("回線断・ポイント利用不可", "bad")
        await expect(till.page.locator("[data-banner]")).to_contain_text("送信待ち 3 件")
        await till.page.reload()
        await till.ready()
        await expect(till.page.locator("[data-waits]")).to_contain_text("3 件")
        assert await till.count() == entries, "nothing has come to the hub yet"

        await till.context.set_offline(False)
        await expect(till.page.locator("[data-waits]")).to_be_hidden()
        await till.page.keyboard.press("F7")
        rows = till.page.locator("[data-outbox] tr")
        await expect(rows).to_have_count(3)
        for row in await rows.all():
            await expect(row).to_contain_text("記帳しました")
        assert await till.count() == entries + 3
        assert await till.count(EARNED, "accrual") == 500 + 27 + 10 + 20 + 30
        chain = await mall.value(
            "SELECT array_agg(seq ORDER BY seq) FROM tenants.chain WHERE tenant_id = %s",
            shop.tenant_id,
        )
        assert chain == [1, 2, 3]

        await till.page.keyboard.press("F6")
        await till.types("customers", "5")
        await till.page.keyboard.press("Enter")
        await till.says("一致しました", "good")


async def test_points_are_taken_without_a_line_within_what_the_tenant_accepted(
    chromium: Browser, mall: Mall
) -> None:
    shop, saburo = await opened(mall, "kiosk"), await mall.member()
    await shop.sells(saburo, 110_000)
    await accept_risk(mall, shop, per_line=200, per_day=300)
    async with at_till(chromium, shop, service_workers="block") as till:
        await till.context.set_offline(True)
        for points, words, tone in (
            (201, "回線断・ポイント利用不可", "bad"), (200, "お預かりしました", "wait"),
            (101, "回線断・ポイント利用不可", "bad"), (100, "お預かりしました", "wait"),
        ):  # fmt: skip
            await till.page.keyboard.press("F2")
            await till.page.keyboard.press("Escape")
            await till.scans(saburo.card)
            await till.types("payable_yen", "1000")
            await till.types("points", str(points))
            await till.page.keyboard.press("Enter")
            await till.says(words, tone)
        await till.context.set_offline(False)
        await expect(till.page.locator("[data-waits]")).to_be_hidden()
        await till.page.keyboard.press("F7")
        await expect(till.page.locator("[data-outbox] tr")).to_have_count(2)
        await expect(till.page.locator("[data-outbox] [class=good]")).to_have_count(2)
        assert await mall.points_of(saburo) == 700


async def test_a_void_a_return_and_a_hold_from_todays_slips(chromium: Browser, mall: Mall) -> None:
    shop, shiro = await opened(mall, "florist"), await mall.member()
    async with at_till(chromium, shop) as till:
        await till.sells(shiro.card, 11_000)
        await till.says("100 pt 付与", "good")
        await till.sells(shiro.card, 5_500)
        await till.says("50 pt 付与", "good")

        await till.page.keyboard.press("F4")
        await expect(till.page.locator("[data-list] label")).to_have_count(2)
        await till.page.keyboard.press("v")  # the latest stands first
        await till.page.keyboard.press("Enter")
        await till.says("取り消しました", "good")
        assert await mall.points_of(shiro) == 100

        await expect(till.page.locator("[data-list] label")).to_have_count(3)
        await till.page.locator("[data-list] input").last.check()
        await till.page.keyboard.press("r")
        await till.page.keyboard.press("Control+a")
        await till.page.keyboard.type("5500")  # a part of it
        await till.page.keyboard.press("Enter")
        await till.says("5,500 円 の返品", "good")
        await expect(till.page.locator("[data-list] label")).to_have_count(4)
        assert await mall.points_of(shiro) == 50
        await till.page.locator("[data-list] input").last.check()
        await till.page.keyboard.press("r")
        await expect(till.page.locator("dialog [name=number]")).to_have_value("5500")
        await till.page.keyboard.press("Enter")
        await expect(till.page.locator("[data-list] label")).to_have_count(5)
        assert await mall.points_of(shiro) == 0

        await till.sells(shiro.card, 22_000)
        await till.page.keyboard.press("F3")
        await till.scans(shiro.card)
        await till.types("points", "120")
        await till.page.keyboard.press("Enter")
        await till.says("120 pt 取置", "good")
        await till.page.keyboard.press("F4")
        await till.page.wait_for_selector("[data-does=capture]:not([disabled])")
        await till.page.keyboard.press("c")
        await till.page.keyboard.press("Control+a")
        await till.page.keyboard.type("70")
        await till.page.keyboard.press("Enter")
        await till.says("70 pt 利用", "good")
        assert await mall.points_of(shiro) == 130

        await till.page.keyboard.press("F3")
        await till.scans(shiro.card)
        await till.types("points", "30")
        await till.page.keyboard.press("Enter")
        await till.says("30 pt 取置", "good")
        await till.page.keyboard.press("F4")
        await till.page.wait_for_selector("[data-does=release]:not([disabled])")
        await till.page.keyboard.press("l")
        await till.page.keyboard.press("Enter")
        await till.says("30 pt 解放", "good")
        assert await mall.points_of(shiro) == 130
        await till.page.keyboard.press("F6")
        await expect(till.page.locator("[name=sales_yen]")).to_be_focused()
        await till.page.keyboard.press("Enter")
        await till.says("一致しました", "good")
        till.whole()


async def test_a_till_in_training_leaves_no_ledger_entry(
    chromium: Browser, bakery: Shop, mall: Mall, hanako: Member
) -> None:
    """O4: the whole day in training, and in the books there is nothing: no slip, no entry, no line,
    not even a lookup. And its token could not book if a script wished to."""
    tables = ("entries", "slips", "draws", "lots", "holds", "receipts")
    async with at_till(chromium, bakery) as till:

        async def books() -> list[Any]:
            found = [await mall.value(f"SELECT count(*) FROM federation.{one}") for one in tables]
            found.append(await mall.value("SELECT count(*) FROM tenants.batches"))
            return [*found, await mall.value("SELECT count(*) FROM tenants.declarations")]

        before, points = await books(), await mall.points_of(hanako)
        asked: list[tuple[str, str]] = []
        tokens: list[str] = []

        def seen(request: Any) -> None:
            asked.append((request.method, request.url.partition("/v1/")[2]))
            tokens.append(request.headers.get("authorization", "").partition(" ")[2])

        till.page.on("request", lambda request: seen(request) if "/v1/" in request.url else None)
        await till.page.keyboard.press("F8")
        await expect(till.page.locator("[data-watermark]")).to_be_visible()
        await expect(till.page.locator("[data-banner]")).to_contain_text("記帳は行われません")
        assert await till.page.evaluate("getComputedStyle(document.body).borderTopWidth") == "16px"
        await till.sells(hanako.card, 3_300, "REG-9")
        await till.says("30 pt 付与", "good")
        await till.sells(hanako.card, 3_300, "REG-9")
        await till.says("このレシートは付与済みです", "calm")
        await till.sells(hanako.card, 3_300, points=100)
        await till.says("100 pt 利用", "good")
        await till.page.keyboard.press("F2")
        await till.scans(hanako.card)
        await till.types("payable_yen", "500")
        await till.types("points", "50")
        await till.page.keyboard.press("Enter")
        await till.says("50 pt 利用", "good")
        await till.page.keyboard.press("F3")
        await till.scans(hanako.card)
        await till.types("points", "20")
        await till.page.keyboard.press("Enter")
        await till.says("20 pt 取置", "good")
        await till.page.keyboard.press("F4")
        await till.page.wait_for_selector("[data-does=capture]:not([disabled])")
        await till.page.keyboard.press("c")
        await till.page.keyboard.press("Enter")
        await till.says("20 pt 利用", "good")
        await till.page.locator("[data-list] input").last.check()
        await till.page.keyboard.press("v")
        await till.page.keyboard.press("Enter")
        await till.says("取り消しました", "good")
        await till.page.keyboard.press("F6")
        await expect(till.page.locator("[name=sales_yen]")).to_be_focused()
        await till.page.keyboard.press("Enter")
        await till.says("研修中のため送りません", "good")
        await till.context.set_offline(True)
        await till.sells(hanako.card, 1_100, "REG-10")
        await till.says("10 pt 付与", "good")
        await till.context.set_offline(False)
        await expect(till.page.locator("[data-line]")).to_contain_text("オンライン")
        assert (await books(), await mall.points_of(hanako)) == (before, points)
        assert {one for one in asked if one[0] != "GET"} == {("POST", "quotes")}
        said = next(one for one in reversed(tokens) if one).split(".")[1]
        assert json.loads(urlsafe_b64decode(said + "=="))["scope"] == "points:quote"

        await till.page.keyboard.press("F8")
        await expect(till.page.locator("[data-watermark]")).to_be_hidden()
        await till.sells(hanako.card, 1_100)
        await till.says("10 pt 付与", "good")
        assert await mall.points_of(hanako) == points + 10
