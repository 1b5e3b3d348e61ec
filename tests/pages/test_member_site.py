"""会員サイト: M10, M11, M50, M53, M54, M58 as a member meets them on a phone; joining, earning,
spending and leaving, end to end in a browser."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium

from auth.people.people import Given
from deploy.member_site.icons import icon
from tenants.guide import colours
from tenants.guide.colours import TooFaint, contrast
from tests.mall import Mall, Member
from tests.pages.conftest import visit
from tests.pages.members import PHONE, holder
from tests.pages.tour_member_site import tour
from tests.people.persons import Person, Staff
from tests.people.test_members import Mailbox, text
from tests.people.test_members import mailbox as mailbox  # noqa: PLC0414  a fixture

PNG = icon(192, "#1b6b3a")


@pytest.fixture(scope="module")
async def pages(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    return await tour(mall, staff)


@pytest.fixture(scope="module")
def hanako(pages: list[tuple[str, Any, str]]) -> Any:
    return next(who for name, who, _ in pages if name == "member")


@pytest.fixture(scope="module")
def hq(pages: list[tuple[str, Any, str]]) -> Any:
    return next(who for name, who, _ in pages if name == "branding")


@pytest.fixture(scope="module")
def shop(pages: list[tuple[str, Any, str]]) -> str:
    return next(path for name, _, path in pages if name == "member-shop")


async def token(who: Any, path: str) -> str:
    return str((await who.browser.get(path)).token)


async def test_a_member_joins_earns_spends_with_the_code_and_leaves(
    chromium: Chromium, mall: Mall, mailbox: Mailbox, hanako: Any
) -> None:
    sakura = await mall.shop("sakura")
    async with visit(chromium, mall, None, **PHONE) as here:
        page = here.page
        await here.goes("/member/join?facility=tokushima&lang=ja")
        await page.fill("[name=contact]", "taro@example.jp")
        await page.check("[name=of_age]")
        await page.click("button.main")
        code = re.search(r"[0-9]{6}", text(await mailbox.comes()))
        assert code
        await page.fill("[name=code]", code[0])
        await page.click("button.main")
        await page.wait_for_url("**/member/card**")
        shown = (await page.inner_text(".scan .number")).replace(" ", "")
        assert len(shown) == 20, "a code that pays once"
        member_id = await mall.value(
            "SELECT member_id FROM federation.codes WHERE code = %s", shown
        )
        taro = Member(member_id, shown)
        await sakura.sells(taro, yen=110_000)
        await here.goes("/member?lang=ja", "失効します")
        had = int((await page.inner_text(".balance .big")).split()[0].replace(",", ""))
        assert had > 100
        pays = (await page.inner_text(".scan .number")).replace(" ", "")
        await sakura.accepts(Member(member_id, pays), points=100)
        await here.goes("/member/history?lang=ja&only=used", "-100")
        assert "sakura 100 ポイント" in await page.text_content("details ul"), "whose points"
        await here.goes("/member/withdraw?lang=ja", f"{had - 100:,} ポイントが失われます")
        await page.fill("[name=confirm]", "taro@example.jp")
        await page.click("button.danger")
        await page.wait_for_selector("text=退会しました")
        assert await mall.value(
            "SELECT state FROM federation.wallets WHERE member_id = %s", member_id
        ) == "withdrawn"  # fmt: skip
        await page.goto(f"{here.origin}/member")
        assert "/member/sign-in" in page.url
        here.whole()


async def test_m10_the_pages_say_what_the_books_say(mall: Mall, hanako: Any) -> None:
    points = await mall.value(
        "SELECT points FROM federation.wallets WHERE member_id = %s", hanako.member.member_id
    )
    home = await hanako.browser.get("/member?lang=ja")
    assert f'">{points:,}<small>' in home.text
    assert "bread-week" in home.text
    sheet = (await hanako.browser.get("/member/history.csv")).content.decode("utf-8-sig")
    assert sum(int(line.split(",")[5]) for line in sheet.splitlines()[1:]) == points
    lots = (await hanako.browser.get("/member/points")).text
    shown = re.findall(r'<td class="number">([0-9,]+)</td>', lots)
    assert sum(int(one.replace(",", "")) for one in shown) == points
    for path in ("/member/history?before=999999999999999999999", "/member/shops?after=-3"):
        assert (await hanako.browser.get(path)).status == 200


async def test_two_members_never_see_each_others(mall: Mall, staff: Staff, hanako: Any) -> None:
    jiro = await holder(mall, staff, await mall.member())
    for path in ("/member", "/member/history", "/member/points", "/member/profile",
                 "/member/export", "/member/history.csv", "/member/export.json"):  # fmt: skip
        told = await jiro.browser.get(f"{path}?facility=tokushima&lang=ja")
        assert told.status == 200, path
        assert "hanako@example.jp" not in told.text
        assert "bakery" not in told.text, path
    assert "hanako@example.jp" in (await hanako.browser.get("/member/export.json")).text


async def test_m11_a_new_postcode_holds_at_once_and_is_kept_with_who_and_when(
    mall: Mall, hanako: Any
) -> None:
    form = await token(hanako, "/member/profile")
    wrong = await hanako.browser.post("/member/profile", form_token=form, postcode="77-1")
    assert wrong.status == 400
    on = await hanako.browser.post("/member/profile", form_token=form, postcode="770-0002")
    assert on.status == 303, on.text
    assert 'value="7700002"' in (await hanako.browser.get("/member/profile")).text
    assert await mall.value(
        "SELECT count(*) FROM tenants.acts WHERE member_id = %s AND what = 'profile-written'"
        " AND client_id = 'page'", hanako.member.member_id
    ) == 1  # fmt: skip


async def test_m11_another_address_is_the_members_once_its_code_was_typed(
    mall: Mall, staff: Staff, hanako: Any, mailbox: Mailbox
) -> None:
    form = await token(hanako, "/member/profile")
    fresh = "hanako@example.org"
    page = await hanako.browser.post("/member/contact", form_token=form, contact=fresh)
    letter = await mailbox.comes()
    assert letter["To"] == fresh
    code = re.search(r"[0-9]{6}", text(letter))
    assert code
    told = {"form_token": page.token, "contact": fresh}
    other = {**told, "contact": "thief@example.org"}
    assert (await hanako.browser.post("/member/contact/code", **other, code=code[0])).status == 401
    wrong = f"{(int(code[0]) + 1) % 10**6:06}"
    assert (await hanako.browser.post("/member/contact/code", **told, code=wrong)).status == 401
    assert (await hanako.browser.post("/member/contact/code", **told, code=code[0])).status == 303
    assert fresh in (await hanako.browser.get("/member/profile")).text
    assert (await mailbox.comes())["To"] == "hanako@example.jp", "the old address is told"
    jiro = await holder(mall, staff, await mall.member())
    form = await token(jiro, "/member/profile")
    page = await jiro.browser.post("/member/contact", form_token=form, contact=fresh)
    code = re.search(r"[0-9]{6}", text(await mailbox.comes()))
    assert code
    told = {"form_token": page.token, "contact": fresh, "code": code[0]}
    assert (await jiro.browser.post("/member/contact/code", **told)).status == 409, "another's"


async def branding(hq: Any, logo: bytes = b"", **said: str) -> Any:
    """The form of a facility's look, as a browser sends it."""
    told = {
        "form_token": await token(hq, "/console/branding"), "facility": "tokushima",
        "name": "緑のモール", "name_en": "Green Mall", "colour": "#7a1f5c",
        "dark_colour": "#f0a6d8", "words": "ようこそ", "words_en": "Welcome", "reason": "改装",
        "from_on": (hq.mall.today).isoformat(), **said,
    }  # fmt: skip
    parts = [
        f'--x\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in told.items()
    ]
    head = '--x\r\ncontent-disposition: form-data; name="logo"; filename="a.png"\r\n'
    parts += [f"{head}content-type: image/png\r\n\r\n".encode() + logo + b"\r\n--x--\r\n"]
    headers = {"origin": hq.browser.origin, "content-type": "multipart/form-data; boundary=x"}
    return await hq.browser.ask("POST", "/console/branding", data=b"".join(parts), headers=headers)


async def test_m50_a_facility_dresses_its_member_site_and_faint_colours_are_refused(
    mall: Mall, staff: Staff, hq: Any, hanako: Any
) -> None:
    for faint in ({"colour": "#9fd8b4"}, {"dark_colour": "#123a22"}):
        refused = await branding(hq, **faint)
        assert refused.status == 400
        assert "コントラスト" in refused.text
    assert (await branding(hq, b"GIF89a")).status == 400
    assert (await branding(hq, from_on="2020-01-01")).status == 400
    assert (await branding(hq, PNG)).status == 303
    home = await hanako.browser.get("/member?facility=tokushima&lang=ja")
    assert "緑のモール" in home.text
    picture = re.search(r"/member/logos/[0-9]+", home.text)
    assert picture
    assert (await hanako.browser.get(picture[0])).content == PNG
    css = await hanako.browser.get("/member/brand.css?of=tokushima")
    assert "light-dark(#7a1f5c, #f0a6d8)" in css.text
    told = (await hq.browser.get("/console/branding?of=tokushima")).text
    assert "改装" in told
    assert hq.person_id in told
    own = mall.facilities["tokushima"]
    await mall.shop("harbour", facility="naruto")
    local = await staff.person("tokushima-desk", Given("facility", own))
    assert (await branding(local, facility="naruto")).status == 404, "another's facility"
    assert (await local.browser.get("/console/branding?of=naruto")).status == 404


@pytest.mark.parametrize(("one", "other", "hundredths"), [
    ("#000000", "#ffffff", 2100), ("#ffffff", "#ffffff", 100), ("#767676", "#ffffff", 454),
    ("#777777", "#ffffff", 447),
])  # fmt: skip
def test_contrast_is_that_of_the_rule(one: str, other: str, hundredths: int) -> None:
    assert contrast(one, other) == contrast(other, one) == hundredths


def test_a_colour_is_looked_at_on_the_page_of_its_own_scheme() -> None:
    colours.admit("#0b5c8a", "#7cc4ee")
    for pair in (("#7cc4ee", "#7cc4ee"), ("#0b5c8a", "#0b5c8a"), ("#777777", "#7cc4ee")):
        with pytest.raises(TooFaint):
            colours.admit(*pair)


async def test_m53_shops_are_found_by_facility_trade_and_words(
    mall: Mall, hanako: Any, shop: str
) -> None:
    await mall.shop("aquarium", facility="osaka")
    for query, found in (("place=osaka", {"aquarium"}), ("words=焼きたて", {"bakery"}),
                         ("words=BAKERY", {"bakery"}), ("words=%25", set()),
                         ("place=osaka&words=bakery", set()), ("trade=none", set())):  # fmt: skip
        told = (await hanako.browser.get(f"/member/shops?lang=ja&{query}")).text
        names = set(re.findall(r'class="tile" href="[^"]+"><strong>([^<]+)<', told))
        assert names == found, query
    told = (await hanako.browser.get(f"{shop}?lang=ja")).text
    for words in ("10:00–20:00", "1階 北", "088-000-1111", "予約できますか", "bread-week"):
        assert words in told
    assert (await hanako.browser.get("/member/shops/nobody/none")).status == 404


async def test_m54_a_shop_writes_its_own_faq_looks_at_it_and_saves(
    mall: Mall, staff: Staff, hanako: Any, shop: str
) -> None:
    own = shop.removeprefix("/member/shops/")
    shop_id = await mall.value(
        "SELECT shop_id FROM tenants.shop_pages WHERE version = %s LIMIT 1", 1
    )
    baker = await staff.person("baker", Given("shop", shop_id))
    form = await token(baker, "/console/shop-page")
    told = {
        "form_token": form, "shop": own, "guide": "<b>あんパン</b>", "question_1": "駐車場は",
        "answer_1": "ございます。",
    }  # fmt: skip
    preview = await baker.browser.post("/console/shop-page", **told, do="preview")
    assert preview.status == 200
    assert "まだ保存していません" in preview.text
    assert "駐車場" not in (await hanako.browser.get(f"{shop}?lang=ja")).text
    half = {**told, "answer_1": ""}
    assert (await baker.browser.post("/console/shop-page", **half, do="save")).status == 400
    assert (await baker.browser.post("/console/shop-page", **told, do="save")).status == 303
    seen = (await hanako.browser.get(f"{shop}?lang=ja")).text
    assert "駐車場は" in seen
    assert "&lt;b&gt;あんパン&lt;/b&gt;" in seen, "plain text"
    assert baker.person_id in (await baker.browser.get("/console/shop-page")).text
    other = next(iter(await _others(mall, own)))
    foreign = {**told, "shop": other}
    assert (await baker.browser.post("/console/shop-page", **foreign, do="save")).status == 404


async def _others(mall: Mall, own: str) -> list[str]:
    return [await mall.value(
        "SELECT owners.code || '/' || shops.code FROM tenants.shops"
        " JOIN tenants.parties AS owners ON owners.party_id = shops.tenant_id"
        " WHERE shops.facility_id IS NOT NULL AND owners.code || '/' || shops.code <> %s LIMIT 1",
        own,
    )]  # fmt: skip


async def test_m58_the_site_is_an_app_and_its_card_is_there_without_a_line(
    chromium: Chromium, mall: Mall, hanako: Any
) -> None:
    async with visit(chromium, mall, hanako, **PHONE) as here:
        page = here.page
        await here.goes("/member?facility=tokushima&lang=ja")
        await page.evaluate("navigator.serviceWorker.ready.then((one) => one.active.state)")
        await page.wait_for_selector("html[data-kept=yes]", state="attached")
        await page.wait_for_function("navigator.serviceWorker.controller !== null")
        manifest = await page.evaluate(
            "fetch(document.querySelector('link[rel=manifest]').href).then((one) => one.json())"
        )
        assert (manifest["display"], manifest["scope"]) == ("standalone", "/member")
        for one in manifest["icons"]:
            assert (await page.request.get(here.origin + one["src"])).status == 200
        here.whole()
        await here.context.set_offline(True)
        await page.goto(f"{here.origin}/member?lang=ja")
        told = await page.inner_text("main")
        assert "通信できないときの会員証" in told
        assert hanako.member.card in told.replace(" ", "")
        assert "時点の残高" in told
        await here.context.set_offline(False)
        await here.context.clear_cookies()
        await page.goto(f"{here.origin}/member?lang=ja")
        assert "/member/sign-in" in page.url
        await page.wait_for_function(
            "caches.open('meguri-card').then((one) => one.match('/member/offline'))"
            ".then((one) => one === undefined)"
        )


async def test_who_else_asks_for_an_icon_or_a_logo_gets_none(hanako: Any) -> None:
    for path in ("/member/icons/64", "/member/icons/192?colour=zzz", "/member/logos/1",
                 "/member/logos/99999999999999999999"):  # fmt: skip
        assert (await hanako.browser.get(path)).status == 404, path
