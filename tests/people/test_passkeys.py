"""パスキー: what an authenticator must have said, and to whom; everything else is refused."""

import pytest

from auth.people import sessions
from auth.people.people import Given
from tests.people.persons import COOKIE, Page, Person, SoftKey, Staff


@pytest.fixture(scope="module")
async def masao(staff: Staff) -> Person:
    return await staff.person("masao", "finance-approver", passkey=True)


async def second(person: Person) -> Page:
    assert (await person.password()).status == 303
    return await person.browser.get("/console/second")


async def shown(person: Person, page: Page, credential: str) -> int:
    on = await person.browser.post("/console/second", form_token=page.token, credential=credential)
    return on.status


async def test_an_approver_makes_a_passkey_and_nothing_less(staff: Staff) -> None:
    one = await staff.invited("keiko", Given("finance-approver"))
    await one.browser.post(f"/console/welcome?key={one.key}", password="correct horse battery")
    page = await one.browser.get("/console/enrol")
    assert 'name="code"' not in page.text
    on = await one.browser.post("/console/enrol", form_token=page.token, code="123456")
    assert on.status == 403


async def test_a_passkey_lets_its_person_in(masao: Person) -> None:
    page = await second(masao)
    assert page.asked["rpId"] == "localhost"
    assert page.asked["userVerification"] == "required"
    assert await shown(masao, page, masao.passkey.proves(page.asked)) == 303


WRONG = {
    "another challenge": {"challenge": "A" * 43},
    "another origin": {"origin": "https://evil.example"},
    "a port beside": {"origin": "http://localhost:8001"},
    "a registration": {"type": "webauthn.create"},
}


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_an_answer_to_anything_else_is_refused(
    masao: Person, staff: Staff, wrong: str
) -> None:
    page = await second(masao)
    assert await shown(masao, page, masao.passkey.proves(page.asked, **WRONG[wrong])) == 401
    staff.watch.passes(minutes=16)


async def test_an_answer_for_another_host_is_refused(masao: Person, staff: Staff) -> None:
    page = await second(masao)
    masao.passkey.host = "evil.example"
    assert await shown(masao, page, masao.passkey.proves(page.asked)) == 401
    masao.passkey.host = "localhost"
    staff.watch.passes(minutes=16)


async def test_a_passkey_that_its_person_did_not_unlock_is_refused(
    masao: Person, staff: Staff
) -> None:
    page = await second(masao)
    assert await shown(masao, page, masao.passkey.proves(page.asked, flags=0x01)) == 401
    staff.watch.passes(minutes=16)


async def test_a_challenge_is_answered_once_even_wrongly(masao: Person, staff: Staff) -> None:
    page = await second(masao)
    wrong = masao.passkey.proves(page.asked, origin="https://evil.example")
    assert await shown(masao, page, wrong) == 401
    assert await shown(masao, page, masao.passkey.proves(page.asked)) == 401
    staff.watch.passes(minutes=16)
    page = await second(masao)
    answer = masao.passkey.proves(page.asked)
    assert await shown(masao, page, answer) == 303
    page = await second(masao)
    assert await shown(masao, page, answer) == 401, "another session, another challenge"
    staff.watch.passes(minutes=16)


async def test_a_challenge_is_taken_away_by_whoever_answers_it(masao: Person, staff: Staff) -> None:
    async with staff.mall.hub.pools.bare("app") as conn:
        now = staff.watch()
        visitor = sessions.Visitor("a test", "127.0.0.1")
        token = await sessions.begin(conn, visitor, now, person_id=masao.person_id)
        session = await sessions.find(conn, token, now)
        assert session is not None
        await sessions.challenge(conn, session, b"1", "sign-in", now)
        assert await sessions.challenged(conn, session, "enrol", now) is None, "another purpose"
        found = [await sessions.challenged(conn, session, "sign-in", now) for _ in range(2)]
        assert found == [b"1", None]


async def test_a_challenge_waits_five_minutes(masao: Person, staff: Staff) -> None:
    page = await second(masao)
    staff.watch.passes(minutes=5)
    assert await shown(masao, page, masao.passkey.proves(page.asked)) == 401
    staff.watch.passes(minutes=16)


async def test_a_copied_key_whose_counter_stands_still_is_refused(
    masao: Person, staff: Staff
) -> None:
    page = await second(masao)
    assert await shown(masao, page, masao.passkey.proves(page.asked)) == 303
    page = await second(masao)
    masao.passkey.counter -= 1
    assert await shown(masao, page, masao.passkey.proves(page.asked)) == 401
    masao.passkey.counter += 1
    staff.watch.passes(minutes=16)


async def test_anothers_passkey_is_refused(masao: Person, staff: Staff) -> None:
    other = await staff.person("kazuko", "hq", passkey=True)
    page = await second(masao)
    assert await shown(masao, page, other.passkey.proves(page.asked)) == 401
    stranger = SoftKey()
    stranger.id = masao.passkey.id
    page = await second(masao)
    stranger.counter = 99
    assert await shown(masao, page, stranger.proves(page.asked)) == 401
    staff.watch.passes(minutes=16)


async def test_what_is_no_answer_at_all_is_refused(masao: Person, staff: Staff) -> None:
    for junk in ("{}", "[]", "nonsense", '{"id": 1}', '{"id": "%%%"}', "x" * 20_000):
        page = await second(masao)
        assert await shown(masao, page, junk) == 401, junk[:20]
        staff.watch.passes(minutes=16)


async def test_a_key_made_elsewhere_or_for_another_is_not_kept(staff: Staff) -> None:
    one = await staff.invited("maker", Given("hq"))
    await one.browser.post(f"/console/welcome?key={one.key}", password="correct horse battery")
    bad = [
        {"origin": "https://evil.example"},
        {"challenge": "A" * 43},
        {"type": "webauthn.get"},
        {"flags": 0x41},  # nobody unlocked it
    ]
    for other in bad:
        page = await one.browser.get("/console/enrol")
        told = {"credential": one.passkey.makes(page.asked, **other)}  # type: ignore[arg-type]
        on = await one.browser.post("/console/enrol", form_token=page.token, **told)
        assert on.status == 401, other
    page = await one.browser.get("/console/enrol")
    told = {"credential": one.passkey.makes(page.asked)}
    assert (await one.browser.post("/console/enrol", form_token=page.token, **told)).status == 303


async def test_another_factor_is_made_only_with_one_just_shown(staff: Staff) -> None:
    one = await staff.person("adder", "hq")
    page = await one.browser.get("/console/enrol")
    assert page.to.startswith("/console/step-up?action=enrol")
    assert (await one.steps_up("enrol")).status == 303
    page = await one.browser.get("/console/enrol")
    told = {"credential": one.passkey.makes(page.asked)}
    on = await one.browser.post("/console/enrol", form_token=page.token, **told)
    assert (on.status, on.to) == (303, "/console/sessions")
    assert COOKIE in one.browser.cookies
    await one.signs_in(passkey=True)
