"""経理の画面: the office closes, two people approve, a file goes out and its answer comes in."""

import base64
import re
from datetime import date, time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.async_api import Browser, Page

from tests.mall import Mall
from tests.pages.conftest import Visit, visit
from tests.pages.finance_office import Office, sheet_of, table_of, told
from tests.pages.sealed_cycles import made_up
from tests.pages.tour_finance import DISPUTED
from tests.people.persons import Person, Staff
from tests.settlement.life.offices import CYCLE, answered
from tests.settlement.papers import altered, forged

JULY = "2026-07-01"
OWN = f"/console/cycles/{JULY}"
KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


async def test_the_figures_on_the_pages_are_those_of_the_api_to_the_yen(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    keiko = office.keiko.browser
    nets = sheet_of((await keiko.get(f"/console/cycles/{CYCLE}/nets.csv")).content)
    assert sum(int(one["差引（円）"]) for one in nets) == 0
    async with visit(chromium, mall, office.keiko) as here:
        await here.goes(f"/console/cycles/{CYCLE}")
        shown = {row[0]: told(row[8]) for row in await table_of(here.page, "nets")}
        for one in nets:
            path = f"/v1/settlement/cycles/{CYCLE}/statement?party={one['当事者']}"
            api = (await keiko.get(path)).json
            assert shown[one["名称"]] == int(one["差引（円）"]) == api["total_yen"]
            await here.goes(f"/console/cycles/{CYCLE}/statements/{one['当事者']}")
            lines = [
                (row[0], "" if row[4] == "参考" else told(row[4]))
                for row in await table_of(here.page, "lines")
            ]
            assert lines == [
                (str(line["code"]), line.get("yen", ""))
                for line in api["lines"] if line["code"] != 900
            ]  # fmt: skip
        await here.goes("/console/exposure")
        exposure = {row[0]: told(row[4]) for row in await table_of(here.page, "exposure")}
        api = (await keiko.get("/v1/admin/exposure")).json["tenants"]
        assert exposure == {one["party"]: one["exposure_yen"] for one in api}
        await here.goes("/console/liability")
        roll = {row[0]: told(row[-1]) for row in await table_of(here.page, "roll")}
        api = (await keiko.get("/v1/admin/liability")).json["roll"]
        assert roll == {one["funder"]: one["closing"] for one in api if one["funder"] != "*"}
        here.whole()


async def test_a_line_opens_the_entries_that_it_sums(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    async with visit(chromium, mall, office.keiko) as here:
        await here.goes(f"/console/cycles/{CYCLE}/statements/bookshop")
        await here.page.click("#l-201 td:last-child a")
        entries = await table_of(here.page, "entries")
        assert sum(told(row[-1]) for row in entries) == 1_200
        assert all(row[6] for row in entries), "each by its slip"
        await here.goes(f"/console/cycles/{CYCLE}?measure=points")
        await here.page.click("text='1,000'")
        assert "1,000" in await here.page.inner_text("tbody")


async def test_a_what_if_on_the_page_says_what_the_api_says(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    asked = {
        "cycles": [CYCLE], "thought": {"terms": [{"from_on": CYCLE, "point_fee_milliyen": 500}]},
    }  # fmt: skip
    api = (await office.keiko.calls("POST", "/v1/admin/simulations", json=asked)).json
    async with visit(chromium, mall, office.keiko) as here:
        await here.goes("/console/whatif")
        await here.page.select_option("[name=from]", CYCLE)
        await here.page.select_option("[name=to]", CYCLE)
        await here.page.fill("[name=point_fee_milliyen]", "500")
        await here.page.click("main button.main")
        await here.page.wait_for_selector("#whatif")
        shown = {row[0]: told(row[3]) for row in await table_of(here.page, "whatif")}
    assert shown == {one["name"]: one["difference_yen"] for one in api["parties"]}
    assert sum(shown.values()) == 0
    assert any(shown.values())


async def test_the_documents_of_a_statement_are_those_of_the_api(office: Office) -> None:
    keiko, base = office.keiko.browser, f"/console/cycles/{CYCLE}/statements/bakery"
    api = f"/v1/settlement/cycles/{CYCLE}/statement?party=bakery"
    for kind, media in (("json", "application/json"), ("csv", "text/csv"),
                        ("pdf", "application/pdf")):  # fmt: skip
        page = await keiko.get(f"{base}/download?kind={kind}")
        assert page.content == (await keiko.ask("GET", api, headers={"accept": media})).content
        assert "attachment" in page.headers["content-disposition"]
    page = await keiko.get(f"{base}?lang=en")
    on = await keiko.post(f"{base}/reissue", form_token=page.token)
    assert on.status == 303, on.text
    again = (await keiko.get(f"{base}/download?kind=pdf")).headers["issue-number"]
    assert int(again) == 1


async def test_a_dispute_is_decided_on_its_page_and_not_twice(office: Office) -> None:
    keiko = office.keiko.browser
    page = await keiko.get("/console/disputes?lang=en")
    path = re.search(r'action="(/console/disputes/[^"?]+)', page.text)
    assert path, page.text
    asked = {"form_token": page.token, "outcome": "upheld", "reason": "レジの記録を確認",
             "adjusted_yen": "-60"}  # fmt: skip
    assert (await keiko.post(path[1], **asked)).status == 303
    page = await keiko.get(f"/console/cycles/{DISPUTED}/disputes?lang=en")
    assert "レジの記録を確認" in page.text
    refused = await keiko.post(path[1], **{**asked, "adjusted_yen": "-70"})
    assert refused.status == 409
    assert "すでに裁定" in refused.text


async def verdict(here: Visit, file: bytes, name: str = "sealed.ndjson") -> dict[str, bool]:
    """What the page says of a file that it is given: which step holds."""
    page = here.page
    await page.evaluate("delete document.querySelector('[data-verify]').dataset.done")
    upload: Any = {"name": name, "mimeType": "application/x-ndjson", "buffer": file}
    await page.set_input_files("[data-verify] [type=file]", upload)
    await page.wait_for_selector("[data-done]")
    return dict(await page.eval_on_selector_all(
        "[data-step]", "rows => rows.map(row => [row.dataset.step, row.className === 'proved'])"
    ))  # fmt: skip


async def test_a_seal_is_verified_in_the_browser_and_a_changed_byte_is_seen(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    sealed = (await office.masao.browser.get(f"/v1/settlement/cycles/{CYCLE}/seal")).content
    async with visit(chromium, mall, office.masao) as here:
        await here.goes(f"/console/cycles/{CYCLE}/verify")
        await here.page.click("[data-fetch]")
        await here.page.wait_for_selector("[data-done=proved]")
        nets = await here.page.eval_on_selector_all(
            "[data-nets] tbody tr", "rows => rows.map(row => row.cells[1].innerText)"
        )
        api = sheet_of(
            (await office.masao.browser.get(f"/console/cycles/{CYCLE}/nets.csv")).content
        )
        assert sorted(map(told, nets)) == sorted(int(one["差引（円）"]) for one in api)
        at = sealed.index(b'"points":1000')
        changed = sealed[: at + 9] + b"2" + sealed[at + 10 :]
        found = await verdict(here, changed)
        assert (found["lines"], found["root"]) == (False, False)
        assert "書き換えられています" in await here.page.inner_text("[data-step=lines]")
        short = b"\n".join(sealed.split(b"\n")[:-2]) + b"\n"
        assert not (await verdict(here, short))["root"]
        await here.page.fill("[name=expected]", "0" * 64)
        assert not (await verdict(here, sealed))["seal"], "not the seal that was noted"
        await here.page.fill("[name=expected]", "")
        assert all((await verdict(here, sealed)).values())
        here.whole()


async def test_the_browser_comes_to_the_nets_of_whatever_cycle_and_names_a_forged_one(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    async with visit(chromium, mall, office.masao) as here:
        await here.goes(f"/console/cycles/{CYCLE}/verify")
        for seed in range(9):
            file = made_up(seed)
            found = await verdict(here, b"".join(file))
            assert all(found.values()), (seed, found, await here.page.inner_text("table.proof"))

        def more(lines: list[Any]) -> None:
            """One yen from one to another, in the nets and in the totals of their statements."""
            told_ = [line for line in lines if type(line).__name__ == "Net"][:2]
            for party, yen in zip([one.party for one in told_], (1, -1), strict=True):
                for n, line in enumerate(lines):
                    total = type(line).__name__ == "Net" or getattr(line, "code", 0) == 900
                    if total and line.party == party:
                        lines[n] = altered(line, yen=line.yen + yen)

        found = await verdict(here, b"".join(forged(made_up(1), more)))
        assert (found["lines"], found["root"], found["nets"]) == (True, True, False)
        here.whole()


async def press(page: Page, words: str) -> None:
    """A button or a link that leads on."""
    async with page.expect_navigation():
        await page.click(f"main >> :is(button, a):has-text('{words}')")


async def passkey_in(page: Page, person: Person) -> None:
    """The person's own key, in an authenticator of this browser."""
    line = await page.context.new_cdp_session(page)
    await line.send("WebAuthn.enable")
    made = await line.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    secret = person.passkey.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    await line.send("WebAuthn.addCredential", {
        "authenticatorId": made["authenticatorId"],
        "credential": {
            "credentialId": base64.b64encode(person.passkey.id).decode(),
            "isResidentCredential": False, "rpId": "localhost",
            "privateKey": base64.b64encode(secret).decode(),
            "signCount": person.passkey.counter + 10,
        },
    })  # fmt: skip


async def proves(page: Page, person: Person, words: str) -> None:
    """Once more the code of the app, before what moves money."""
    await press(page, words)
    await page.fill("input.code", person.fresh_code())
    await press(page, "確認する")


async def test_a_cycle_is_closed_approved_by_another_sent_and_read_back_on_the_pages(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    keiko, masao = office.keiko, office.masao
    async with visit(chromium, mall, keiko) as hers, visit(chromium, mall, masao) as his:
        await hers.goes(OWN, "締める")
        await press(hers.page, "締める")
        assert "締めて封印しました" in await hers.page.inner_text("[role=status].toast")
        await press(hers.page, "速報を出す")
        await hers.goes(f"{OWN}/payments", "承認者がパスキーで承認します")
        early = await hers.page.locator("text=zengin").count()
        assert early == 0, "nothing to be saved before it is approved"
        await passkey_in(his.page, masao)
        await his.goes(f"{OWN}/payments", "前回の承認との違い")
        sha256 = await his.page.inner_text("#sha256")
        await press(his.page, "パスキーで本人確認")
        await press(his.page, "パスキーで確認")
        await press(his.page, "上のとおり承認する")
        assert "承認しました" in await his.page.inner_text("body")
        assert "masao" in await his.page.inner_text("body")
        plan = (await masao.browser.get(f"/v1/admin/settlement/cycles/{JULY}/plan")).json
        assert plan["sha256"] == sha256
        await hers.goes(f"{OWN}/payments")
        await proves(hers.page, keiko, "本人確認してから送信する")
        await press(hers.page, "いま送れるファイルを送信済みにする")
        async with hers.page.expect_download() as coming:
            await hers.page.click("text='保存 zengin-21'")
        file = (await (await coming.value).path()).read_bytes()
        assert len(file.splitlines()[0]) == 120
        paid = (await keiko.browser.get(f"/v1/admin/cycles/{JULY}/payments")).json["payments"]
        [bookshop] = [one["yen"] for one in paid if one["party"] == "bookshop"]
        assert f"{bookshop:010}".encode() in file
        xml = await keiko.browser.get(f"{OWN}/files/1/pain.001")
        assert b"<EndToEndId>20260701-1-" in xml.content
        await read_back(hers, mall, keiko)
        hers.whole()
        his.whole()


async def read_back(hers: Visit, mall: Mall, keiko: Person) -> None:
    """The debits go out on their day, and the bank says that they were collected."""
    await mall.turn_to(date(2026, 8, 10), time(10, 0))
    keiko.watch.passes(minutes=6)  # what was shown before is no longer fresh
    await hers.goes(f"{OWN}/payments")
    await proves(hers.page, keiko, "本人確認してから送信する")
    await press(hers.page, "いま送れるファイルを送信済みにする")
    debits = (await keiko.browser.get(f"{OWN}/files/1/zengin-91")).content
    await mall.turn_to(date(2026, 8, 31), time(10, 0))
    await hers.goes(f"{OWN}/payments")
    await proves(hers.page, keiko, "本人確認してから取り込む")
    upload: Any = {"name": "kekka.txt", "mimeType": "text/plain", "buffer": answered(debits, {})}
    await hers.page.set_input_files("[name=file]", upload)
    await press(hers.page, "取り込む")
    assert "銀行の結果を取り込みました" in await hers.page.inner_text("body")
    rows = await table_of(hers.page, "payments")
    assert ["bakery", "口座振替", "決済済み"] in [[row[1], row[2], row[4]] for row in rows]


async def test_no_file_for_the_bank_is_handed_out_before_its_release(office: Office) -> None:
    keiko, own = office.keiko.browser, f"/console/cycles/{DISPUTED}"
    plan = re.search(r"支払案 (\d+)</span>", (await keiko.get(f"{own}/payments")).text)
    assert plan
    for kind in ("zengin-21", "zengin-91", "pain.001"):
        assert (await keiko.get(f"{own}/files/{plan[1]}/{kind}")).status == 404
    assert (await keiko.get(f"/console/cycles/{CYCLE}/files/1/zengin-91")).status == 200
    assert (await keiko.get(f"/console/cycles/{CYCLE}/files/99999/zengin-91")).status == 404


async def test_whoever_prepared_sees_no_button_to_approve_and_is_refused(
    chromium: Browser, mall: Mall, office: Office
) -> None:
    both, path = office.both, f"/console/cycles/{DISPUTED}/payments"
    page = await both.browser.get(path)
    on = await both.browser.post(
        path.replace("payments", "prepare"), form_token=page.token, reason="確認した"
    )
    assert on.status == 303, on.text
    async with visit(chromium, mall, both) as here:
        await here.goes(path, "別の承認者が承認します")
        assert await here.page.locator("form[action*='/approve']").count() == 0
    approve = path.replace("payments", "approve")
    page = await both.browser.get(path)
    unproved = await both.browser.post(approve, form_token=page.token, sha256="0" * 64)
    assert unproved.to.startswith("/console/step-up?action=POST")
    assert unproved.to.endswith("return_to=" + path.replace("/", "%2F"))
    assert (await both.steps_up(f"POST {approve}", passkey=True)).status == 303
    page = await both.browser.get(path)
    sha256 = re.search(r'id="sha256">([0-9a-f]{64})', page.text)
    assert sha256
    refused = await both.browser.post(approve, form_token=page.token, sha256=sha256[1])
    assert refused.status == 409
    assert "締めた人・支払案を作った人は承認できません" in refused.text
    english = await both.browser.post(f"{approve}?lang=en", form_token=page.token, sha256=sha256[1])
    assert "somebody else must" in english.text


@pytest.mark.parametrize(
    "path",
    ["cycles/nonsense", "cycles/2031-01-01", f"cycles/{CYCLE}/statements/nobody",
     f"cycles/{CYCLE}/statements/bakery/lines/999", f"cycles/{CYCLE}/cell?funder=x&tenant=y",
     "cycles/2031-01-01/verify", "exposure/nobody", "journals?party=nobody",
     "reconciliation/b_0000000000000000"],
)  # fmt: skip
async def test_what_is_not_there_is_not_found(office: Office, path: str) -> None:
    assert (await office.keiko.browser.get(f"/console/{path}")).status == 404


async def test_an_auditor_reads_all_of_it_and_steps_nowhere(office: Office, staff: Staff) -> None:
    auditor = (await staff.person("auditor", "auditor")).browser
    assert "<form" not in (await auditor.get(OWN)).text.partition("<main")[2]
    token = (await auditor.get("/console")).token
    for step in ("close", "confirm", "prepare", "approve", "send", "again", "carry", "results"):
        told_ = await auditor.post(f"{OWN}/{step}", form_token=token)
        assert told_.status == 403, step
    assert (await auditor.get(f"/console/cycles/{CYCLE}/files/1/zengin-21")).status == 403
