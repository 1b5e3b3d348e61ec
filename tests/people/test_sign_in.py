"""ログイン: what lets a person in, and everything that does not."""

import asyncio
import re
from datetime import timedelta

import pytest
from psycopg import AsyncConnection

from auth.people import factors, people, sessions
from auth.people.people import Given
from tests.mall import Mall
from tests.people.persons import COOKIE, ORIGIN, PASSWORD, Browser, Page, Person, Staff, key_of

HOME = "/console"


@pytest.fixture(scope="module")
async def hanako(staff: Staff) -> Person:
    return await staff.person("hanako", "hq")


async def inside(browser: Browser) -> bool:
    return (await browser.get(HOME)).status == 200


async def test_a_password_alone_opens_nothing(hanako: Person) -> None:
    assert (await hanako.password()).status == 303
    page = await hanako.browser.get(HOME)
    assert (page.status, page.to) == (303, "/console/sign-in?return_to=%2Fconsole")
    assert (await hanako.browser.api("GET", "/v1/entries")).status == 401


async def test_a_sign_in_gives_a_session_a_new_name_and_the_old_one_opens_nothing(
    hanako: Person,
) -> None:
    await hanako.password()
    half = hanako.browser.cookies[COOKIE]
    page = await hanako.browser.get("/console/second")
    on = await hanako.browser.post(
        "/console/second", form_token=page.token, code=hanako.fresh_code()
    )
    assert (on.status, on.to) == (303, HOME)
    whole = hanako.browser.cookies[COOKIE]
    assert half != whole
    assert await inside(hanako.browser)
    hanako.browser.cookies[COOKIE] = half
    assert not await inside(hanako.browser)
    assert (await hanako.browser.get("/console/second")).status == 303, "there is no such session"


async def test_the_cookie_is_this_hosts_alone_and_no_script_reads_it(hanako: Person) -> None:
    await hanako.signs_in()
    await hanako.password()
    (told,) = hanako.browser.set
    assert told.startswith(f"{COOKIE}=")
    words = {word.strip().lower() for word in told.split(";")[1:]}
    assert {"path=/", "secure", "httponly", "samesite=strict"} <= words
    assert not any(word.startswith(("domain", "max-age", "expires")) for word in words)


async def test_a_code_is_used_once(hanako: Person) -> None:
    code = hanako.fresh_code()
    for expected in (303, 401):
        await hanako.password()
        page = await hanako.browser.get("/console/second")
        on = await hanako.browser.post("/console/second", form_token=page.token, code=code)
        assert on.status == expected, on.text


async def test_two_at_once_with_the_same_code_are_one(staff: Staff) -> None:
    one = await staff.person("twice", "hq")
    halves = []
    for _ in range(2):
        browser = Browser(one.mall)
        await browser.post("/console/sign-in", login="twice", password=PASSWORD)
        halves.append((browser, (await browser.get("/console/second")).token))
    code = one.fresh_code()
    answers = await asyncio.gather(
        *(b.post("/console/second", form_token=token, code=code) for b, token in halves)
    )
    assert sorted(one.status for one in answers) == [303, 401]
    async with staff.mall.hub.pools.bare("app") as conn:
        used = (await factors.secret_of(conn, one.person_id)).totp_step
        again = {"person_id": one.person_id, "step": used}
        assert (await conn.execute(factors.USE_STEP, again)).rowcount == 0


async def test_signing_out_ends_the_session_for_good(hanako: Person) -> None:
    page = await hanako.signs_in()
    was = hanako.browser.cookies[COOKIE]
    on = await hanako.browser.post("/console/sign-out", form_token=page.token)
    assert (on.status, COOKIE in hanako.browser.cookies) == (303, False)
    hanako.browser.cookies[COOKIE] = was
    assert not await inside(hanako.browser)


@pytest.mark.parametrize(
    ("busy_every", "for_", "there"),
    [(0, timedelta(minutes=14), True), (0, timedelta(minutes=15), False),
     (10, timedelta(minutes=470), True), (10, timedelta(hours=8), False)],
)  # fmt: skip
async def test_a_session_idles_a_quarter_of_an_hour_and_lives_eight(
    hanako: Person, mall: Mall, busy_every: int, for_: timedelta, there: bool
) -> None:
    async with mall.hub.pools.bare("app") as conn:
        now = hanako.watch()
        visitor = sessions.Visitor("a test", "127.0.0.1")
        token = await sessions.begin(conn, visitor, now, person_id=hanako.person_id, factor="totp")
        seen, last = timedelta(), for_
        while busy_every and seen + timedelta(minutes=busy_every) < last:
            seen += timedelta(minutes=busy_every)
            await sessions.find(conn, token, now + seen)
        assert (await sessions.find(conn, token, now + last) is not None) is there


async def test_half_a_sign_in_waits_ten_minutes(staff: Staff, hanako: Person) -> None:
    await hanako.password()
    staff.watch.passes(minutes=10)
    page = await hanako.browser.get("/console/second")
    assert (page.status, page.to.partition("?")[0]) == (303, "/console/sign-in")


def same(one: Page, other: Page) -> bool:
    """Alike to the byte, and in every header but the clock's."""
    heads = [
        {name.lower(): value for name, value in page.headers.items() if name.lower() != "date"}
        for page in (one, other)
    ]
    return (one.status, one.content, heads[0]) == (other.status, other.content, heads[1])


async def test_whoever_guesses_learns_nothing_from_the_answer(staff: Staff) -> None:
    """A wrong password, nobody of that name, a shut account, the right password of a shut one."""
    victim = await staff.person("victim", "hq")
    staff.watch.passes(minutes=16)
    wrong = await victim.password("not the password")
    nobody = await Browser(staff.mall).post(
        "/console/sign-in", login="nobody at all", password=PASSWORD
    )
    assert wrong.status == 401
    assert same(wrong, nobody)
    staff.watch.passes(minutes=16)
    for _ in range(5):
        assert (await victim.password("not the password")).status == 401
    shut = await victim.password()
    assert same(wrong, shut)
    staff.watch.passes(minutes=16)
    assert (await victim.password()).status == 303


async def test_failures_are_counted_by_address_too_and_written_down(staff: Staff) -> None:
    other = await staff.person("other", "hq")
    staff.watch.passes(minutes=16)
    for number in range(5):
        await Browser(staff.mall).post(
            "/console/sign-in", login=f"guess-{number}", password="whatever it is"
        )
    assert (await other.password()).status == 401, "the address is shut"
    lines = await staff.mall.value(
        "SELECT array_agg(what ORDER BY log_id) FROM (SELECT * FROM auth.people_log"
        " ORDER BY log_id DESC LIMIT 6) AS last"
    )
    assert lines == ["password-wrong"] * 5 + ["locked-out"]
    forged = await other.browser.ask(
        "POST", "/console/sign-in", data={"login": "other", "password": PASSWORD},
        headers={"origin": ORIGIN, "x-forwarded-for": "203.0.113.9"},
    )  # fmt: skip
    assert forged.status == 401, "no header is believed"
    staff.watch.passes(minutes=16)
    assert (await other.password()).status == 303


async def test_a_hundred_guesses_at_once_are_five(staff: Staff) -> None:
    one = await staff.person("storm", "hq")
    staff.watch.passes(minutes=16)
    asked = [
        Browser(staff.mall).post("/console/sign-in", login="storm", password=f"guess number {n}")
        for n in range(40)
    ]
    await asyncio.gather(*asked)
    tried = await staff.mall.value(
        "SELECT count(*) FROM auth.people_log WHERE what = 'password-wrong' AND person_id = %s",
        one.person_id,
    )
    assert tried <= 5
    staff.watch.passes(minutes=16)


async def test_second_factors_are_counted_too(staff: Staff) -> None:
    one = await staff.person("digits", "hq")
    staff.watch.passes(minutes=16)
    await one.password()
    page = await one.browser.get("/console/second")
    for number in range(5):
        await one.browser.post("/console/second", form_token=page.token, code=f"00000{number}")
    right = await one.browser.post("/console/second", form_token=page.token, code=one.fresh_code())
    assert right.status == 401
    staff.watch.passes(minutes=16)


FORMS = [
    "/console/sign-out", "/console/seen", "/console/sessions", "/console/step-up",
]  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
async def test_no_other_site_presses_a_button(hanako: Person, staff: Staff, path: str) -> None:
    page = await hanako.signs_in()
    other = await staff.person(f"other-{path[9:]}", "hq")
    theirs = await other.browser.get(HOME)
    browser, own = hanako.browser, page.token
    tries = {
        "no token": await browser.post(path, key="others"),
        "a wrong token": await browser.post(path, form_token="0" * 64),
        "another's token": await browser.post(path, form_token=theirs.token),
        "no origin": await browser.post(path, origin=None, form_token=own),
        "another origin": await browser.post(path, origin="https://evil.example", form_token=own),
        "a null origin": await browser.post(path, origin="null", form_token=own),
        "JSON": await browser.ask(
            "POST", path, json={"form_token": own}, headers={"origin": ORIGIN}
        ),
    }
    assert {name: one.status for name, one in tries.items()} == dict.fromkeys(tries, 403)
    assert await inside(browser)


async def test_a_password_is_not_taken_from_another_site(hanako: Person) -> None:
    for origin in (None, "https://evil.example"):
        told = {"login": hanako.login, "password": PASSWORD}
        on = await hanako.browser.post("/console/sign-in", origin=origin, **told)
        assert on.status == 403


async def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(
    staff: Staff,
) -> None:
    hanako = await staff.person("sessions", "hq")
    first = Browser(staff.mall)
    first.cookies = dict(hanako.browser.cookies)
    await hanako.signs_in()
    page = await hanako.browser.get("/console/sessions")
    (key,) = set(re.findall(r'name="key" value="([0-9a-f]{16})"', page.text)) - {"others"}
    mallory = await staff.person("mallory", "hq")
    theirs = await mallory.browser.get("/console/sessions")
    shut = await mallory.browser.post("/console/sessions", form_token=theirs.token, key=key)
    assert shut.status == 404
    assert await inside(first)
    await hanako.browser.post("/console/sessions", form_token=page.token, key=key)
    assert not await inside(first)
    assert await inside(hanako.browser)


async def test_a_link_is_good_once_and_looking_does_not_use_it_up(staff: Staff) -> None:
    one = await staff.invited("newcomer", Given("hq"))
    path = f"/console/welcome?key={one.key}"
    assert [(await one.browser.get(path)).status for _ in range(2)] == [200, 200]
    weak = await one.browser.post(path, password="password")
    assert weak.status == 400
    assert (await one.browser.post(path, password=PASSWORD)).status == 303
    assert (await one.browser.post(path, password="another good one")).status == 404
    assert (await one.browser.get(path)).status == 404
    assert not await inside(one.browser), "a second factor is still to be made"
    late = await staff.invited("latecomer", Given("hq"))
    staff.watch.passes(hours=72)
    assert (await late.browser.get(f"/console/welcome?key={late.key}")).status == 404


async def test_whoever_comes_back_has_nothing_left_of_before(staff: Staff) -> None:
    one = await staff.person("forgetful", "hq")
    await one.signs_in()
    async with staff.mall.hub.pools.bare("worker") as conn:
        key = await people.recover(conn, one.person_id, "cli:root", staff.watch())
    before, old_secret = dict(one.browser.cookies), one.secret
    assert await inside(one.browser), "the link alone changes nothing"
    one.key, one.browser = key, Browser(staff.mall)
    await one.welcomed()
    stolen = Browser(staff.mall)
    stolen.cookies = before
    assert not await inside(stolen)
    assert one.secret != old_secret


async def test_a_role_that_is_taken_away_is_gone_at_once(staff: Staff) -> None:
    one = await staff.person("leaving", "hq", "admin")
    assert (await one.browser.get("/console/people")).status == 200
    async with staff.mall.hub.pools.bare("worker") as conn:
        await people.take(conn, one.person_id, Given("admin"), "cli:root", staff.watch())
    assert (await one.browser.get("/console/people")).status == 403
    async with staff.mall.hub.pools.bare("worker") as conn:
        await people.disable(conn, one.person_id, "cli:root", staff.watch())
    assert not await inside(one.browser)
    assert (await one.password()).status == 401


async def test_an_administrator_invites_with_a_fresh_second_factor_and_not_itself(
    staff: Staff,
) -> None:
    admin = await staff.person("admin", "admin")
    page = await admin.browser.get("/console/people")
    asked = {"login": "taro", "name": "太郎", "role": "hq", "form_token": page.token}
    on = await admin.browser.post("/console/people", **asked)
    assert on.to.startswith("/console/step-up?action=people")
    assert (await admin.steps_up("people")).status == 303
    done = await admin.browser.post("/console/people", **asked)
    assert done.status == 200, done.text
    found = re.search(r"(http[^<]+/console/welcome\?key=[^<]+)<", done.text)
    assert found
    assert (await Browser(staff.mall).get(f"/console/welcome?key={key_of(found[1])}")).status == 200
    own = f"/console/people/{admin.person_id}"
    for do in ({"do": "give", "role": "hq"}, {"do": "recover"}, {"do": "disable"}):
        shut = await admin.browser.post(own, form_token=page.token, **do)
        assert (shut.status, "自分の権限" in shut.text) == (409, True)
    staff.watch.passes(minutes=5, seconds=1)
    on = await admin.browser.post("/console/people", **{**asked, "login": "jiro"})
    assert on.status == 303, "five minutes are over"


async def test_the_database_itself_lets_nobody_give_themselves_a_role(
    staff: Staff, hanako: Person
) -> None:
    with pytest.raises(Exception, match="person_roles_check"):
        async with staff.mall.hub.pools.use("worker") as conn:
            await conn.execute(
                "INSERT INTO auth.person_roles VALUES (%s, false, 'admin', 0, %s, now())",
                (hanako.person_id, hanako.person_id),
            )
    for role in ("app", "counter", "desk", "auditor"):
        with pytest.raises(Exception, match="permission denied"):
            async with await AsyncConnection.connect(staff.mall.hub.settings.url(role)) as conn:
                await conn.execute("INSERT INTO auth.person_roles DEFAULT VALUES")


async def test_what_was_logged_is_changed_by_nobody_who_serves(staff: Staff) -> None:
    for role in ("app", "worker", "auditor"):
        for change in ("UPDATE auth.people_log SET who = ''", "DELETE FROM auth.people_log"):
            with pytest.raises(Exception, match="permission denied"):
                async with staff.mall.hub.pools.use(role) as conn:
                    await conn.execute(change)  # type: ignore[arg-type]


async def test_pages_of_people_are_kept_nowhere_framed_nowhere_and_run_only_our_scripts(
    hanako: Person,
) -> None:
    page = await hanako.browser.get("/console/sign-in")
    policy = page.headers["content-security-policy"]
    for word in ("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'",
                 "form-action 'self'", "base-uri 'none'"):  # fmt: skip
        assert word in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-store"
    # With `no-referrer` a browser names no origin, not even to ourselves.
    assert page.headers["referrer-policy"] == "same-origin"


async def test_a_page_leads_to_the_host_that_cookies_belong_to(hanako: Person) -> None:
    page = await hanako.browser.get("/console/sign-in", host="127.0.0.1:8000")
    assert (page.status, page.to) == (303, f"{ORIGIN}/console/sign-in")


async def test_another_password_of_ones_own_ends_the_other_sessions(staff: Staff) -> None:
    one = await staff.person("changer", "hq")
    other = Browser(staff.mall)
    other.cookies = dict(one.browser.cookies)
    await one.signs_in()
    page = await one.browser.get("/console/sessions")
    asked = {"form_token": page.token, "password": "another good password"}
    first = await one.browser.post("/console/password", **asked)
    assert first.to.startswith("/console/step-up?action=enrol")
    assert (await one.steps_up("enrol")).status == 303
    weak = await one.browser.post("/console/password", **{**asked, "password": "password"})
    assert weak.status == 400
    assert (await one.browser.post("/console/password", **asked)).status == 303
    assert not await inside(other)
    assert await inside(one.browser)
    assert (await one.password()).status == 401
    assert (await one.password("another good password")).status == 303


async def test_a_form_that_is_too_large_is_refused(hanako: Person) -> None:
    for path in ("/console/sign-in", "/console/sign-out"):
        on = await hanako.browser.post(path, login="x" * 40_000)
        assert on.status == 413, on.text


async def test_whoever_stopped_before_the_second_factor_goes_on_with_the_password(
    mall: Mall, staff: Staff
) -> None:
    """The phone with the app lay at home: the link is used up, and nobody has to be asked again."""
    who = await staff.invited("wasuremono", Given("hq"))
    assert (await who.password()).status == 401, "without a password of one's own"
    on = await who.browser.post(f"/console/welcome?key={who.key}", password=PASSWORD)
    assert on.status == 303
    assert (await who.password()).status == 303
    assert not await inside(who.browser)
    page = await who.browser.get("/console/second")
    assert page.to.startswith("/console/enrol")
    page = await who.browser.get("/console/enrol")
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found
    who.secret = found.group(1)
    on = await who.browser.post("/console/enrol", form_token=page.token, code=who.code())
    assert on.status == 303
    assert await inside(who.browser)
    late = await staff.invited("okure", Given("hq"))
    await late.browser.post(f"/console/welcome?key={late.key}", password=PASSWORD)
    late.watch.passes(minutes=72 * 60 + 1)
    assert (await late.password()).status == 401, "as long as the link would have lasted"
