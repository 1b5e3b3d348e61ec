"""会員のログイン: from a new device a code by mail (M12), through a real SMTP server."""

import asyncio
import re
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from auth.people.mail import Post
from auth.people.subjects import sign_in_at
from federation import profiles
from federation.profiles import Profile
from tests.mall import Mall, Member
from tests.people.persons import PASSWORD, Browser, Page, Staff, key_of

EMAIL = "hanako@example.jp"
COOKIE, DEVICE = "__Host-meguri-member", "__Host-meguri-device"


class Mailbox:
    """A mail server on loopback, and what came."""

    def __init__(self) -> None:
        self.letters: asyncio.Queue[EmailMessage] = asyncio.Queue()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        self.letters.put_nowait(letter)
        return "250 OK"

    async def comes(self) -> EmailMessage:
        return await asyncio.wait_for(self.letters.get(), 20)


def text(letter: EmailMessage) -> str:
    return str(letter.get_content())


@pytest.fixture(scope="module")
async def mailbox(mall: Mall) -> AsyncIterator[Mailbox]:
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    mall.hub.reception.send = Post(f"smtp://127.0.0.1:{port}", "point@example.jp").send
    yield box
    server.close()
    await server.wait_closed()


@pytest.fixture(scope="module")
async def hanako(mall: Mall, staff: Staff, mailbox: Mailbox) -> Member:
    """A member who has chosen a password."""
    one = await mall.member()
    async with mall.hub.pools.use("worker") as conn:
        await profiles.write(conn, one.member_id, Profile(name="花子", email=EMAIL), mall.now)
    browser = Browser(mall)
    assert (await browser.post("/member/password", login=EMAIL)).status == 200
    letter = await mailbox.comes()
    assert letter["To"] == EMAIL
    found = re.search(r"http\S+key=\S+", text(letter))
    assert found
    path = f"/member/welcome?key={key_of(found[0])}"
    assert (await browser.post(path, password="password")).status == 400
    assert (await browser.get(path)).status == 200
    assert (await browser.post(path, password=PASSWORD)).status == 303
    assert (await browser.post(path, password=PASSWORD)).status == 404, "good once"
    return one


async def signs_in(browser: Browser, login: str, password: str = PASSWORD) -> Page:
    return await browser.post("/member/sign-in", login=login, password=password)


async def code_for(browser: Browser, mailbox: Mailbox, code: str | None = None) -> Page:
    """Type the code that came, or another."""
    page = await browser.get("/member/code")
    found = re.search(r"[0-9]{6}", text(await mailbox.comes()))
    assert found
    told = {"form_token": page.token, "code": code or found[0]}
    return await browser.post("/member/code", **told)


async def test_a_new_device_needs_a_code_and_is_known_afterwards(
    mall: Mall, hanako: Member, mailbox: Mailbox
) -> None:
    browser = Browser(mall)
    on = await signs_in(browser, EMAIL)
    assert (on.status, on.to.partition("?")[0]) == (303, "/member/code")
    assert (await browser.get("/member")).status == 303, "half of it opens nothing"
    assert (await code_for(browser, mailbox)).to == "/member"
    assert (await browser.get("/member")).status == 200
    browser.cookies.pop(COOKIE)
    again = await signs_in(browser, EMAIL)
    (told,) = browser.set
    assert "samesite=lax" in told.lower(), "an app may send its member here to authorize it"
    assert DEVICE in browser.cookies
    assert (again.status, again.to) == (303, "/member"), "no code from a known device"
    assert mailbox.letters.empty()


async def test_a_card_leads_to_the_same_member(
    mall: Mall, hanako: Member, mailbox: Mailbox
) -> None:
    browser = Browser(mall)
    assert (await signs_in(browser, hanako.card)).to == "/member/code"
    assert (await code_for(browser, mailbox)).status == 303


async def test_a_wrong_code_is_refused_and_five_shut_the_door(
    mall: Mall, staff: Staff, hanako: Member, mailbox: Mailbox
) -> None:
    browser = Browser(mall)
    await signs_in(browser, EMAIL)
    page = await browser.get("/member/code")
    found = re.search(r"[0-9]{6}", text(await mailbox.comes()))
    assert found
    wrong = f"{(int(found[0]) + 1) % 10**6:06}"
    for _ in range(5):
        on = await browser.post("/member/code", form_token=page.token, code=wrong)
        assert on.status == 401
    assert (await browser.post("/member/code", form_token=page.token, code=found[0])).status == 401
    staff.watch.passes(minutes=16)


async def test_a_code_waits_five_minutes_and_is_of_one_sign_in(
    mall: Mall, staff: Staff, hanako: Member, mailbox: Mailbox
) -> None:
    one, other = Browser(mall), Browser(mall)
    await signs_in(one, EMAIL)
    first = re.search(r"[0-9]{6}", text(await mailbox.comes()))
    await signs_in(other, EMAIL)
    await mailbox.comes()
    assert first
    page = await other.get("/member/code")
    on = await other.post("/member/code", form_token=page.token, code=first[0])
    assert on.status == 401, "another sign-in's code"
    page = await one.get("/member/code")
    staff.watch.passes(minutes=5)
    on = await one.post("/member/code", form_token=page.token, code=first[0])
    assert on.status == 401, "over"
    staff.watch.passes(minutes=16)


async def test_whoever_guesses_members_learns_nothing(
    mall: Mall, staff: Staff, hanako: Member, mailbox: Mailbox
) -> None:
    browser = Browser(mall)
    wrong = await signs_in(browser, EMAIL, "not the password")
    nobody = await signs_in(browser, "nobody@example.jp")
    assert (wrong.status, wrong.content) == (nobody.status, nobody.content)
    sent = await browser.post("/member/password", login="nobody@example.jp")
    known = await browser.post("/member/password", login=EMAIL)
    assert (sent.status, sent.content) == (known.status, known.content)
    await mailbox.comes()
    assert mailbox.letters.empty()
    staff.watch.passes(minutes=16)


async def test_a_members_session_opens_no_console_and_the_other_way_round(
    mall: Mall, staff: Staff, hanako: Member, mailbox: Mailbox
) -> None:
    browser = Browser(mall)
    await signs_in(browser, EMAIL)
    await code_for(browser, mailbox)
    person = await staff.person("clerk", "hq")
    member, clerk = browser.cookies[COOKIE], person.browser.cookies["__Host-meguri"]
    thief = Browser(mall)
    thief.cookies = {"__Host-meguri": member, COOKIE: clerk}
    assert (await thief.get("/console")).status == 303
    assert (await thief.get("/member")).status == 303
    assert (await thief.get("/v1/entries")).status == 401


async def test_a_member_comes_back_to_where_it_was_asked_and_nowhere_else(
    mall: Mall, hanako: Member, mailbox: Mailbox
) -> None:
    onward = "/oauth/authorize?client_id=c_x&state=1"
    browser = Browser(mall)
    on = await browser.post(sign_in_at(onward), login=EMAIL, password=PASSWORD)
    page = await browser.get(on.to)
    found = re.search(r"[0-9]{6}", text(await mailbox.comes()))
    assert found
    back = await browser.post(on.to, form_token=page.token, code=found[0])
    assert back.to == onward
    evil = "/member/sign-in?return_to=https%3A%2F%2Fevil.example%2F"
    browser.cookies.pop(COOKIE)
    on = await browser.post(evil, login=EMAIL, password=PASSWORD)
    assert on.to == "/member"


async def test_a_member_who_leaves_is_signed_out(
    mall: Mall, hanako: Member, mailbox: Mailbox
) -> None:
    browser = Browser(mall)
    await signs_in(browser, hanako.card)
    await code_for(browser, mailbox)
    assert (await browser.get("/member")).status == 200
    async with await mall.hub.pools.desk() as conn:
        await conn.execute(
            "UPDATE federation.members SET state = 'withdrawn', left_at = %s WHERE member_id = %s",
            (mall.now, hanako.member_id),
        )
        await conn.execute(
            "UPDATE federation.wallets SET state = 'withdrawn' WHERE member_id = %s",
            (hanako.member_id,),
        )
    assert (await browser.get("/member")).status == 303
    assert (await signs_in(Browser(mall), EMAIL)).status == 401
