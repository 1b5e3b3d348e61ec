"""Registers in a browser: members, shops, notices, questions, the set-up; each page sound for eyes
and screen readers, in both languages and schemes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from auth.people.people import Given
from tests.conftest import Given as Servers
from tests.mall import Client, Mall, serving, settings_for
from tests.pages.conftest import MOST_BYTES, visit
from tests.pages.tour_registers import NOTICE, sends, tour
from tests.people.persons import Person, Staff
from tests.races.hubs import cloned

Tour = list[tuple[str, Person | None, str]]


@pytest.fixture(scope="module")
async def scene(mall: Mall, staff: Staff) -> Tour:
    return await tour(mall, staff)


def by_name(scene: Tour) -> dict[str, tuple[Person, str]]:
    """The pages by name."""
    return {name: (who, path) for name, who, path in scene if who is not None}


async def test_every_page_is_small(scene: Tour) -> None:
    for _, who, path in scene:
        assert who is not None
        page = await who.browser.get(path)
        assert (page.status, len(page.content) < MOST_BYTES) == (200, True), (path, page.text)


async def test_o1_a_notice_of_headquarters_hangs_at_the_shops_it_is_for_and_says_who_saw_it(
    mall: Mall, staff: Staff, scene: Tour
) -> None:
    hq, path = by_name(scene)["notices"]
    days = {"from_on": str(mall.today), "to_on": str(mall.today)}
    florist = await mall.shop("florist", facility="naruto")
    mall.hub.forget()  # as the bell does
    tanned = {**NOTICE, "level": "facility", "place": "naruto", "title": "鳴門だけの知らせ"}
    await sends(hq, path, **tanned, **days)
    theirs = await staff.person("hana", Given("shop", florist.shop_id))
    shop = by_name(scene)["home-of-a-shop"][0]
    assert "鳴門だけの知らせ" in (await theirs.browser.get("/console")).text
    home = (await shop.browser.get("/console")).text
    assert "鳴門だけの知らせ" not in home
    assert "年末年始の営業時間" in home
    notice = await mall.value("SELECT max(notice_id) FROM tenants.board_notices")
    token = await shop.form_token()
    other = await shop.browser.post(f"/console/notices/{notice}/seen", form_token=token)
    assert other.status == 404, "what does not hang here is not there"
    asked = await florist.get("/v1/shop-notices", till=florist.till)
    assert asked.status == 200, asked
    told = asked.json["notices"]
    assert [one["title"] for one in told] == ["鳴門だけの知らせ", "年末年始の営業時間"]
    body = {"till": florist.till, "staff": "1007"}
    seen = await florist.post(f"/v1/shop-notices/{told[0]['notice']}/seen", **body)
    assert seen.status == 204, seen
    shown = await hq.browser.get(f"/console/notices/{notice}")
    assert "1 / 1" in shown.text
    assert "till:T01 staff:1007" in shown.text
    sheet = await hq.browser.get(f"/console/notices/{notice}/seen.csv")
    assert "florist/florist" in sheet.content.decode("utf-8-sig")
    await sends(hq, f"/console/notices/{notice}")
    assert "鳴門だけの知らせ" not in (await theirs.browser.get("/console")).text


async def test_a_shop_says_at_the_console_that_it_has_seen_a_notice(
    chromium: Browser, mall: Mall, scene: Tour
) -> None:
    shop, hq = by_name(scene)["home-of-a-shop"][0], by_name(scene)["notices"][0]
    async with visit(chromium, mall, shop) as here:
        await here.goes("/console", "年末年始の営業時間")
        async with here.page.expect_navigation():
            await here.page.get_by_role("button", name="確認しました").first.click()
        assert await here.page.get_by_role("button", name="確認しました").count() == 0
        here.whole()
    shown = (await hq.browser.get(by_name(scene)["notice"][1])).text
    assert re.search(r"bakery/bakery</code></td><td><span class=\"good\">✓", shown)


async def test_o5_a_shop_asks_support_answers_and_it_is_found_again(
    mall: Mall, staff: Staff, scene: Tour
) -> None:
    desk, path = by_name(scene)["question"]
    shop = by_name(scene)["home-of-a-shop"][0]
    await sends(desk, path, words="印字の再発行では付与されません。", do="say")
    shown = (await shop.browser.get(path)).text
    assert "印字の再発行では付与されません" in shown
    assert "回答済み" in shown
    found = (await desk.browser.get("/console/support?words=印字の再発行では")).text
    assert "レシートの再発行" in found
    assert (
        "該当する問合せはありません" in (await desk.browser.get("/console/support?words=ない")).text
    )
    grocer = await mall.shop("grocer", facility="anan")
    stranger = await staff.person("goro", Given("shop", grocer.shop_id))
    assert (await stranger.browser.get(path)).status == 404
    assert "レシートの再発行" not in (await stranger.browser.get("/console/support")).text
    for lang, words in (("ja", "最初のポイントを付ける"), ("en", "Give the first points")):
        assert words in (await shop.browser.get(f"/console/help?lang={lang}")).text
    await sends(shop, path, words="分かりました。", do="close")
    assert "完了" in (await shop.browser.get(path)).text


async def test_a_member_is_frozen_adjusted_and_given_a_code_and_each_look_is_in_the_trail(
    chromium: Browser, mall: Mall, scene: Tour
) -> None:
    desk, path = by_name(scene)["member"]
    hanako = mall.hub.names.open("member", path.rpartition("/")[2])[1]
    card = await mall.value(
        "SELECT carrier FROM federation.carriers WHERE member_id = %s AND kind = 'card'", hanako
    )
    async with visit(chromium, mall, desk) as here:
        await here.goes("/console/members", "会員検索")
        await here.page.locator("[name=card]").first.fill(card)
        async with here.page.expect_navigation():
            await here.page.get_by_role("button", name="探す").click()
        assert path in here.page.url
        assert card not in here.page.url
        await here.page.get_by_text("ポイントの調整").click()
        form = here.page.locator("form[action*=adjust]")
        await form.locator("[name=points]").fill("50")
        await form.locator("[name=reason]").fill("付け忘れ")
        async with here.page.expect_navigation():
            await form.get_by_role("button").click()
        assert "調整を計上しました" in await here.page.inner_text("main")
        assert "750" in await here.page.inner_text(".figures")
        here.whole()
    await sends(desk, f"{path}/card", do="freeze", reason="紛失")
    state = "SELECT state FROM federation.wallets WHERE member_id = %s"
    assert await mall.value(state, hanako) == "frozen"
    assert "利用停止を解除" in (await desk.browser.get(path)).text
    await sends(desk, f"{path}/card", do="unfreeze", reason="発見")
    code = await desk.browser.post(f"{path}/code", form_token=await desk.form_token())
    assert re.search(r"<code>[0-9]{20}</code>", code.text)
    both = await desk.browser.post(
        f"{path}/withdrawal", form_token=await desk.form_token(), slip="w-1", reason="退会",
        confirm="x",
    )  # fmt: skip
    assert both.to.endswith("no=validation"), "what cannot be undone is confirmed by name"
    await mall.hub.trail.flush()

    noted = await mall.value(
        "SELECT count(*) FROM audit.acts WHERE person_id = %s AND verb LIKE %s",
        desk.person_id, "POST /console/members/%",
    )  # fmt: skip
    assert noted >= 3


async def test_a_shop_sees_a_member_masked(mall: Mall, scene: Tour) -> None:
    shop, path = by_name(scene)["member-glance"]
    desk, whole = by_name(scene)["member"]
    await sends(desk, f"{whole}/profile", name="徳島花子", kana="トクシマハナコ")
    shown = (await shop.browser.get(path)).text
    assert "徳島花子" not in shown
    assert "徳" in shown
    found = await desk.browser.post(
        "/console/members", form_token=await desk.form_token(), name="徳島"
    )
    assert "徳島花子" in found.text
    assert (await shop.browser.get(f"{path}/entries")).status == 403


async def test_o3_a_shop_changes_what_is_delegated_to_it_and_nothing_else(
    mall: Mall, scene: Tour
) -> None:
    hq, edit = by_name(scene)["setting-edit"]
    shop, own = by_name(scene)["shop-settings"]
    day = str(mall.today + timedelta(days=2))
    word = {"from_on": day, "reason": "委任", "key": "delegated", "value": "excluded_categories"}
    await sends(hq, edit, **word, level="operator", do="keep")
    mine = {"code": "bakery/bakery", "from_on": day, "reason": "自店の判断"}
    token = await shop.form_token()
    seen = await shop.browser.post(
        own, form_token=token, **mine, key="excluded_categories", value="stamps", do="preview"
    )
    assert "stamps" in seen.text.partition('id="changes"')[2]
    before = await mall.value("SELECT count(*) FROM tenants.settings")
    assert before == 1, "a preview keeps nothing"
    await sends(shop, own, **mine, key="excluded_categories", value="stamps", do="keep")
    other = await shop.browser.post(
        own, form_token=token, **mine, key="yen_per_point", value="50", do="keep"
    )
    assert (other.status, "委任" in other.text or "任され" in other.text) == (403, True), other.text
    far = await shop.browser.post(
        own, form_token=token, **{**mine, "code": "far/far"}, key="excluded_categories",
        value="stamps", do="keep",
    )  # fmt: skip
    assert far.status == 404
    assert "stamps" in (await shop.browser.get(f"{own}?on={day}")).text
    assert (await shop.browser.get(edit)).status == 403


async def test_c24_headquarters_sees_which_shops_a_word_changes_before_it_is_kept(
    mall: Mall, scene: Tour
) -> None:
    hq, edit = by_name(scene)["setting-edit"]
    day = str(mall.today + timedelta(days=1))
    word = {"level": "facility", "code": "tokushima", "from_on": day, "key": "scope",
            "value": "LINE", "reason": "施設の方針"}  # fmt: skip
    seen = await hq.browser.post(edit, form_token=await hq.form_token(), **word, do="preview")
    changed = seen.text.partition('id="changes"')[2]
    assert "bakery/bakery" in changed
    assert "LINE" in changed
    await sends(hq, edit, **word, do="keep")
    shown = (await hq.browser.get(f"/console/settings?shop=bakery/bakery&on={day}")).text
    assert "施設の方針" in shown


async def test_a_signal_is_decided_and_the_trail_says_who_did(mall: Mall, scene: Tour) -> None:
    hq, path = by_name(scene)["signals"]
    shown = (await hq.browser.get(path)).text
    found = re.search(r'action="/console/signals/([0-9a-f]{32})', shown)
    assert found is not None, "seven sales at one till in a day are a signal"
    behind = re.findall(r'href="(/console/entries/[^"?]+)', shown)
    assert len(behind) == 7, "each opens"
    assert "bakery" in (await hq.browser.get(behind[0])).text
    key = found.group(1)
    await sends(hq, f"/console/signals/{key}", decision="harmless", reason="催事のため")
    assert "催事のため" in (await hq.browser.get(path)).text
    sheet = (await hq.browser.get("/console/signals.csv")).content.decode("utf-8-sig")
    assert sheet.startswith("兆候,テナント,店舗,レジ,営業日,回数,ポイント")
    assert "同じレジで一日に6回以上の付与" in sheet
    await mall.hub.trail.flush()
    trail = (await hq.browser.get("/console/audit?verb=signals")).text
    assert "POST /console/signals/{key}" in trail
    assert "haruko" in trail
    none = (await hq.browser.get("/console/audit?verb=signals&least_yen=1")).text
    assert "該当する記録はありません" in none
    lines = (await hq.browser.get("/console/audit.csv?verb=signals")).content.decode("utf-8-sig")
    assert "POST /console/signals/{key}" in lines


@pytest.fixture
async def empty(given: Servers, template: str, tmp_path: Any) -> Any:
    """A hub of its own, with nobody in it."""
    with cloned(given.database_url, template, "meguri_test_set_up") as url:
        async with serving(settings_for(url, given.redis_url, tmp_path)) as ours:
            yield ours


async def test_o13_a_new_operator_reaches_a_first_accrual_by_the_checklist(empty: Mall) -> None:
    mall = empty
    hq = await Staff(mall).person("hq", "hq", "support")

    async def left() -> list[str]:
        page = (await hq.browser.get("/console/start")).text
        return re.findall(r'data-step="([a-z]+)" data-done="no"', page)

    assert (await left())[-1] == "accruals"
    names = {"name": "名称", "name_en": "name"}
    shops = "/console/shops"
    await sends(hq, shops, what="operator", name="徳島ポイント協会", name_en="Tokushima Points")
    await sends(hq, shops, what="area", code="shikoku", **names)
    await sends(hq, shops, what="facility", code="tokushima", area="shikoku", **names)
    await sends(hq, shops, what="tenant", code="bakery", **names)
    await sends(
        hq, shops, what="shop", code="main", tenant="bakery", facility="tokushima", till="T01",
        **names,
    )  # fmt: skip
    its = f"{shops}/bakery/main"
    assert (await left()) == ["terms", "clients", "members", "accruals"]
    await sends(hq, f"{its}/terms", from_on=str(mall.today), yen_per_point="110", reason="契約")
    shown = await hq.browser.post(
        f"{its}/tills", form_token=await hq.form_token(), till="T01", do="client"
    )
    client_id = re.search(r'id="client-id">([^<]+)<', shown.text)
    secret = re.search(r'id="client-secret">([^<]+)<', shown.text)
    assert client_id is not None, shown.text
    assert secret is not None
    await sends(hq, "/console/members/new", card="6304111122223333")
    assert await left() == ["accruals"]
    till = await mall.register("bakery", "till", ["points:quote"])
    till = type(till)(client_id.group(1), secret.group(1))
    mall.hub.forget()
    sold = await Client(mall, "bakery", till).post(
        "/v1/accruals", slip="S-1", till="T01", business_date=str(mall.today),
        at=mall.now.isoformat(), card="6304111122223333", paid_yen=1_100, receipt_no="1",
    )  # fmt: skip
    assert (sold.status, sold.json["points"]) == (201, 10), sold
    assert await left() == []
    again = await hq.browser.post(
        shops, form_token=await hq.form_token(), what="tenant", code="bakery", **names
    )
    assert again.status == 409, "a code is given once"
    tomorrow = str(mall.today + timedelta(days=1))
    await sends(hq, f"{its}/terms", from_on=tomorrow, yen_per_point="220", reason="改定")
    stopped = await hq.browser.post(
        f"{its}/tills", form_token=await hq.form_token(), till="T01", do="stop", confirm="T01"
    )
    assert stopped.to.endswith("done=stopped")
    mall.hub.forget()
    late = await Client(mall, "bakery", till).post(
        "/v1/accruals", slip="S-2", till="T01", business_date=str(mall.today),
        at=mall.now.isoformat(), card="6304111122223333", paid_yen=1_100, receipt_no="2",
    )  # fmt: skip
    assert late.status >= 400
