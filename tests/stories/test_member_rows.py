"""会員の行: what a member, a till and the office may do with who somebody is; each story is named
after the row of the catalogue that it shows."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from click.testing import CliRunner, Result

from auth.scopes import MEMBER
from deploy.members_commands import members
from federation.register import card_number, check_digit
from tenants import enriching
from tests.auth.doors import Doors, Knocker, open_doors
from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, scopes_of
from tests.office import Office, card, office
from tests.people.persons import Watch, hurried

PHONE = "09012345678"
OF_AGE = {"of_age": True, "notice_version": 1}


class Letters:
    """What was sent by mail and by text, instead of sending it: the post itself is proved in
    tests/people."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self.on = True

    async def send(self, reader: str, *words: str) -> None:
        self.sent.put_nowait((reader, words[-1]))

    async def code(self, reader: str) -> str:
        """The code that came to a reader."""
        to, text = await asyncio.wait_for(self.sent.get(), 20)
        assert to == reader
        found = re.search(r"[0-9]{6}", text)
        assert found
        return found[0]


@pytest.fixture(scope="module")
async def doors(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doors]:
    async with open_doors(given, template, tmp_path_factory.mktemp("members")) as ours:
        yield ours


@pytest.fixture(scope="module")
def mall(doors: Doors) -> Mall:
    return doors.mall


@pytest.fixture(scope="module")
def letters(mall: Mall) -> Letters:
    ours = Letters()
    mall.hub.reception.send = ours.send
    mall.hub.reception.texts = ours  # type: ignore[assignment]
    return ours


@pytest.fixture(scope="module")
def watch(mall: Mall) -> Watch:
    return hurried(mall)


@pytest.fixture(scope="module")
async def clerk(mall: Mall) -> Office:
    return await office(mall)


@pytest.fixture(scope="module")
def bakery(doors: Doors) -> Shop:
    return doors.bakery  # type: ignore[attr-defined,no-any-return]


@pytest.fixture(scope="module")
async def app(doors: Doors) -> Knocker:
    """The members' app of the operator's."""
    return await doors.app(tenant="operator", scopes=scopes_of(MEMBER))


class Mine:
    """A member with the app in their hand."""

    def __init__(self, doors: Doors, token: str) -> None:
        self.doors = doors
        self.headers = {"authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, **sent: Any) -> Answered:
        return await self.doors.ask(method, path, headers=self.headers, **sent)

    async def get(self, path: str) -> Answered:
        return await self.ask("GET", path)

    async def put(self, path: str, **told: Any) -> Answered:
        return await self.ask("PUT", path, json=told)

    async def post(self, path: str, **told: Any) -> Answered:
        return await self.ask("POST", path, json=told)


async def held_by(app: Knocker, member: Member) -> Mine:
    """The app, allowed by this member to do all that an app may."""
    app.doors.member_id = member.member_id
    given = await app.given(scope=" ".join(scopes_of(MEMBER)))
    return Mine(app.doors, given["access_token"])


async def anyone(mall: Mall, path: str, **told: Any) -> Answered:
    async with mall.http.post(mall.url + path, json=told) as answer:
        return Answered(answer.status, await answer.read(), answer.headers)


async def joins(mall: Mall, letters: Letters, **told: Any) -> Answered:
    """The whole way: a contact, the code that comes, a card."""
    begun = await anyone(mall, "/v1/sign-ups", **OF_AGE, **told)
    assert begun.status == 202, begun
    code = await letters.code(told.get("email") or told["phone"])
    return await anyone(
        mall, "/v1/sign-ups/confirmations", sign_up=begun.json["sign_up"], code=code
    )


async def whose(mall: Mall, carrier: str) -> int:
    found = await mall.value(
        "SELECT member_id FROM federation.carriers WHERE carrier = %s", carrier
    )
    assert found is not None
    return int(found)


async def rewarded(mall: Mall, member: Member) -> int:
    """What a member has once all that was told is booked; a busy hour puts that off."""
    waits = "SELECT count(*) FROM tenants.enrichments WHERE booked_at IS NULL"
    async with asyncio.timeout(60), mall.hub.pools.bare("worker") as conn:
        while await mall.value(waits):
            await enriching.book_rewards(conn, mall.hub.desk, mall.hub.mall, mall.now)
    return await mall.points_of(member)


async def told_by(mall: Mall, member: Member, notices: int) -> None:
    """Wait until a member was told so often; the hub's own noticer tells."""
    query = "SELECT count(*) FROM tenants.member_notices WHERE member_id = %s"
    async with asyncio.timeout(60):
        while await mall.value(query, member.member_id) < notices:  # noqa: ASYNC110  the hub's work
            await asyncio.sleep(0.05)


# --- M2 会員登録の簡単さ


async def test_m2_one_field_makes_a_member_with_a_card_that_earns_and_spends(
    mall: Mall, letters: Letters, watch: Watch, bakery: Shop, clerk: Office
) -> None:
    joined = await joins(mall, letters, email="ichiro@example.jp")
    assert joined.status == 201, joined
    number = joined.json["card"]
    assert len(number) == 16
    assert check_digit(number[:-1]) == int(number[-1])
    ichiro = Member(await whose(mall, number), number)
    assert (await bakery.sells(ichiro, yen=1_100))["points"] == 10
    assert (await bakery.accepts(ichiro, points=4))["redeemed_points"] == 4
    known = await clerk.client.get(clerk.path(ichiro, "/profile"))
    assert known.json["profile"] == {"email": "ichiro@example.jp"}
    file = (await clerk.client.get(clerk.path(ichiro, "/export"))).json
    (agreed,) = file["consents"]
    assert (agreed["notice"], agreed["version"], agreed["given"], agreed["how"]) == (
        "joint-use", 1, True, "page",
    )  # fmt: skip
    assert [one["what"] for one in file["acts"]] == ["joined"]


async def test_m2_a_phone_does_as_well_and_leads_to_the_member(
    mall: Mall, letters: Letters, watch: Watch, bakery: Shop
) -> None:
    joined = await joins(mall, letters, phone=PHONE)
    assert joined.status == 201, joined
    found = await bakery.post("/v1/member-lookups", till="T01", phone="090-1234-5678")
    assert found.status == 200
    assert found.json["may"] == ["accrue"]
    again = await joins(mall, letters, phone=PHONE)
    assert (again.status, again.slug) == (409, "contact-known")
    assert set(again.json) == {"type", "status", "title", "title_en", "staff_text", "do"}


REFUSED = [
    ({"email": "a@example.jp", "phone": PHONE}, 400, "validation"),
    ({}, 400, "validation"),
    ({"email": "nobody"}, 400, "validation"),
    ({"email": "a@example.jp", "of_age": False}, 409, "too-young"),
    ({"email": "a@example.jp", "birth_on": "2013-06-04"}, 409, "too-young"),
    ({"email": "a@example.jp", "notice_version": 2}, 409, "notice-moved"),
]


@pytest.mark.parametrize(("told", "status", "slug"), REFUSED)
async def test_m2_who_may_not_join_is_told_why(
    mall: Mall, letters: Letters, watch: Watch, told: dict[str, Any], status: int, slug: str
) -> None:
    refused = await anyone(mall, "/v1/sign-ups", **{**OF_AGE, **told})
    assert (refused.status, refused.slug) == (status, slug)


async def test_m2_thirteen_on_the_birthday_itself_is_old_enough(
    mall: Mall, letters: Letters, watch: Watch
) -> None:
    assert mall.today.isoformat() == "2026-06-03"
    joined = await joins(mall, letters, email="young@example.jp", birth_on="2013-06-03")
    assert joined.status == 201, joined


async def test_m2_a_code_is_good_once_for_fifteen_minutes_and_five_guesses(
    mall: Mall, letters: Letters, watch: Watch
) -> None:
    begun = await anyone(mall, "/v1/sign-ups", **OF_AGE, email="guess@example.jp")
    code = await letters.code("guess@example.jp")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    told = {"sign_up": begun.json["sign_up"]}
    path = "/v1/sign-ups/confirmations"
    for _ in range(5):
        assert (await anyone(mall, path, **told, code=wrong)).slug == "wrong-code"
    assert (await anyone(mall, path, **told, code=code)).slug == "wrong-code"
    begun = await anyone(mall, "/v1/sign-ups", **OF_AGE, email="guess@example.jp")
    code = await letters.code("guess@example.jp")
    told = {"sign_up": begun.json["sign_up"]}
    watch.passes(minutes=15)
    assert (await anyone(mall, path, **told, code=code)).slug == "wrong-code"
    begun = await anyone(mall, "/v1/sign-ups", **OF_AGE, email="guess@example.jp")
    told = {"sign_up": begun.json["sign_up"]}
    code = await letters.code("guess@example.jp")
    assert (await anyone(mall, path, **told, code=code)).status == 201
    assert (await anyone(mall, path, **told, code=code)).slug == "wrong-code"
    made_up = {"sign_up": begun.json["sign_up"][:-4] + "AAAA"}
    assert (await anyone(mall, path, **made_up, code=code)).slug == "wrong-code"


async def test_m2_nobody_is_flooded_with_codes(mall: Mall, letters: Letters, watch: Watch) -> None:
    for _ in range(3):
        assert (await anyone(mall, "/v1/sign-ups", **OF_AGE, email="f@example.jp")).status == 202
        await letters.code("f@example.jp")
    refused = await anyone(mall, "/v1/sign-ups", **OF_AGE, email="F@example.jp")
    assert (refused.status, refused.slug) == (429, "rate-limited")
    assert refused.headers["retry-after"] == "900"
    assert letters.sent.empty()
    watch.passes(minutes=16)


async def test_m2_an_unregistered_card_earns_and_spends_only_once_it_is_registered(
    mall: Mall, letters: Letters, watch: Watch, bakery: Shop, clerk: Office
) -> None:
    number = card()
    went_out = await clerk.client.post("/v1/admin/blank-cards", cards=[number])
    assert went_out.status == 201, went_out
    again = await clerk.client.post("/v1/admin/blank-cards", cards=[card(), number])
    assert again.slug == "card-known"
    bearer = Member(await whose(mall, number), number)
    assert (await bakery.sells(bearer, yen=1_100))["points"] == 10
    refused = await bakery.post("/v1/redemptions", **bakery.spending(bearer, 5))
    assert (refused.status, refused.slug, refused.json["do"]) == (
        409, "card-not-registered", "ask-member",
    )  # fmt: skip
    looked = await bakery.post("/v1/member-lookups", till="T01", card=number)
    assert looked.json["may"] == ["accrue"]
    assert (await clerk.freeze(bearer)).slug == "card-not-registered"
    joined = await joins(mall, letters, email="bearer@example.jp", card=number)
    assert (joined.status, joined.json) == (201, {"card": number})
    assert (await bakery.accepts(bearer, points=5))["redeemed_points"] == 5
    other = await joins(mall, letters, email="thief@example.jp", card=number)
    assert (other.status, other.slug) == (409, "card-known")
    nobody = await joins(mall, letters, email="thief@example.jp", card=card())
    assert (nobody.status, nobody.slug) == (404, "not-found")


async def test_m2_the_counter_registers_a_card_by_writing_whose_it_is(
    mall: Mall, bakery: Shop, clerk: Office
) -> None:
    number = card()
    await clerk.client.post("/v1/admin/blank-cards", cards=[number])
    bearer = Member(await whose(mall, number), number)
    await bakery.sells(bearer, yen=1_100)
    assert (await clerk.write(bearer)).status == 200
    refused = await bakery.post("/v1/redemptions", **bakery.spending(bearer, 5))
    assert refused.slug == "card-not-registered", "nothing was said of who it is"
    assert (await clerk.write(bearer, name="山田 花子")).status == 200
    assert (await bakery.accepts(bearer, points=5))["redeemed_points"] == 5
    acts = (await clerk.client.get(clerk.path(bearer, "/export"))).json["acts"]
    assert [one["what"] for one in acts] == ["profile-written", "registered"]


async def test_m2_what_is_told_later_is_rewarded_once_per_field(
    mall: Mall, app: Knocker, clerk: Office
) -> None:
    hanako = await mall.member()
    await clerk.write(hanako, sex="female")
    mine = await held_by(app, hanako)
    told = {"name": "山田 花子", "birth_on": "1990-05-05", "sex": "female", "postcode": "760-0011"}
    first = await mine.put("/v1/me/profile", **told)
    assert first.status == 200, first
    worth = {one["field"]: one["points"] for one in first.json["rewarded"]}
    assert worth == {"name": 10, "birth_on": 10, "postcode": 10}, "what was known earns nothing"
    assert await rewarded(mall, hanako) == 30
    assert (await mine.put("/v1/me/profile", **told)).json["rewarded"] == []
    moved = await mine.put("/v1/me/profile", postcode="770-0001", name="山田 華子")
    assert moved.json["profile"]["postcode"] == "7700001"
    assert moved.json["rewarded"] == []
    await clerk.write(hanako, name="山田 花子", birth_on="1990-05-05")  # sex and postcode are gone
    assert (await mine.put("/v1/me/profile", postcode="760-0011")).json["rewarded"] == []
    assert await rewarded(mall, hanako) == 30
    file = (await clerk.client.get(clerk.path(hanako, "/export"))).json
    assert len(file["entries"]) == 3


async def test_m2_a_birthday_is_mended_once_by_the_office_alone(
    mall: Mall, app: Knocker, clerk: Office
) -> None:
    hanako = await mall.member()
    mine = await held_by(app, hanako)
    assert (await mine.put("/v1/me/profile", birth_on="1990-05-05")).status == 200
    assert (await mine.put("/v1/me/profile", birth_on="1990-05-06")).slug == "birth-date-fixed"
    assert (await clerk.write(hanako, birth_on="1990-05-06")).status == 200
    assert (await clerk.write(hanako, birth_on="1990-05-06", name="花子")).status == 200
    assert (await clerk.write(hanako, birth_on="1990-05-07")).slug == "birth-date-fixed"
    assert (await clerk.write(hanako, name="花子")).slug == "birth-date-fixed"


async def test_m2_what_joining_takes_is_dated_and_told(mall: Mall, clerk: Office) -> None:
    async def today() -> Any:
        async with mall.http.get(f"{mall.url}/v1/joining") as answer:
            return await answer.json()

    begin = await today()
    assert begin == {
        "minimum_age_years": 13, "notice_version": 1,
        "rewards": {"birth_on": 10, "name": 10, "postcode": 10, "sex": 10},
    }  # fmt: skip
    later = {"from_on": (mall.today + timedelta(days=1)).isoformat(), "reason": "規約改定"}
    for path, told in (
        ("minimum-age", {"years": 16}),
        ("rewards", {"field": "sex", "points": 0}),
    ):
        put = await clerk.client.ask("PUT", f"/v1/admin/joining/{path}", json={**told, **later})
        assert put.status == 204, put
        twice = await clerk.client.ask("PUT", f"/v1/admin/joining/{path}", json={**told, **later})
        assert twice.slug == "day-decided"
    assert await today() == begin, "not before its day"


def test_drawn_card_numbers_are_sound() -> None:
    drawn = {card_number() for _ in range(200)}
    assert len(drawn) == 200
    for one in drawn:
        assert one.startswith("6304")
        doubled = [int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(one)]
        assert sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


# --- at once


async def waits(mall: Mall, letters: Letters, **told: Any) -> dict[str, str]:
    """A sign-up whose code has come."""
    begun = await anyone(mall, "/v1/sign-ups", **OF_AGE, **told)
    assert begun.status == 202, begun
    code = await letters.code(told.get("email") or told["phone"])
    return {"sign_up": begun.json["sign_up"], "code": code}


async def all_at_once(mall: Mall, waiting: list[dict[str, str]]) -> list[str]:
    """Every code typed in the same moment; who was let in, and why not the others."""
    path = "/v1/sign-ups/confirmations"
    answers = await asyncio.gather(*(anyone(mall, path, **one) for one in waiting))
    return sorted(one.slug or str(one.status) for one in answers)


@pytest.mark.parametrize("kind", ["phone", "email"])
async def test_sign_ups_of_one_contact_at_once_make_one_member(
    mall: Mall, letters: Letters, watch: Watch, kind: str
) -> None:
    members = "SELECT count(*) FROM federation.members"
    for turn in range(5):
        contact = f"0901111000{turn}" if kind == "phone" else f"race{turn}@example.jp"
        waiting = [await waits(mall, letters, **{kind: contact}) for _ in range(3)]
        before = await mall.value(members)
        assert await all_at_once(mall, waiting) == ["201", "contact-known", "contact-known"]
        assert await mall.value(members) == before + 1, "who was too late left nothing behind"
    watch.passes(minutes=16)


async def test_one_code_typed_many_times_at_once_makes_one_member(
    mall: Mall, letters: Letters, watch: Watch
) -> None:
    one = await waits(mall, letters, email="twice@example.jp")
    found = await all_at_once(mall, [one] * 4)
    assert found.count("201") == 1
    assert set(found) <= {"201", "wrong-code", "contact-known"}


async def test_registrations_of_one_card_at_once_make_it_one_members(
    mall: Mall, letters: Letters, watch: Watch, clerk: Office
) -> None:
    for turn in range(5):
        number = card()
        await clerk.client.post("/v1/admin/blank-cards", cards=[number])
        waiting = [
            await waits(mall, letters, email=f"r{turn}-{one}@example.jp", card=number)
            for one in range(4)
        ]
        found = await all_at_once(mall, waiting)
        assert found == ["201", "card-known", "card-known", "card-known"]
        query = "SELECT count(*) FROM tenants.consents WHERE member_id = %s"
        assert await mall.value(query, await whose(mall, number)) == 1
    watch.passes(minutes=16)


async def test_a_reward_is_booked_once_however_many_ask_for_it(
    mall: Mall, app: Knocker, clerk: Office
) -> None:
    hanako = await mall.member()
    mine = await held_by(app, hanako)
    told = {"name": "花子", "sex": "female"}
    await asyncio.gather(*(mine.put("/v1/me/profile", **told) for _ in range(6)))
    assert await rewarded(mall, hanako) == 20
    async with mall.hub.pools.bare("worker") as conn:
        await conn.execute("UPDATE tenants.enrichments SET booked_at = NULL")  # a mark was lost
        await enriching.book_rewards(conn, mall.hub.desk, mall.hub.mall, mall.now)
        assert await enriching.book_rewards(conn, mall.hub.desk, mall.hub.mall, mall.now) == 0
    assert await rewarded(mall, hanako) == 20


async def test_a_member_says_in_which_language_and_how_many_days_before(
    mall: Mall, app: Knocker, clerk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = await mall.member()
    mine = await held_by(app, jane)
    before = (await mine.get("/v1/me/reminders")).json
    assert (before["lang"], before["expiry_days"]) == ("ja", None)
    assert before["agreed_expiry_days"] == [60, 30, 7]
    said = await mine.put("/v1/me/reminders", lang="en", expiry_days=[14, 3, 14])
    assert (said.status, said.json["expiry_days"]) == (200, [3, 14]), said
    for wrong in ({"lang": "fr"}, {"expiry_days": [0]}, {"dormant_days": [1, 2, 3, 4, 5, 6]}):
        assert (await mine.put("/v1/me/reminders", **wrong)).status == 400
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)

    async def meguri(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, members, ["wishes", *words])

    done = await meguri(clerk.handle(jane), "--expiry-days", "agreed", "--dormant-days", "none")
    assert done.exit_code == 0, done.output
    assert "60, 30, 7 (agreed)" in done.output
    told = (await mine.get("/v1/me/reminders")).json
    assert (told["lang"], told["expiry_days"], told["dormant_days"]) == ("en", None, [])
    assert (await meguri(clerk.handle(jane), "--expiry-days", "soon")).exit_code == 2
    assert (await meguri("nobody")).exit_code == 1


async def test_m2_what_telling_more_is_worth_is_a_bonus_of_whoever_pays_for_it(
    mall: Mall, app: Knocker, clerk: Office
) -> None:
    """Of the rule `profile:FIELD`, from a day on the promotion fund's; what was told before stays
    the operator's."""
    operator, funds = clerk.client, "/v1/admin/joining/rewards"
    hanako, taro = await mall.members(2)
    first = await (await held_by(app, hanako)).put("/v1/me/profile", name="花子")
    assert first.json["rewarded"], first
    told = {"field": "name", "points": 20, "from_on": str(mall.today + timedelta(days=1)),
            "funder": "promotion", "reason": "販促会議"}  # fmt: skip
    assert (await operator.ask("PUT", funds, json=told)).status == 204
    wrong = {**told, "field": "sex", "funder": "nobody"}
    nobody = await operator.ask("PUT", funds, json=wrong)
    assert (nobody.status, nobody.json["pointer"]) == (400, "/funder")
    await mall.turn_to(mall.today + timedelta(days=1))
    await (await held_by(app, taro)).put("/v1/me/profile", name="太郎")
    booked = """
        SELECT entries.kind, lots.rule, parties.code, lots.points, lots.expires_on
        FROM federation.lots INNER JOIN federation.entries USING (member_id, entry_id)
        INNER JOIN tenants.parties ON parties.party_id = lots.funder_id WHERE member_id = %s
    """
    async with mall.hub.pools.bare("auditor") as conn:
        found = [
            await (await conn.execute(booked, (one.member_id,))).fetchall()
            for one in (hanako, taro)
        ]
    last = date(2028, 3, 31)
    assert found == [
        [("bonus", "profile:name", "operator", 10, last)],
        [("bonus", "profile:name", "promotion", 20, last)],
    ]
    assert await mall.broken() == []
