"""人の記録: what was done about people is found by whoever may, each look is in the trail, and no
chore takes a line away."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from auth.scopes import OPERATOR
from deploy.cli import main
from deploy.clock import wall
from deploy.jobs import chores
from deploy.jobs.table import JOBS
from deploy.jobs.tools import Moment, Tools
from federation.days import day_of
from tests.mall import Client, Mall
from tests.people.persons import Browser, Person, Staff

LOG = "/v1/admin/audit/people"
ELEVEN_YEARS = timedelta(days=11 * 366)
KEPT = "SELECT md5(string_agg(l::text, '' ORDER BY log_id)) FROM auth.people_log AS l"
ACTS = "SELECT md5(string_agg(a::text, '' ORDER BY act_id)) FROM audit.acts AS a WHERE act_id <= %s"


@pytest.fixture(scope="module")
async def auditor(mall: Mall, staff: Staff) -> Person:
    """Somebody signed in who may look; before that a guess at somebody else's account."""
    await staff.person("victim", "hq")
    await Browser(mall).post("/console/sign-in", login="victim", password="not the password")
    await Browser(mall).post(
        "/member/sign-in", who="hanako@example.jp", password="not the password"
    )
    member = await mall.member()
    async with mall.hub.pools.use("app") as conn:
        await conn.execute(
            "INSERT INTO auth.people_log (at, what, who, member_id, told, address)"
            " VALUES (now(), 'member-code-wrong', '', %s, '', '198.51.100.7')",
            (member.member_id,),
        )
    return await staff.person("auditor", "auditor")


async def kept(mall: Mall, **asked: Any) -> list[Any]:
    """What the operator is told, newest first."""
    answer = await (await mall.operator()).get(LOG, **asked)
    assert answer.status == 200, answer
    return list(answer.json["lines"])


async def test_the_log_is_found_by_day_event_person_member_and_address(
    mall: Mall, auditor: Person
) -> None:
    wrong, *_ = await kept(mall, what="password-wrong")
    assert (wrong["login"], wrong["who"], wrong["address"]) == ("victim", "", "127.0.0.1")
    theirs = await kept(mall, person="victim")
    assert {one["login"] for one in theirs} == {"victim"}
    assert theirs == await kept(mall, person=wrong["person_id"])
    invited = [one for one in theirs if one["what"] == "invited"]
    assert [one["who"] for one in invited] == ["cli:root"]
    assert await kept(mall, what="invited", who="cli:nobody") == []
    (member,) = await kept(mall, address="198.51.100.7")
    assert (member["what"], member["login"]) == ("member-code-wrong", None)
    assert await kept(mall, member=member["member"]) == [member]
    tomorrow = day_of(wall()) + timedelta(days=1)
    assert await kept(mall, from_on=tomorrow) == []
    assert await kept(mall, to_on=tomorrow - timedelta(days=5)) == []
    assert len(await kept(mall, from_on=tomorrow - timedelta(days=1))) > 5


async def test_it_is_paged_and_a_spreadsheets_and_others_are_shut_out(
    mall: Mall, auditor: Person
) -> None:
    await mall.shop("bakery")
    operator = await mall.operator()
    first = await operator.get(LOG, limit=2)
    rest = await operator.get(LOG, limit=200, after=first.json["next"])
    ids = [one["log_id"] for one in first.json["lines"] + rest.json["lines"]]
    assert (ids, rest.json["next"]) == (sorted(set(ids), reverse=True), None)
    told = await operator.ask("GET", LOG, headers={"accept": "text/csv"})
    rows = list(csv.reader(io.StringIO(told.content.decode("utf-8-sig"))))
    assert {int(row[0]) for row in rows[1:]} >= set(ids)
    assert (await operator.get(LOG, member="a" * 26)).status == 404
    assert (await operator.get(LOG, what="a\0b")).status == 404
    trail = await mall.register("bakery", OPERATOR, ["audit:read"])
    assert (await Client(mall, "bakery", trail).get(LOG)).status == 403, "another right"
    other = Client(mall, "bakery", await mall.register("bakery", OPERATOR, ["audit:people"]))
    assert (await other.get(LOG, after=first.json["next"])).status == 404, "another's cursor"
    member = (await kept(mall, what="member-code-wrong"))[0]["member"]
    assert (await other.get(LOG, member=member)).status == 404, "another's handle"


async def test_who_looks_stands_in_the_trail_by_api_page_and_command_line(
    mall: Mall, auditor: Person
) -> None:
    member = (await kept(mall, what="member-code-wrong"))[0]["member"]
    page = await auditor.browser.get(f"/console/audit/people?member={member}")
    assert member in page.text.partition("<tbody>")[2]
    assert "会員：確認コードが違いました" in page.text
    sheet = await auditor.browser.get("/console/audit/people.csv?what=signed-in&lang=en")
    assert (sheet.status, sheet.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    await mall.hub.trail.flush()
    acts = (await (await mall.operator()).get("/v1/admin/audit", verb="audit/people")).json["acts"]
    assert {one["verb"] for one in acts} == {
        f"GET {LOG}", "GET /console/audit/people", "GET /console/audit/people.csv",
    }  # fmt: skip
    by_page = [one for one in acts if one["verb"] == "GET /console/audit/people"]
    assert [(one["person_id"], one["object"]) for one in by_page] == [(auditor.person_id, member)]


async def test_the_command_line_finds_it_too_and_leaves_its_rows(
    mall: Mall, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOGNAME", "keiko")

    async def said(*words: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, main, ["audit", *words])

    told = await said("people", "--what", "password-wrong")
    assert told.exit_code == 0, told.output
    assert "password-wrong victim - 127.0.0.1" in told.output
    member = (await kept(mall, what="member-code-wrong"))[0]["member"]
    found = (await said("people", "--member", member)).output
    assert f"member-code-wrong {member} - 198.51.100.7" in found
    sheet = (await said("people", "--csv", "--person", "victim")).output
    assert "victim" in sheet
    assert "auditor" not in sheet
    assert (await said("people", "--member", "nobody")).exit_code == 1
    looked = (await said("list", "--actor", "cli:keiko", "--verb", "audit")).output
    assert looked.count("meguri audit people 200") == 3
    of_members = (await said("list", "--actor", "cli:keiko", "--kind", "member")).output
    assert f"meguri audit people 200 member {member}" in of_members
    assert "meguri audit list …" in looked, "it sees its own look begin"


async def test_finance_searches_the_trail_and_only_who_guards_people_their_sign_ins(
    staff: Staff,
) -> None:
    may = {}
    for role in ("finance-preparer", "finance-approver", "auditor", "admin", "hq", "support"):
        person = await staff.person(f"a-{role}", role, passkey=True)
        may[role] = [
            (await person.browser.get(f"/console/audit{rest}")).status for rest in ("", "/people")
        ]
    assert may == {
        "finance-preparer": [200, 403], "finance-approver": [200, 403], "auditor": [200, 200],
        "admin": [403, 200], "hq": [200, 403], "support": [403, 403],
    }  # fmt: skip


async def test_a_member_is_told_of_sign_ins_in_the_own_name(mall: Mall, auditor: Person) -> None:
    (line,) = await kept(mall, what="member-code-wrong")
    told = await (await mall.operator()).get(f"/v1/admin/members/{line['member']}/export")
    assert told.json["sign_ins"] == [
        {"what": "member-code-wrong", "at": line["at"], "address": "198.51.100.7"}
    ]
    assert told.json["devices"] == []


async def test_no_chore_takes_a_line_away_however_old_it_is(
    mall: Mall, auditor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = mall.hub
    await ours.trail.flush()
    last = await mall.value("SELECT max(act_id) FROM audit.acts")
    before = await mall.value(KEPT), await mall.value(ACTS, last)
    assert None not in before
    monkeypatch.setattr(chores, "wall", lambda: wall() + ELEVEN_YEARS)
    tools = Tools(
        ours.settings, ours.pools, ours.desk, ours.clock, ours._keep, ours.mall, ours.gifts
    )
    then = wall() + ELEVEN_YEARS
    for job in JOBS:
        await job.do(tools, Moment(then, then))
    assert (await mall.value(KEPT), await mall.value(ACTS, last)) == before
    assert (await auditor.browser.get("/console")).status == 303, "the chores swept, sessions too"
