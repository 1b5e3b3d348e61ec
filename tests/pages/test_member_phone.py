"""会員サイト on a phone in somebody's hand: the line comes and goes, an address leads nowhere."""

from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from tests.mall import Mall
from tests.pages.conftest import visit
from tests.pages.members import PHONE
from tests.pages.tour_member_site import laid_out
from tests.people.persons import Staff

AT_THE_BOTTOM = """
(() => { const at = document.querySelector('nav.tabs').getBoundingClientRect();
  const tops = [...document.querySelectorAll('nav.tabs a')].map((one) => one.offsetTop);
  return [innerHeight - at.bottom, new Set(tops).size]; })()
"""
KEPT = "caches.match('/member/offline', {ignoreSearch: true}).then((one) => one !== undefined)"


@pytest.fixture(scope="module")
async def hanako(mall: Mall, staff: Staff) -> Any:
    return await laid_out(mall, staff)


async def test_a_code_that_did_not_come_is_asked_for_until_it_does(
    chromium: Chromium, mall: Mall, hanako: Any
) -> None:
    async with visit(chromium, mall, hanako, **PHONE) as here:
        page = here.page
        await here.goes("/member?lang=ja")
        before = await page.inner_text("#code .number")
        await expect(page.locator("[data-lost]")).to_be_hidden()
        await here.context.set_offline(True)
        await page.evaluate("htmx.trigger('#code', 'again')")
        await expect(page.locator("[data-lost]")).to_be_visible()
        assert await page.inner_text("#code .number") == before
        await here.context.set_offline(False)
        await expect(page.locator("#code .number")).not_to_have_text(before, timeout=30_000)
        await expect(page.locator("[data-lost]")).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390])
async def test_the_menu_lies_on_the_edge_of_the_screen_in_one_line(
    chromium: Chromium, mall: Mall, hanako: Any, width: int
) -> None:
    how = {**PHONE, "viewport": {"width": width, "height": 640}}
    async with visit(chromium, mall, hanako, **how) as here:
        for lang in ("ja", "en"):
            await here.goes(f"/member?lang={lang}")
            assert await here.page.evaluate(AT_THE_BOTTOM) == [0, 1], lang


async def test_an_address_that_leads_nowhere_is_a_page_and_takes_nothing_away(
    chromium: Chromium, mall: Mall, hanako: Any
) -> None:
    async with visit(chromium, mall, hanako, **PHONE) as here:
        page = here.page
        await here.goes("/member?lang=ja")
        await page.wait_for_selector("html[data-kept=yes]", state="attached")
        for path, status in (
            ("/member/nothing", 404), ("/member/shops/no/such", 404),
            ("/member/history?before=soon", 400), ("/console/nothing", 404),
        ):  # fmt: skip
            for lang, words in (("ja", "表示できませんでした"), ("en", "That did not work")):
                lead = "&" if "?" in path else "?"
                answer = await page.goto(f"{here.origin}{path}{lead}lang={lang}")
                assert answer is not None
                assert answer.status == status, path
                assert await page.inner_text("h1") == words, path
                assert await here.found_by_axe() == [], path
        assert await page.evaluate(KEPT), "the card for when there is no line"
        await page.goto(f"{here.origin}/member/nothing?lang=ja")
        await page.get_by_role("link", name="会員サイトのホームへ").click()
        await here.is_at("/member")


async def test_programs_are_told_of_a_problem_as_ever(hanako: Any) -> None:
    told = await hanako.browser.get("/member/nothing")
    assert told.status == 404
    assert told.headers["content-type"] == "application/problem+json"


async def test_the_language_of_mails_is_the_one_that_was_chosen(
    chromium: Chromium, mall: Mall, hanako: Any
) -> None:
    """Whoever reads in English and saves another choice keeps the language of their mails."""
    async with visit(chromium, mall, hanako, **PHONE) as here:
        for chosen in ("en", "ja"):
            await here.goes("/member/profile?lang=ja")
            await here.page.select_option("[name=mails]", chosen)
            await here.sends("form[action*=home-facility] button")
            await here.is_at("/member/profile", "保存しました。")
            for lang in ("ja", "en"):
                await here.goes(f"/member/profile?lang={lang}")
                assert await here.page.input_value("[name=mails]") == chosen, lang
        await here.goes("/member/settings?lang=en")
        await here.sends()
        await here.is_at("/member/settings", "Saved.")
        here.whole()
