"""What the till shows: every screen on a small one, by keys alone, on paper, in both languages."""

import pytest
from playwright.async_api import Browser, expect

from auth import clients
from deploy.clock import wall
from tests.mall import Mall, Member, Shop
from tests.pages.at_till import SHOTS, at_till, opened


@pytest.fixture(scope="module")
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.fixture(scope="module")
async def hanako(mall: Mall) -> Member:
    return await mall.member()


VIEWS = ("F1", "F2", "F3", "F4", "F6", "F7", "F9")
FITS = "document.documentElement.scrollWidth <= innerWidth"
IN_SIGHT = """
[...document.querySelectorAll('nav.keys button, section:not([hidden]) .press button')]
  .filter((one) => one.checkVisibility())
  .filter((one) => { const at = one.getBoundingClientRect();
    return at.bottom > innerHeight || at.right > innerWidth || at.height < 48; })
  .map((one) => one.textContent.trim())
"""


@pytest.mark.parametrize(
    ("lang", "scheme"),
    [
        ("ja", "light"),
        ("en", "dark"),
        pytest.param("ja", "dark", marks=pytest.mark.long),
        pytest.param("en", "light", marks=pytest.mark.long),
    ],
)
async def test_every_screen_of_the_till_fits_a_small_one_and_axe_finds_nothing(
    chromium: Browser, bakery: Shop, hanako: Member, lang: str, scheme: str
) -> None:
    """1024 × 600, in training too: nothing to scroll sideways, every button in sight and large."""
    async with at_till(chromium, bakery, color_scheme=scheme) as till:
        await till.opens(lang)
        for training in (False, True):
            if training:
                await till.page.keyboard.press("F8")
            await till.sells(hanako.card, 3_300)
            await expect(till.page.locator(".answer[data-tone=good]")).to_be_visible()
            for key in VIEWS if not training else ("F1", "F4", "F6"):
                await till.page.keyboard.press(key)
                await till.page.wait_for_function(
                    "k => document.querySelector(`.key[data-key=${k}][aria-current]`)", arg=key
                )
                if key == "F4":  # with what was sold on it
                    await expect(till.page.locator("[data-list] label").first).to_be_visible()
                if SHOTS:
                    name = f"till-{key}-{lang}-{scheme}-{'training' if training else 'real'}"
                    await till.page.screenshot(path=f"{SHOTS}/{name}.png")
                assert await till.page.evaluate(FITS), key
                assert await till.page.evaluate(IN_SIGHT) == [], key
                assert await till.here.found_by_axe() == [], key
        till.whole()


async def test_everything_at_the_till_is_reached_by_keys_and_the_focus_is_seen(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    """Typed by hand, with Tab and Enter alone; Enter goes on to what is missing."""
    async with at_till(chromium, bakery) as till:
        focused = "document.activeElement.name"
        outline = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
        assert await till.page.evaluate(focused) == "card"
        await till.page.keyboard.press("Enter")
        assert await till.page.evaluate(focused) == "card", "it is still missing"
        await till.page.keyboard.type(hanako.card, delay=80)
        await till.page.keyboard.press("Enter")
        assert await till.page.evaluate(focused) == "total_yen"
        await till.page.keyboard.type("1100", delay=80)
        await till.page.keyboard.press("Enter")
        await till.says("10 pt 付与", "good")
        seen = set()
        for _ in range(40):
            await till.page.keyboard.press("Tab")
            assert await till.page.evaluate(outline) >= 3
            seen.add(await till.page.evaluate("document.activeElement.textContent.trim()"))
        wanted = {"English", "F1 会計", "F8 研修", "登録 Enter", "レシート印刷 Alt+P"}
        assert wanted <= seen


async def test_a_screen_that_a_key_opens_has_the_focus_and_it_comes_back_from_a_question(
    chromium: Browser, mall: Mall
) -> None:
    """Also where there is nothing to fill in, or nothing was sold yet."""
    florist = await opened(mall, "florist")
    hanako = await mall.member()
    inside = "k => document.querySelector(`[data-view=${k}]`).contains(document.activeElement)"
    async with at_till(chromium, florist) as till:
        views = {"F4": "slips", "F7": "outbox", "F6": "day", "F9": "settings", "F3": "hold"}
        for key, view in views.items():
            await till.page.keyboard.press(key)
            await till.page.wait_for_function(inside, arg=view)
        await till.sells(hanako.card, 1_100)
        await till.says("10 pt 付与", "good")
        await till.page.keyboard.press("F4")
        await expect(till.page.locator("[data-list] input")).to_be_focused()
        for verb in "vr":
            await till.page.keyboard.press(verb)
            question = till.page.locator("[data-dialog=sure]")
            await expect(question).to_be_visible()
            for _ in range(8):
                await till.page.keyboard.press("Tab")
                assert (
                    await till.page.evaluate("document.activeElement.closest('[data-list]')")
                    is None
                )
            await till.page.keyboard.press("Escape")
            await expect(question).to_be_hidden()
            await expect(till.page.locator("[data-list] input")).to_be_focused()
        till.whole()


ROOM = """
(() => { const field = document.querySelector('[data-view=sale] [name=card]');
  const camera = field.parentElement.querySelector('button');
  camera.hidden = false;
  const lines = document.createRange();
  lines.selectNodeContents(camera);
  return [field.scrollWidth <= field.clientWidth, lines.getClientRects().length]; })()
"""


@pytest.mark.parametrize(("lang", "rank"), [("ja", "一般会員"), ("en", "Member")])
async def test_a_code_is_seen_whole_beside_the_camera_and_the_rank_has_its_name(
    chromium: Browser, bakery: Shop, hanako: Member, lang: str, rank: str
) -> None:
    async with at_till(chromium, bakery) as till:
        await till.opens(lang)
        await till.scans("8" * 20)
        assert await till.page.evaluate(ROOM) == [True, 1]
        await till.page.keyboard.press("Escape")
        await expect(till.page.locator("[data-view=sale] [name=card]")).to_be_focused()
        await till.scans(hanako.card)
        await expect(till.page.locator("[data-who]")).to_have_text(rank)
        till.whole()


async def test_a_scan_goes_to_its_field_wherever_the_cursor_is(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    async with at_till(chromium, bakery) as till:
        value = "name => document.querySelector(`[data-view=sale] [name=${name}]`).value"
        await till.types("total_yen", "3300")
        await till.page.keyboard.press("End")
        await till.scans(hanako.card)
        assert await till.page.evaluate(value, "card") == hanako.card
        assert await till.page.evaluate(value, "total_yen") == "3300"
        await till.scans("4901234567894")
        assert await till.page.evaluate(value, "receipt_no") == "4901234567894"
        await till.page.keyboard.press("F4")
        await till.scans(hanako.card)
        await till.page.wait_for_selector("[data-view=sale]:not([hidden])")
        assert await till.page.evaluate(value, "card") == hanako.card


MOVES = """
() => { let let_go = 0;
  addEventListener('keyup', () => {
    if (++let_go === 9) document.querySelector('[data-view=sale] [name=receipt_no]').focus(); }); }
"""


async def test_a_scan_is_one_although_the_cursor_moves_in_the_middle_of_it(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    """As it does when an answer comes meanwhile."""
    async with at_till(chromium, bakery) as till:
        value = "name => document.querySelector(`[data-view=sale] [name=${name}]`).value"
        await till.types("total_yen", "3300")
        await till.page.keyboard.press("End")
        await till.page.evaluate(MOVES)
        await till.scans(hanako.card)
        assert await till.page.evaluate(value, "card") == hanako.card
        assert await till.page.evaluate(value, "total_yen") == "3300"
        assert await till.page.evaluate(value, "receipt_no") == ""


async def test_a_till_without_dpop_and_a_key_that_no_script_can_read(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    async with at_till(chromium, bakery, dpop=False) as till:
        await till.sells(hanako.card, 1_100)
        await till.says("10 pt 付与", "good")
        kept = await till.page.evaluate(
            """() => new Promise((done) => { indexedDB.open('meguri-till').onsuccess = (event) => {
                const at = event.target.result.transaction('kept').objectStore('kept');
                const names = [];
                for (const name of ['client', 'chain']) at.get(name).onsuccess = (found) => {
                  names.push([found.target.result.key.type, found.target.result.key.extractable]);
                  if (names.length === 2) done(names);
                }; }; })"""
        )
        assert kept == [["private", False], ["private", False]]


async def test_a_receipt_on_paper_has_its_points_its_number_and_the_balance(
    chromium: Browser, bakery: Shop, hanako: Member
) -> None:
    async with at_till(chromium, bakery) as till:
        await till.page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
        await till.sells(hanako.card, 1_100, "REG-77")
        await till.says("10 pt 付与", "good")
        await till.page.keyboard.press("Alt+p")
        await till.page.wait_for_selector("body[data-printed=yes]")
        await till.page.emulate_media(media="print")
        paper = await till.page.locator("[data-paper]").inner_text()
        assert all(words in paper for words in ("REG-77", "今回付与", "残高", "bakery"))
        assert await till.page.locator("main").is_hidden()


async def test_a_refusal_says_what_to_do_in_both_languages(
    chromium: Browser, mall: Mall, bakery: Shop
) -> None:
    """And a till that the office shut out says so, instead of waiting."""
    goro = await mall.member()
    async with at_till(chromium, bakery) as till:
        await till.page.keyboard.press("F2")
        await till.scans(goro.card)
        await till.types("payable_yen", "500")
        await till.types("points", "300")
        await till.page.keyboard.press("Enter")
        await till.says("ポイントが足りません", "bad")
        words = await till.page.locator(".answer").inner_text()
        assert "お客様に確認してください" in words
        assert "Ask the customer." in words
        await till.page.keyboard.press("F9")
        await expect(till.page.locator("[data-client]")).to_contain_text("c_")
        client = await till.page.locator("[data-client]").text_content()
        async with mall.hub.pools.bare("worker") as conn:
            await clients.revoke(conn, client or "", wall())
        mall.hub.forget()
        await till.sells(goro.card, 1_100)
        await till.says("このレジは停止されています", "bad")
