"""承認: two people, neither of whom does the other's part; a passkey shown for this approval."""

import base64
from datetime import date, time
from typing import Any

import psycopg
import pytest

from settlement.life.papers import life
from tests.mall import Mall
from tests.people.persons import Person, Staff
from tests.settlement.life.offices import CYCLE, ID, JUNE, MARGIN, Finance, answered

PATH = f"/v1/admin/settlement/cycles/{CYCLE}"
APPROVE = f"{PATH}/approve"


class Office:
    """A cycle that a machine has confirmed, and the people of the finance office."""

    finance: Finance
    keiko: Person  # prepares
    masao: Person  # approves
    both: Person


@pytest.fixture(scope="module")
async def office(mall: Mall, staff: Staff) -> Office:
    here = Office()
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    here.finance = Finance(mall)
    await here.finance.opens("bakery", "bookshop")
    here.keiko = await staff.person("keiko", "finance-preparer")
    here.masao = await staff.person("masao", "finance-approver", passkey=True)
    here.both = await staff.person("both", "finance-preparer", "finance-approver", passkey=True)
    assert (await mall.close(JUNE)).status == 200
    assert (await here.finance.confirms()).status == 200
    await mall.turn_to(MARGIN.date(), time(10, 0))
    return here


async def sha256(office: Office) -> str:
    answer = await office.masao.browser.get(f"{PATH}/plan")
    assert answer.status == 200, answer.text
    return str(answer.json["sha256"])


async def approves(person: Person, sha: str, stepped: bool = True) -> Any:
    if stepped:
        assert (await person.steps_up(f"POST {APPROVE}", passkey=True)).status == 303
    return await person.calls("POST", APPROVE, json={"sha256": sha})


async def test_no_token_reaches_approval_sending_or_results(office: Office) -> None:
    operator = await office.finance.mall.operator()
    for what in ("prepare", "approve", "send", "results"):
        answer = await operator.post(f"{PATH}/{what}", sha256="0" * 64)
        assert (answer.status, answer.slug) == (403, "insufficient-scope")


async def test_what_only_a_machine_prepared_is_approved_by_nobody(office: Office) -> None:
    answer = await approves(office.masao, await sha256(office))
    assert (answer.status, answer.slug) == (409, "prepared-by-nobody")


async def test_whoever_prepared_does_not_approve(office: Office) -> None:
    done = await office.both.calls("POST", f"{PATH}/prepare", json={"reason": "確認した"})
    assert done.status == 200, done.text
    answer = await approves(office.both, done.json["sha256"])
    assert (answer.status, answer.slug) == (409, "four-eyes")


async def test_an_approval_needs_a_passkey_shown_for_it_within_five_minutes(
    office: Office, staff: Staff
) -> None:
    sha, masao = await sha256(office), office.masao
    staff.watch.passes(minutes=6)
    refused = {
        "not shown at all": await approves(masao, sha, stepped=False),
        "shown for something else": await _after(masao, f"POST {PATH}/send", sha),
        "of another cycle": await _after(masao, f"POST {APPROVE.replace('06-01', '06-16')}", sha),
        "by another method": await _after(masao, f"GET {APPROVE}", sha),
    }
    assert {name: (one.status, one.slug) for name, one in refused.items()} == dict.fromkeys(
        refused, (403, "fresh-factor-needed")
    )
    assert (await masao.steps_up(f"POST {APPROVE}", passkey=True)).status == 303
    staff.watch.passes(minutes=5, seconds=1)
    late = await approves(masao, sha, stepped=False)
    assert (late.status, late.slug) == (403, "fresh-factor-needed")


async def _after(person: Person, action: str, sha: str) -> Any:
    assert (await person.steps_up(action, passkey=True)).status == 303
    return await approves(person, sha, stepped=False)


async def test_an_approver_who_signed_in_by_a_code_approves_nothing(
    office: Office, staff: Staff
) -> None:
    masao = office.masao
    await masao.steps_up("enrol", passkey=True)
    page = await masao.browser.get("/console/enrol")
    masao.secret = page.text.partition("<code>")[2][:32]
    code = masao.fresh_code()
    done = await masao.browser.post("/console/enrol", form_token=page.token, code=code)
    assert done.status == 303, done.text
    await masao.signs_in()  # by the code
    answer = await masao.calls("POST", APPROVE, json={"sha256": await sha256(office)})
    assert (answer.status, answer.slug) == (403, "insufficient-scope")
    await masao.signs_in(passkey=True)


async def test_a_plan_that_was_not_shown_is_not_approved(office: Office) -> None:
    answer = await approves(office.masao, "0" * 64)
    assert (answer.status, answer.slug) == (409, "not-what-was-shown")


async def test_the_database_lets_no_preparer_and_no_stranger_approve(
    office: Office, mall: Mall, staff: Staff
) -> None:
    async with mall.hub.pools.use("worker") as conn:
        of = await life(conn, ID)
    stranger = await staff.person("stranger", "hq")
    done = await office.both.calls("POST", f"{PATH}/prepare", json={"reason": "確認した"})
    assert done.status == 200, done.text
    for who, law in ((office.both, "approvals_four_eyes"), (stranger, "approvals_by_an_approver")):
        with pytest.raises(psycopg.errors.CheckViolation) as met:
            async with mall.hub.pools.use("worker") as conn:
                await conn.execute(
                    "INSERT INTO settlement.approvals VALUES (%s, %s, %s, %s, %s, %s)",
                    (ID, of.plan, of.prepared_by, who.person_id, mall.now, b"\0" * 32),
                )
        assert met.value.diag.constraint_name == law


async def test_a_cycle_is_approved_sent_and_settled_by_people(office: Office, mall: Mall) -> None:
    sha = await sha256(office)
    first = await approves(office.masao, sha)
    assert first.status == 200, first.text
    assert first.json["approved_by"] == office.masao.person_id
    again = await approves(office.masao, sha)
    assert again.content == first.content
    keiko = office.keiko
    unproved = await keiko.calls("POST", f"{PATH}/send")
    assert (unproved.status, unproved.slug) == (403, "fresh-factor-needed")
    assert (await keiko.steps_up(f"POST {PATH}/send")).status == 303
    sent = await keiko.calls("POST", f"{PATH}/send")
    assert sent.status == 200, sent.text
    assert all(one["approved_by"] == office.masao.person_id for one in sent.json["files"])
    no = await office.masao.calls("POST", f"{PATH}/send")
    assert no.status == 403, "an approver does not send"


async def test_what_the_bank_says_is_taken_in_by_a_person(office: Office, mall: Mall) -> None:
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    assert (await office.keiko.steps_up(f"POST {PATH}/send")).status == 303
    assert (await office.keiko.calls("POST", f"{PATH}/send")).status == 200
    await mall.turn_to(date(2026, 7, 30), time(10, 0))
    files = await office.finance.files()
    told = base64.b64encode(answered(files["zengin-91"].body, {})).decode()
    body = {"kind": "debit-results", "file": told}
    assert (await office.keiko.calls("POST", f"{PATH}/results", json=body)).status == 403
    assert (await office.keiko.steps_up(f"POST {PATH}/results")).status == 303
    done = await office.keiko.calls("POST", f"{PATH}/results", json=body)
    assert done.status == 200, done.text
    again = await office.keiko.calls("POST", f"{PATH}/results", json=body)
    assert again.content == done.content


async def test_what_is_approved_past_the_console_is_shown_at_the_next_sign_in(
    office: Office, mall: Mall
) -> None:
    async with mall.hub.pools.bare("worker") as conn:
        await conn.execute(
            "INSERT INTO settlement.plans SELECT cycle_id, 9, false, prepared_by, prepared_at,"
            " reason, transfers_on, debits_on FROM settlement.plans WHERE cycle_id = %s LIMIT 1",
            (ID,),
        )
        await conn.execute(
            "INSERT INTO settlement.approvals SELECT cycle_id, plan, prepared_by, 'cli:root',"
            " prepared_at, %s FROM settlement.plans WHERE cycle_id = %s AND plan = 9",
            (b"\0" * 32, ID),
        )
    page = await office.masao.signs_in(passkey=True)
    assert "cli:root" in page.text
    assert "approve 20260601 plan 9" in page.text
    number = page.text.partition('name="log" value="')[2].partition('"')[0]
    await office.masao.browser.post("/console/seen", form_token=page.token, log=number)
    assert "plan 9" not in (await office.masao.browser.get("/console")).text
    assert "plan 9" in (await office.keiko.browser.get("/console")).text, "each by themselves"
