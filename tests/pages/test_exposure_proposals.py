"""与信枠と預託金の申請: one proposes on the page, another approves with a passkey; nobody both."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.mall import Mall
from tests.pages.conftest import visit
from tests.pages.test_finance import passkey_in, press, proves
from tests.people.persons import Person, Staff

SHOTS = os.environ.get("MEGURI_SHOTS")
OWN = "/console/exposure/bakery"


@pytest.fixture(scope="module")
async def keiko(mall: Mall, staff: Staff) -> Person:
    await mall.shops("bakery", "bookshop")
    return await staff.person("keiko", "finance-preparer")


@pytest.fixture(scope="module")
async def masao(mall: Mall, staff: Staff) -> Person:
    return await staff.person("masao", "finance-approver", passkey=True)


async def acts(mall: Mall) -> list[tuple[str, str, str]]:
    """What the trail says of proposals: who, about what, how it ended."""
    verbs = (
        "SELECT coalesce(string_agg(verb || ' ' || party || ' ' || coalesce(status::text, '-'),"
        " '|' ORDER BY act_id), '') FROM audit.acts WHERE verb LIKE 'POST /console/exposure/%%'"
    )
    told = str(await mall.value(verbs))
    return [tuple(one.rsplit(" ", 2)) for one in told.split("|")]  # type: ignore[misc]


async def test_one_proposes_a_cap_and_another_approves_it(
    chromium: Browser, mall: Mall, keiko: Person, masao: Person
) -> None:
    async with visit(chromium, mall, keiko) as hers, visit(chromium, mall, masao) as his:
        await hers.goes(OWN, "与信枠・預託金の変更")
        await proves(hers.page, keiko, "本人確認してから申請する")
        await hers.page.click("text=与信枠を申請する")
        form = "form:has([name=warning_yen])"
        await hers.page.fill(f"{form} [name=warning_yen]", "90,000")
        await hers.page.fill(f"{form} [name=refusal_yen]", "60,000")
        await hers.page.fill(f"{form} [name=reason]", "契約書 第4条")
        await press(hers.page, "与信枠を申請する")
        assert "入力の形式が正しくありません" in await hers.page.inner_text("[role=alert]")
        assert await hers.page.input_value(f"{form} [name=reason]") == "契約書 第4条"
        await hers.page.fill(f"{form} [name=warning_yen]", "30,000")
        await press(hers.page, "与信枠を申請する")
        assert "別の人が承認すると有効" in await hers.page.inner_text("[role=status].toast")
        assert await hers.page.locator("form[action*='/approve']").count() == 0
        assert "申請した本人は承認できません" in await hers.page.inner_text("main")
        assert "与信枠は決めていません" in await hers.page.inner_text("main")
        await his.goes("/console/exposure", "承認を待つ申請")
        assert "keiko" in await his.page.inner_text("#waits")
        await passkey_in(his.page, masao)
        await press(his.page, "bakery")
        await press(his.page, "パスキーで本人確認")
        await press(his.page, "パスキーで確認")
        if SHOTS:
            await his.page.screenshot(path=Path(SHOTS) / "exposure-approve.png", full_page=True)
        await his.page.fill("[name=confirm]", "bakery")
        await press(his.page, "上のとおり承認する")
        assert "承認しました" in await his.page.inner_text("[role=status].toast")
        [row] = await his.page.locator("#proposals tbody tr").all_inner_texts()
        assert "keiko" in row
        assert "masao" in row
        [refused] = hers.complaints
        assert "400" in refused
        hers.complaints.clear()
        hers.whole()
        his.whole()
    api = (await keiko.browser.get("/v1/settlement/exposure?party=bakery")).json
    assert [(one["warning_yen"], one["refusal_yen"]) for one in api["caps"]] == [(30_000, 60_000)]
    told = await acts(mall)
    assert ("POST /console/exposure/{party}/propose", "bakery", "303") in told
    assert (
        "POST /console/exposure/{party}/proposals/{proposal}/approve", "bakery", "303"
    ) in told  # fmt: skip


async def test_a_deposit_is_proposed_withdrawn_and_rejected(
    chromium: Browser, mall: Mall, keiko: Person, masao: Person
) -> None:
    path = "/console/exposure/bookshop"
    async with visit(chromium, mall, keiko) as hers:
        await hers.goes(path)
        await proves(hers.page, keiko, "本人確認してから申請する")
        for _ in range(2):
            await hers.page.click("text=預託金の入出金を申請する")
            form = "form:has([name=way])"
            await hers.page.fill(f"{form} [name=yen]", "50,000")
            await hers.page.fill(f"{form} [name=reason]", "預託 6/1")
            await press(hers.page, "預託金の入出金を申請する")
            await press(hers.page, "申請を取り下げる")
            assert "取り下げました" in await hers.page.inner_text("[role=status].toast")
        await hers.page.click("text=預託金の入出金を申請する")
        await hers.page.fill("form:has([name=way]) [name=yen]", "70,000")
        await hers.page.fill("form:has([name=way]) [name=reason]", "預託 6/2")
        await press(hers.page, "預託金の入出金を申請する")
        hers.whole()
    async with visit(chromium, mall, masao) as his:
        await his.goes(path)
        await press(his.page, "却下する")
        assert "却下しました" in await his.page.inner_text("[role=status].toast")
        his.whole()
    api = (await keiko.browser.get("/v1/settlement/exposure?party=bookshop")).json
    assert api["prefunding"] == []


async def test_whoever_proposed_is_refused_by_the_hub_itself(mall: Mall, staff: Staff) -> None:
    """No button is shown; whoever posts all the same is refused, in both languages."""
    await mall.shop("florist")
    both = await staff.person("both", "finance-preparer", "finance-approver", passkey=True)
    path = "/console/exposure/florist"
    page = await both.browser.get(path)
    asked = {"kind": "cap", "on_day": str(mall.today), "refusal_yen": "5", "reason": "x"}
    unproved = await both.browser.post(f"{path}/propose", form_token=page.token, **asked)
    assert unproved.to.startswith("/console/step-up?action=POST")
    assert (await both.steps_up(f"POST {path}/propose", passkey=True)).status == 303
    done = await both.browser.post(f"{path}/propose", form_token=page.token, **asked)
    assert (done.status, done.to.partition("?")[0]) == (303, path), done.text
    number = await mall.value("SELECT max(proposal_id) FROM settlement.exposure_proposals")
    approve = f"{path}/proposals/{number}/approve"
    assert (await both.steps_up(f"POST {approve}", passkey=True)).status == 303
    unnamed = await both.browser.post(approve, form_token=page.token, confirm="bakery")
    assert unnamed.status == 400
    refused = await both.browser.post(approve, form_token=page.token, confirm="florist")
    assert refused.status == 409
    assert "申請した本人は承認も却下もできません" in refused.text
    english = await both.browser.post(
        f"{approve}?lang=en", form_token=page.token, confirm="florist"
    )
    assert "Whoever proposed it decides nothing" in english.text
    assert await mall.value("SELECT count(*) FROM settlement.caps WHERE refusal_yen = 5") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ja", "en"])
async def test_the_forms_are_whole_in_both_languages_by_light_and_in_the_dark(
    chromium: Browser, mall: Mall, keiko: Person, lang: str, scheme: str
) -> None:
    await keiko.steps_up(f"POST {OWN}/propose")
    async with visit(chromium, mall, keiko, color_scheme=scheme) as here:
        await here.goes(f"{OWN}?lang={lang}")
        for one in await here.page.locator("main details summary").all():
            await one.click()
        assert await here.page.locator("form[action*='/propose']").count() == 2
        assert await here.found_by_axe() == []
        if SHOTS:
            await here.page.screenshot(
                path=Path(SHOTS) / f"exposure-{lang}-{scheme}.png", full_page=True
            )
        here.whole()
