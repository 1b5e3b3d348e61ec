"""他サイトからの送信: every form of every page, sent by whoever may send it, from elsewhere or
without the page's token: nothing is done. And what those pages answer is kept by nobody."""

import re

import pytest

from auth.gate import ANYONE, NOBODY, doors
from auth.people.people import Given
from deploy.app import create_app
from tests.mall import Mall
from tests.people.persons import Page, Person, Staff
from tests.people.test_member_card import here

NOT_OURS = "この画面から送られた操作ではない"
JUNK = "0" * 64


@pytest.fixture(scope="module")
async def everybody(mall: Mall, staff: Staff) -> list[Person]:
    """People who may, together, open every page."""
    bakery = await mall.shop("bakery")
    office = ("hq", "support", "finance-preparer", "auditor")
    return [
        await staff.person("office", *office, passkey=True),
        await staff.person("approver", "finance-approver", passkey=True),
        await staff.person("admin", "admin", passkey=True),
        await staff.person("shop", Given("shop", bakery.shop_id), passkey=True),
        await staff.person("tenant", Given("tenant", bakery.tenant_id), passkey=True),
    ]


def pages(mall: Mall, method: str) -> list[str]:
    """Every page of people who signed in, with a 1 for whatever it names."""
    return [
        re.sub(r"{[^}]+}", "1", one.path) for one in doors(create_app(mall.hub.settings).routes)
        if one.method == method and one.path.startswith(("/console", "/portal"))
        and one.requires not in (ANYONE, NOBODY)
    ]  # fmt: skip


async def sent(who: Person, path: str, **told: str) -> Page:
    """A form without a good token; where a fresh factor is asked for first, with one."""
    answer = await who.browser.post(path, **told)
    if answer.status == 303 and answer.to.startswith("/console/step-up?action="):
        action = answer.to.partition("action=")[2].partition("&")[0].replace("%20", " ")
        assert (await who.steps_up(action, passkey=True)).status == 303, action
        answer = await who.browser.post(path, **told)
    return answer


async def test_no_form_is_taken_without_the_token_of_its_page(
    mall: Mall, everybody: list[Person]
) -> None:
    taken, asked_of = [], 0
    for path in pages(mall, "POST"):
        if path in ("/console/branding", "/console/cycles/1/results"):  # they send files: below
            continue
        for told in ({}, {"form_token": JUNK}):
            answers = [await sent(who, path, **told) for who in everybody]
            if any(one.status != 403 for one in answers):
                taken.append((path, told, [(one.status, one.to) for one in answers]))
            asked_of += any(NOT_OURS in one.text for one in answers)
    assert taken == []
    assert asked_of >= 80, "somebody who may send it was refused for the token alone"


async def test_no_form_is_taken_that_another_site_sends(
    mall: Mall, everybody: list[Person]
) -> None:
    """Signed in or not in time, with the page's own token or without."""
    office = everybody[0]
    token = await office.form_token()
    for path in pages(mall, "POST"):
        for origin in ("https://evil.example", "null", "http://localhost:8000.evil.example", None):
            answer = await office.browser.post(path, origin=origin, form_token=token)
            assert (answer.status, NOT_OURS in answer.text) == (403, True), (path, origin)


async def test_a_form_with_a_file_needs_the_token_too(everybody: list[Person]) -> None:
    office = everybody[0]
    kind = {"content-type": "multipart/form-data; boundary=b", "origin": office.browser.origin}
    named = 'Content-Disposition: form-data; name="form_token"'
    body = f"--b\r\n{named}\r\n\r\n{JUNK}\r\n--b--\r\n".encode()
    for path in ("/console/branding", "/console/cycles/2026-06-01/results"):
        answer = await office.browser.ask("POST", path, data=body, headers=kind)
        if answer.status == 303:
            assert (await office.steps_up(f"POST {path}", passkey=True)).status == 303
            answer = await office.browser.ask("POST", path, data=body, headers=kind)
        assert (answer.status, NOT_OURS in answer.text) == (403, True), path


async def test_what_people_are_shown_is_kept_by_nobody_and_runs_nothing_of_others(
    mall: Mall, everybody: list[Person]
) -> None:
    """Every page and every sheet that opens: `no-store`, its kind as said, no script of others."""
    opened, wrong = 0, []
    for path in pages(mall, "GET"):
        if path == "/console/live":  # a stream that stays open
            continue
        for who in everybody:
            answer = await who.browser.get(path)
            if answer.status != 200:
                continue
            opened += 1
            told = {name.lower(): value for name, value in answer.headers.items()}
            policy = told.get("content-security-policy", "")
            if "no-store" not in told.get("cache-control", ""):
                wrong.append((path, "cache-control"))
            if told.get("x-content-type-options") != "nosniff":
                wrong.append((path, "x-content-type-options"))
            if told["content-type"].startswith("text/html") and not (
                "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
                and "unsafe" not in policy
            ):  # fmt: skip
                wrong.append((path, "content-security-policy"))
            break
    assert wrong == []
    assert opened >= 60


def turned_away(answer: Page) -> bool:
    """Refused, or sent to where one signs in, as the half of a sign-in that is not there is."""
    return answer.status == 403 or answer.to.startswith("/member/sign-in")


async def test_a_members_forms_are_taken_from_here_alone_and_with_their_token(
    mall: Mall, staff: Staff
) -> None:
    """Every form of the member site, and what it shows: kept by nobody. Signing in and joining
    have no session yet, so they need our own origin alone."""
    browser = await here(mall, staff, await mall.member())
    alone = ("/member/sign-in", "/member/join", "/member/password", "/member/not-me")
    routes = [
        (one.method, re.sub(r"{[^}]+}", "1", one.path))
        for one in doors(create_app(mall.hub.settings).routes) if one.path.startswith("/member")
    ]  # fmt: skip
    forms = [path for method, path in routes if method == "POST"]
    for path in forms:
        for origin in ("https://evil.example", "null", None):
            answer = await browser.post(path, origin=origin, form_token=JUNK)
            assert turned_away(answer), (path, origin, answer.status)
        if not path.startswith(alone) and path != "/member/welcome":
            answer = await browser.post(path, form_token=JUNK)
            assert turned_away(answer), path
    assert len(forms) >= 20
    for path in ("/member/card", "/member/points", "/member/history", "/member/history.csv",
                 "/member/profile", "/member/export.json", "/member/notices"):  # fmt: skip
        answer = await browser.get(path)
        assert (answer.status, answer.headers.get("cache-control")) == (200, "no-store"), path
