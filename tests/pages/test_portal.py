"""テナント画面: a tenant's people see what its back office sees, and nobody else's."""

import csv
import html
import io
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from auth.gate import doors
from auth.people import people
from auth.people.people import Given
from auth.people.refusals import RolesApart
from deploy.app import create_app
from tests.mall import Mall
from tests.pages.conftest import visit
from tests.pages.tour_portal import JUNE, PAGES, Street
from tests.people.persons import Page, Person, Staff

KEYS = ("portal-clients", "portal-webhooks", "portal-webhook", "portal-sandbox")
KEYED = "portal-keys"


@pytest.fixture(scope="module")
async def street(mall: Mall, staff: Staff) -> Street:
    return await Street(mall).lay_out(staff)


async def pressed(person: Person, path: str, **told: str) -> Page:
    """A form of a page, sent by somebody who has just shown a second factor."""
    await person.steps_up(KEYED)
    token = (await person.browser.get(path)).token
    return await person.browser.post(path, form_token=token, **told)


async def rows_of(person: Person, path: str) -> list[dict[str, str]]:
    sheet = await person.browser.get(path)
    assert sheet.content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))


async def test_a_tenants_people_may_do_nothing_but_what_stands_on_their_pages(
    mall: Mall, street: Street
) -> None:
    """Every route of the hub, with the session of somebody at a tenant."""
    opened = set()
    for one in doors(create_app(mall.hub.settings).routes):
        if one.method != "GET" or one.requires in ("nobody", "anyone"):
            continue
        if one.path.startswith(("/member", "/portal", "/v1/me")):
            continue
        path = re.sub(r"{[^}]+}", "1", one.path)
        told = await street.ann.browser.get(path)
        if told.status < 400:
            opened.add(one.path)
    # Their own sessions and second factors; the console's home sends them on.
    own = {"/console", "/console/sessions", "/console/step-up"}
    assert opened == own | {"/console/help", "/console/support"}  # and what they asked themselves
    home = await street.ann.browser.get("/console")
    assert home.to.startswith("/portal")


async def test_nobody_else_sees_a_tenants_pages(street: Street, staff: Staff) -> None:
    hq = await staff.person("hq", Given("hq"))
    shop = await staff.person("shop", Given("shop", street.bakery.shop_id))
    for who in (hq, shop):
        for path in PAGES.values():
            assert (await who.browser.get(path)).status == 403, path


async def test_finance_sees_figures_and_no_keys(street: Street) -> None:
    for name, path in PAGES.items():
        wanted = 403 if name in KEYS else 200
        assert (await street.ben.browser.get(path)).status == wanted, path


async def test_what_is_anothers_does_not_exist(mall: Mall, street: Street, staff: Staff) -> None:
    """The bookshop's people look for the bakery's things on every page that names one."""
    eve = await staff.person("eve", Given("tenant", street.books.tenant_id))
    assert (await eve.browser.get("/portal/webhooks/books")).status == 404
    own = (await eve.browser.get("/portal/clients")).text
    assert street.bakery.client_id not in own
    assert street.books.client_id in own
    theirs = street.bakery.client_id
    for told in (
        {"do": "revoke", "of": theirs, "confirm": "bakery till"}, {"do": "rotate", "of": theirs},
        {"do": "stop", "of": "T99", "confirm": "T99"}, {"do": "enrol", "of": "T99"},
    ):  # fmt: skip
        assert (await pressed(eve, "/portal/clients", **told)).status == 404, told
    await eve.steps_up(KEYED)
    token = (await eve.browser.get("/portal/clients")).token
    for do in ("rotate", "ping", "replay", "change", "remove"):
        told = {"do": do, "after": "0", "confirm": "books", "url": "https://x.example.jp/"}
        answer = await eve.browser.post("/portal/webhooks/books", form_token=token, **told)
        assert answer.status == 404, do
    assert (await street.bakery.get(f"/v1/tills/{street.bakery.till}")).status == 200
    statement = (await eve.browser.get(f"/portal/statements/{JUNE}?lang=en")).text
    assert "bookshop" in statement
    assert "bakery" not in statement
    proof = (await eve.browser.get(f"/portal/proofs/{JUNE}/file")).text
    assert '"party":"bookshop","previous"' in proof
    assert '"tenant":"bakery","type":"grant"' not in proof


async def test_the_figures_are_those_of_the_back_office(mall: Mall, street: Street) -> None:
    office = await mall.office(street.bakery)
    flows = (await office.get("/v1/flows")).json
    told = [
        (one["cycle"], side, cell["party"], str(cell["points"]), str(cell["yen"]))
        for one in flows["cycles"]
        for side, cells in (("受入", one["column"]), ("他社利用", one["row"]))
        for cell in cells
    ]
    sheet = await rows_of(street.ann, "/portal/flows.csv")
    assert [tuple(row.values()) for row in sheet] == told
    assert ("2026-06-01", "受入", "bookshop", "120", "120") in told
    home = (await street.ann.browser.get("/portal?lang=en")).text
    running = next(one for one in flows["cycles"] if one["running"])
    net = running["net_yen"]
    assert (f">▲{-net:,}<" if net < 0 else f">{net:,}<") in home
    stated = (await office.get(f"/v1/settlement/cycles/{JUNE}/statement")).json
    page = (await street.ann.browser.get(f"/portal/statements/{JUNE}?lang=en")).text
    for line in stated["lines"]:
        assert line["name_en"] in page
    paper = await street.ann.browser.get(f"/portal/statements/{JUNE}/paper/csv")
    asked = {"accept": "text/csv"}
    given = await office.ask("GET", f"/v1/settlement/cycles/{JUNE}/statement", headers=asked)
    assert paper.content == given.content
    entries = (await office.get(f"/v1/settlement/cycles/{JUNE}/lines/201/entries")).json
    line = (await street.ann.browser.get(f"/portal/statements/{JUNE}/lines/201")).text
    for one in entries["entries"]:
        assert one["entry"] in line
        assert one["member"] in line, "under the tenant's own handle"
    saved = await street.ann.browser.get(f"/portal/statements/{JUNE}/lines/201/entries.csv")
    path = f"/v1/settlement/cycles/{JUNE}/lines/201/entries"
    assert saved.status == 200, saved.text
    assert saved.content == (await office.ask("GET", path, headers=asked)).content


async def test_members_bear_another_name_at_every_tenant(mall: Mall, street: Street) -> None:
    path = f"/portal/statements/{JUNE}/lines/831"
    seen = [(await who.browser.get(path)).text for who in (street.ann, street.ben)]
    names = mall.hub.names
    for member in (street.hanako, street.taro):
        at_bakery, at_books = (
            names.seal("member", tenant, member.member_id)
            for tenant in (street.bakery.tenant_id, street.books.tenant_id)
        )
        assert at_books not in seen[0]
        assert at_bakery not in seen[1]
        assert member.card not in "".join(seen)


async def test_usage_counts_what_came(street: Street) -> None:
    days = await rows_of(street.ann, "/portal/usage.csv?month=2026-06")
    assert sum(int(day["呼出"]) for day in days) == 4  # the bakery's own slips
    assert {day["会員"] for day in days} == {"2"}
    assert (await street.ann.browser.get("/portal/usage?month=1999-01")).status == 404


async def test_a_key_needs_a_fresh_second_factor_and_its_name(
    mall: Mall, street: Street, staff: Staff
) -> None:
    florist = await mall.shop("florist")
    mall.hub.forget()  # as the bell does
    flo = await staff.person("flo", Given("tenant", florist.tenant_id))
    token = (await flo.browser.get("/portal/clients")).token
    late = await flo.browser.post("/portal/clients", form_token=token, do="enrol", of="T01")
    assert (late.status, "step-up" in late.to) == (303, True)
    shown = await pressed(flo, "/portal/clients", do="enrol", of="T01")
    code = re.search(r"<code>((?:[A-Z2-7]{6}-?){4})</code>", shown.text)
    assert code, shown.text
    jwk = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
    async with mall.http.post(
        f"{mall.url}/v1/till-enrolments", json={"code": code.group(1), "jwk": jwk}
    ) as answer:
        assert answer.status == 400, "the code is good, that key is no point of the curve"
    unnamed = await pressed(flo, "/portal/clients", do="stop", of="T01", confirm="T1")
    assert unnamed.status == 400
    hanako = await mall.member()
    await florist.sells(hanako, yen=1_100)
    stopped = await pressed(flo, "/portal/clients", do="stop", of="T01", confirm="T01")
    assert stopped.status == 200
    refused = await florist.post("/v1/accruals", **florist.sale(hanako, yen=1_100))
    assert refused.slug == "till-not-active"
    turned = await pressed(flo, "/portal/clients", do="rotate", of=florist.client_id)
    assert "24" in turned.text
    gone = await pressed(
        flo, "/portal/clients", do="revoke", of=florist.client_id, confirm="florist till"
    )
    assert gone.status == 200, gone.text
    acts = await mall.value(
        "SELECT count(*) FROM audit.acts WHERE person_id = %s AND verb LIKE %s",
        flo.person_id, "POST /portal/clients%",
    )  # fmt: skip
    assert acts >= 4


async def test_an_endpoint_is_made_pinged_and_told_again(street: Street) -> None:
    made = await pressed(
        street.ann, "/portal/webhooks", endpoint="till-log", url="https://hooks.example.jp/in"
    )
    assert re.search(r"<code>whsec_[^<]+</code>", made.text), made.text
    path = "/portal/webhooks/till-log"
    for told in ({"do": "ping"}, {"do": "replay", "after": "0"}):
        done = await pressed(street.ann, path, **told)
        assert (done.status, done.to.startswith(path)) == (303, True), done.text
    turned = await pressed(street.ann, path, do="rotate")
    assert re.search(r"<code>whsec_[^<]+</code>", turned.text)
    assert (await pressed(street.ann, path, do="remove", confirm="till")).status == 400
    assert (await pressed(street.ann, path, do="remove", confirm="till-log")).status == 303
    inside = await pressed(
        street.ann, "/portal/webhooks", endpoint="inside", url="https://127.0.0.1/in"
    )
    assert inside.status >= 400


async def test_nobody_stands_at_two_tenants_or_at_a_tenant_and_a_shop(
    mall: Mall, street: Street, staff: Staff
) -> None:
    two = (Given("tenant", street.bakery.tenant_id), Given("tenant", street.books.tenant_id))
    mixed = (Given("tenant", street.bakery.tenant_id), Given("shop", street.bakery.shop_id))
    for number, roles in enumerate((two, mixed)):
        with pytest.raises(RolesApart):
            await staff.invited(f"both-{number}", *roles)
    for wrong in (two[1], mixed[1]):
        async with mall.hub.pools.bare("worker") as conn:
            with pytest.raises(RolesApart):
                await people.give(conn, street.ann.person_id, wrong, "cli:root", staff.watch())


async def test_a_statement_is_accepted_or_a_line_disputed_while_there_is_time(
    mall: Mall, street: Street
) -> None:
    path = f"/portal/statements/{JUNE}"
    page = await street.ben.browser.get(path)
    said = await street.ben.browser.post(f"{path}/accepted", form_token=page.token)
    assert said.status == 303, said.text
    assert "確認済み" in (await street.ben.browser.get(path)).text
    token = (await street.ann.browser.get(path)).token
    told = {"line": "201", "yen": "20", "reason": "件数が合わない", "evidence": "S-1"}
    said = await street.ann.browser.post(f"{path}/disputes", form_token=token, **told)
    assert said.status == 303, said.text
    office = await mall.office(street.bakery)
    [dispute] = (await office.get("/v1/settlement/disputes")).json["disputes"]
    assert (dispute["code"], dispute["yen"], dispute["reason"]) == (201, 20, "件数が合わない")
    again = await street.ann.browser.post(f"{path}/accepted", form_token=token)
    assert again.status == 409
    wrong = await street.ann.browser.post(f"{path}/disputes", form_token=token, line="x")
    assert wrong.status == 400


async def test_a_tenant_checks_its_proof_and_sees_a_changed_one_refused(
    chromium: Browser, mall: Mall, street: Street, tmp_path: Path
) -> None:
    proof = (await street.ann.browser.get(f"/portal/proofs/{JUNE}/file")).content
    changed = tmp_path / "changed.ndjson"
    moved = tmp_path / "moved.ndjson"
    lines = proof.splitlines(keepends=True)
    changed.write_bytes(proof.replace(b'"points":300', b'"points":301', 1))
    moved.write_bytes(b"".join([*lines[:2], lines[3], lines[2], *lines[4:]]))
    async with visit(chromium, mall, street.ann) as here:
        await here.goes("/portal?lang=ja", "今期のこれまで")
        await here.page.get_by_role("link", name="精算書と証明").click()
        await here.page.get_by_role("link", name="検証する").first.click()
        await here.page.get_by_role("button", name="今すぐ検証する").click()
        sound = here.page.get_by_text("正しい証明です")
        refused = here.page.get_by_text("この証明は受け入れられません")
        await expect(sound).to_be_visible(timeout=30_000)
        assert await here.found_by_axe() == []
        for file, why in ((changed, "書き換えられています"), (moved, "ルートが合いません")):
            await here.page.set_input_files("input[type=file]", file)
            await expect(refused).to_be_visible(timeout=30_000)
            await expect(here.page.get_by_text(why, exact=False).first).to_be_visible()
            await expect(sound).to_be_hidden()
        here.whole()


async def test_a_tenants_own_points_at_its_own_shops_are_not_anothers(street: Street) -> None:
    """What the cards say is of others is; the net is told as ever, the sheet tells it all."""
    await street.bakery.accepts(street.hanako, points=25, payable_yen=25)
    office = await street.mall.office(street.bakery)
    flows = (await office.get("/v1/flows")).json
    running = next(one for one in flows["cycles"] if one["running"])
    came, went = (
        sum(one["yen"] for one in running[side] if one["party"] != "bakery")
        for side in ("column", "row")
    )
    assert sum(one["yen"] for one in running["column"]) == came + 25
    assert sum(one["yen"] for one in running["row"]) == went + 25
    home = (await street.ann.browser.get("/portal?lang=ja")).text
    told = re.findall(r'class="explain" href="/portal/flows\?[^>]*>([\d,]+)<', home)
    assert told == [f"{came:,}", f"{went:,}"]
    assert came - went == running["net_yen"]
    for page in (home, (await street.ann.browser.get("/portal/flows?lang=ja")).text):
        table = page.partition('<h2 id="net-name"')[0].partition("<table")[2]
        assert "bookshop" in table
        assert '<th scope="row">bakery' not in table
        assert "<td>bakery" not in table
    sheet = await rows_of(street.ann, "/portal/flows.csv")
    assert {"相手": "bakery", "円": "25"}.items() <= next(
        one for one in sheet if one["期"] == running["cycle"] and one["相手"] == "bakery"
    ).items()


async def test_what_became_of_ones_points_opens_cycles_and_their_entries(street: Street) -> None:
    await street.books.accepts(street.taro, points=15, payable_yen=15)  # at home
    for who, wanted in ((street.ann, {"elsewhere"}), (street.ben, {"elsewhere", "here"})):
        home = (await who.browser.get("/portal?lang=ja")).text
        links = re.findall(r'href="(/portal/points[^"]+)"[^>]*>(?:<[^>]+>)*(▲?[\d,]+)<', home)
        known = {re.findall(r"of=(\w+)", where)[0] for where, _ in links}
        assert known >= wanted | {"issued", "outstanding"}
        for where, number in links:
            page = (await who.browser.get(html.unescape(where))).text
            assert re.findall(r"<strong data-whole>([\d,]+)<", page) == [number], where
            parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', page)]
            assert sum(parts) == int(number.replace(",", "")), where
            cycles = re.findall(r'href="(/portal/flows/[^"]+/entries[^"]+)"', page)
            for cycle, part in zip(cycles, parts, strict=bool(cycles)):
                entries = (await who.browser.get(html.unescape(cycle))).text
                assert re.findall(r"<strong data-whole>([\d,]+)<", entries) == [f"{part:,}"], cycle


async def test_what_is_unsettled_is_told_by_its_parts(mall: Mall, street: Street) -> None:
    home = (await street.ann.browser.get("/portal?lang=ja")).text
    table = home.partition('id="unsettled"')[2].partition("</tbody>")[0]
    told = re.findall(r"explain[^>]*>(?:<[^>]+>)*(▲?[\d,]+)<", table)
    yen = [int(one.replace(",", "").replace("▲", "-")) for one in told]
    assert yen
    owed = re.search(r"預託金を差し引いた額.*?([\d,]+) 円", home, re.DOTALL)
    assert owed
    assert max(0, -sum(yen)) == int(owed[1].replace(",", ""))


async def test_a_number_of_the_running_cycle_opens_the_entries_that_come_to_it(
    street: Street,
) -> None:
    """Of what was booked elsewhere, day, place and points alone."""
    sides = set()
    for page in ("/portal?lang=ja", "/portal/flows?lang=ja"):
        text = (await street.ann.browser.get(page)).text
        for where, number in re.findall(r'href="(/portal/flows/[^"]+)"[^>]*>([\d,]+)<', text):
            opened = (await street.ann.browser.get(html.unescape(where))).text
            assert re.findall(r"<strong data-whole>([\d,]+)<", opened) == [number], where
            parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', opened)]
            assert sum(parts) == int(number.replace(",", "")), where
            rows = await rows_of(street.ann, html.unescape(where).replace("?", ".csv?"))
            assert [int(one["ポイント"]) for one in rows] == parts
            (side,) = re.findall(r"side=(\w+)", where)
            sides.add(side)
            ours = {one["伝票"] != "–" for one in rows}
            assert ours == {side != "elsewhere"}, where
    assert sides == {"honoured", "elsewhere", "issued"}
    lost = await street.ann.browser.get("/portal/flows/1999-01-01/entries")
    assert lost.status == 404
