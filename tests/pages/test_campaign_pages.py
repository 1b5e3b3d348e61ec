"""An operator launches a campaign and sees its first points, another person having read it: all of
it in a browser."""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page

from tests.campaigns.running import extra
from tests.mall import Mall, Shop
from tests.pages.conftest import Visit, visit
from tests.people.persons import Person, Staff


class Office:
    """Two people of headquarters, and a bakery that sells."""

    author: Person
    other: Person
    bakery: Shop


@pytest.fixture(scope="module")
async def office(mall: Mall, staff: Staff) -> Office:
    here = Office()
    here.bakery = await mall.shop("bakery")
    await mall.shop("far", facility="takamatsu")
    here.author = await staff.person("author", "hq")
    here.other = await staff.person("other", "hq")
    return here


async def presses(page: Page, label: str) -> None:
    """Press a button and wait for the page that follows."""
    async with page.expect_navigation():
        await page.get_by_role("button", name=label, exact=True).click()


async def writes(here: Visit, mall: Mall, code: str, **more: str) -> None:
    """Fill the wizard in and keep the draft."""
    await here.goes("/console/campaigns/new", "新しいキャンペーン")
    told = {
        "code": code, "name": "開店五周年", "name_en": "Fifth birthday", "reason": "周年祭",
        "from_on": str(mall.today), "to_on": str(mall.today + timedelta(days=7)),
        "multiplier": "5", "share_tenant": "1", "share_operator": "1", "budget_points": "1000",
        "plan_from_on": str(mall.today), "plan_to_on": str(mall.today + timedelta(days=7)),
        "no_control_reason": "全会員が対象", **more,
    }  # fmt: skip
    for name, value in told.items():
        await here.page.locator(f"#wizard [name={name}]").fill(value)
    await here.page.locator("[name=facility]").select_option("tokushima")
    await here.page.locator("[name=metric]").select_option("sales")


async def test_an_operator_launches_a_campaign_and_sees_its_first_points(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    hanako = await mall.member()
    await office.bakery.sells(hanako, 11_000)
    await mall.turn_to(mall.today + timedelta(days=1))
    async with visit(chromium, mall, office.author) as mine:
        await writes(mine, mall, "birthday")
        await presses(mine.page, "下書きを保存")
        assert "下書きを保存しました" in await mine.page.inner_text("main")
        assert "起案者本人は確認できません" in await mine.page.inner_text("main")
        await mine.goes("/console/campaigns/birthday/preview", "過去のレシートでの試算")
        assert "400" in await mine.page.inner_text(".figures")
        async with visit(chromium, mall, office.other) as theirs:
            await theirs.goes("/console/campaigns?state=draft", "開店五周年")
            await theirs.page.get_by_role("link", name="開店五周年").click()
            await theirs.page.locator("form[action*=review] [name=reason]").fill("内容を確認")
            await presses(theirs.page, "確認済みにする")
            assert "確認しました" in await theirs.page.inner_text("main")
            theirs.whole()
        await mine.goes("/console/campaigns/birthday", "確認済み")
        assert extra(await office.bakery.sells(hanako, 1_100), "birthday") == 0
        start = mine.page.locator("form:has([value=start]) [name=reason]")
        await start.fill("予定どおり")
        await presses(mine.page, "開始する")
        mall.hub.forget()  # as the bell does
        assert extra(await office.bakery.sells(hanako, 1_100), "birthday") == 40
        await mine.goes("/console/campaigns/birthday", "実施中")
        assert "960" in await mine.page.inner_text(".figures"), "what is left of the budget"
        await mine.goes("/console/campaigns/birthday/outcome", "効果測定")
        assert "40" in await mine.page.inner_text(".figures")
        await mine.goes("/console/campaigns/birthday")
        await mine.page.locator("form:has([value=paused]) [name=reason]").fill("誤り")
        await presses(mine.page, "一時停止する")
        mall.hub.forget()
        assert extra(await office.bakery.sells(hanako, 1_100), "birthday") == 0
        mine.whole()


async def test_its_author_does_not_review_it_even_past_the_page(mall: Mall, office: Office) -> None:
    told = draft_fields(mall, "alone")
    token = await office.author.form_token()
    kept = await office.author.browser.post("/console/campaigns", form_token=token, **told)
    assert (kept.status, kept.to) == (303, "/console/campaigns/alone?done=drafted"), kept.text
    on = await office.author.browser.post(
        "/console/campaigns/alone/review", form_token=token, reason="自分で"
    )
    assert on.to.endswith("no=second-person-needed")
    shown = await office.author.browser.get(on.to)
    assert "別の担当者" in shown.text
    again = await office.author.browser.post("/console/campaigns", form_token=token, **told)
    assert again.status == 409
    assert 'value="alone"' in again.text, "what was written stays in the fields"


def draft_fields(mall: Mall, code: str, **more: str) -> dict[str, str]:
    """The fields of the wizard, as a browser sends them."""
    day = str(mall.today)
    return {
        "code": code, "name": code, "name_en": code, "reason": "試し", "from_on": day,
        "to_on": day, "multiplier": "2", "share_operator": "1", "stack_group": code, **more,
    }  # fmt: skip


async def test_a_draft_is_edited_until_it_is_right_and_read_again(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    async with (
        visit(chromium, mall, office.author) as mine,
        visit(chromium, mall, office.other) as theirs,
    ):
        await writes(mine, mall, "edited", shops="bakery/bakery")
        await mine.page.locator("[name=kind]").select_option("visit")
        await mine.page.locator("[name=without_purchase]").check()
        await presses(mine.page, "下書きを保存")
        await theirs.goes("/console/campaigns/edited", "下書き")
        await mine.page.get_by_role("link", name="編集する").click()
        await mine.page.get_by_role("heading", name="下書きの編集").wait_for()
        form = mine.page.locator("#wizard")
        kept = {
            name: await form.locator(f"[name={name}]").input_value()
            for name in ("code", "shops", "reason", "multiplier", "share_operator", "facility",
                         "metric", "from_on", "plan_to_on", "budget_points", "kind")
        }  # fmt: skip
        assert kept == {
            "code": "edited", "shops": "bakery/bakery", "reason": "周年祭", "multiplier": "5",
            "share_operator": "1", "facility": "tokushima", "metric": "sales",
            "from_on": str(mall.today), "plan_to_on": str(mall.today + timedelta(days=7)),
            "budget_points": "1000", "kind": "visit",
        }  # fmt: skip
        assert await form.locator("[name=without_purchase]").is_checked()
        await form.locator("[name=multiplier]").fill("3")
        await form.locator("[name=to_on]").fill(str(mall.today - timedelta(days=1)))
        await presses(mine.page, "下書きを保存")
        assert await form.locator("[name=multiplier]").input_value() == "3", "refused, and kept"
        assert await mine.found_by_axe() == []
        await form.locator("[name=to_on]").fill(str(mall.today + timedelta(days=7)))
        mine.complaints = [one for one in mine.complaints if "400" not in one]
        await presses(mine.page, "下書きを保存")
        assert "× 3" in await mine.page.inner_text(".figures")
        review = theirs.page.locator("form[action*=review] [name=reason]")
        await review.fill("古い画面のまま")
        await presses(theirs.page, "確認済みにする")
        assert "もう一度お読みください" in await theirs.page.inner_text("main")
        await review.fill("読み直した")
        await presses(theirs.page, "確認済みにする")
        assert "確認しました" in await theirs.page.inner_text("main")
        mine.whole()
        theirs.whole()


async def test_the_check_of_premiums_follows_what_is_written(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    async with visit(chromium, mall, office.author) as mine:
        await mine.goes("/console/campaigns/new")
        await mine.page.locator("[name=kind]").select_option("goods")
        await mine.page.locator("[name=price_yen]").fill("900")
        await mine.page.locator("[name=prize_yen]").fill("300")
        await mine.page.locator("[name=prize_yen]").blur()
        await mine.page.locator("#checked .bad").first.wait_for()
        assert "200 円" in await mine.page.inner_text("#checked")
        await mine.page.locator("[name=prize_yen]").fill("200")
        await mine.page.locator("[name=prize_yen]").blur()
        await mine.page.locator("#checked .good").first.wait_for()
        mine.whole()


async def test_o2_one_action_rolls_it_out_and_each_shop_says_its_result(
    mall: Mall, office: Office
) -> None:
    token = await office.author.form_token()
    told = draft_fields(mall, "rolled", facility="tokushima", shops="bakery/bakery")
    await office.author.browser.post("/console/campaigns", form_token=token, **told)
    shown = await office.author.browser.post(
        "/console/campaigns/rolled/shops", form_token=token, takes_part="yes", reason="全店",
        shops="bakery/bakery\nfar/far\nno/body",
    )  # fmt: skip
    assert shown.status == 200
    for words in ("変更なし", "対象外の施設です", "店舗がありません"):
        assert words in shown.text.partition("results")[2]
    api = (await (await mall.operator()).get("/v1/admin/campaigns/rolled/shops")).json["shops"]
    sheet = await office.author.browser.get("/console/campaigns/rolled/shops.csv")
    lines = sheet.content.decode("utf-8-sig").splitlines()[1:]
    assert lines == [f"{one['shop']},{one['result']}" for one in api]
