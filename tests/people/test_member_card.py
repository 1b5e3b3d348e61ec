"""会員のページ: joining, the card on the screen, 「心当たりがない」, LINE; M2, M4, M7, M60 as a
member meets them."""

import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from msgspec import json

from auth.line import AUTHORIZE, CERTS, TOKEN, Line
from auth.people import drawing, sessions
from auth.people.people import Given
from auth.people.sessions import Visitor
from tenants import noticing, personal_file
from tests.mall import WHY, Mall, Member, Shop
from tests.office import Office, office
from tests.people.persons import Browser, Page, Staff
from tests.people.test_members import COOKIE, EMAIL, Mailbox, code_for, signs_in, text
from tests.people.test_members import hanako as hanako  # noqa: PLC0414  fixtures
from tests.people.test_members import mailbox as mailbox  # noqa: PLC0414
from tests.stories.test_member_rows import told_by, whose

CHANNEL, SECRET = "1234567890", "0123456789abcdef0123456789abcdef"
LINE_ID = "U" + "4af4980629".ljust(32, "0")


@pytest.fixture(scope="module")
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.fixture(scope="module")
async def clerk(mall: Mall) -> Office:
    return await office(mall)


async def here(mall: Mall, staff: Staff, member: Member) -> Browser:
    """A member's browser, signed in on a known device."""
    browser = Browser(mall)
    async with mall.hub.reception.door() as conn:
        visitor = Visitor("a test", "127.0.0.1")
        browser.cookies[COOKIE] = await sessions.begin(
            conn, visitor, staff.watch(), member_id=member.member_id, factor="device"
        )
    return browser


def number_on(page: Page) -> str:
    """The digits under the code."""
    found = re.search(r'class="number">([0-9 ]+)<', page.text)
    assert found, page.text
    return found[1].replace(" ", "")


# --- M2


async def test_m2_somebody_joins_with_one_field_and_sees_their_card(
    mall: Mall, staff: Staff, mailbox: Mailbox, bakery: Shop
) -> None:
    browser = Browser(mall)
    form = await browser.get("/member/join")
    assert form.status == 200
    assert len(re.findall(r"<input[^>]* required", form.text)) == 2, "one field, and a yes"
    told = {"contact": "jiro@example.jp", "of_age": "yes", "version": "1"}
    assert (await browser.post("/member/join", **{**told, "of_age": ""})).status == 409
    assert (await browser.post("/member/join", **{**told, "contact": "jiro"})).status == 400
    asked = await browser.post("/member/join", **told)
    assert asked.status == 200, asked.text
    sealed = re.search(r'name="sign_up" value="([^"]+)"', asked.text)
    code = re.search(r"[0-9]{6}", text(await mailbox.comes()))
    assert sealed
    assert code
    carried = {"sign_up": unescape(sealed[1])}
    wrong = f"{(int(code[0]) + 1) % 10**6:06}"
    assert (await browser.post("/member/join/code", **carried, code=wrong)).status == 401
    on = await browser.post("/member/join/code", **carried, code=code[0])
    assert (on.status, on.to.partition("?")[0]) == (303, "/member/card"), on.text
    card = await browser.get("/member/card")
    member_id = await mall.value(
        "SELECT member_id FROM federation.codes WHERE code = %s", number_on(card)
    )
    await bakery.sells(Member(member_id, number_on(card)), yen=1_100)
    home = await browser.get("/member/devices")
    on = await browser.post("/member/own-password", form_token=home.token)
    assert on.to.startswith("/member/welcome?key=")
    assert (await browser.post(on.to, password="correct horse battery")).status == 303
    again = await browser.get("/member/devices")
    assert "own-password" not in again.text


# --- M1


async def test_m1_people_at_a_place_see_what_their_role_says(
    mall: Mall, staff: Staff, bakery: Shop, clerk: Office
) -> None:
    hanako = await mall.member()
    told = {"name": "山田 花子", "birth_on": "1990-05-05", "sex": "female", "postcode": "7600011"}
    await clerk.write(hanako, **told)
    at_the_shop = await staff.person("shop", Given("shop", bakery.shop_id))
    at_the_place = await staff.person("place", Given("facility", mall.facilities["tokushima"]))
    at_headquarters = await staff.person("head", "hq")
    masked = {"rank": "general", "state": "active", "name": "山* 花*"}
    outline = {"sex": "female", "age_years": "30-39", "area": "760"}
    for person, tenant_id, more in (
        (at_the_shop, bakery.tenant_id, {}),
        (at_the_place, 1, outline),
        (at_headquarters, 1, outline),
    ):
        handle = mall.hub.names.seal("member", tenant_id, hanako.member_id)
        seen = await person.calls("GET", f"/v1/members/{handle}/profile")
        assert seen.json == {"member": handle, **masked, **more}, person.login
    for person, status in ((at_the_shop, 403), (at_the_place, 403), (at_headquarters, 200)):
        whole = await person.calls("GET", clerk.path(hanako, "/profile"))
        assert whole.status == status, person.login


# --- M4


async def test_m4_the_till_reads_the_code_on_the_screen_and_it_pays_once(
    mall: Mall, staff: Staff, bakery: Shop
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    page = await (await here(mall, staff, hanako)).get("/member/card")
    assert page.status == 200, page.text
    code = number_on(page)
    assert len(code) == 20
    assert '<meta http-equiv="refresh" content="60">' in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text, "it needs no script"
    spoken = drawing.spaced(code)
    assert f'aria-label="バーコード {spoken}"' in page.text
    assert f'aria-label="QRコード {spoken}"' in page.text
    assert drawing.bars(code).path in page.text
    assert drawing.square(code).path in page.text
    assert page.headers["cache-control"] == "no-store"
    shown = Member(hanako.member_id, code)
    assert (await bakery.accepts(shown, points=10))["redeemed_points"] == 10
    used = await bakery.post("/v1/redemptions", **bakery.spending(shown, 10))
    assert used.slug == "code-used"


async def test_m4_each_look_shows_another_code_until_there_were_too_many(
    mall: Mall, staff: Staff
) -> None:
    hanako = await mall.member()
    browser = await here(mall, staff, hanako)
    seen = {number_on(await browser.get("/member/card?lang=en")) for _ in range(10)}
    assert len(seen) == 10
    page = await browser.get("/member/card?lang=en")
    assert page.status == 200
    assert number_on(page) == hanako.card, "the card itself still earns"
    assert "Too many codes" in page.text
    assert 'content="300"' in page.text


async def test_m4_a_frozen_member_is_told_to_call_and_shows_no_code(
    mall: Mall, staff: Staff, clerk: Office
) -> None:
    hanako = await mall.member()
    await clerk.freeze(hanako)
    page = await (await here(mall, staff, hanako)).get("/member/card")
    assert "停止しています" in page.text
    assert number_on(page) == hanako.card


async def test_m4_nobody_sees_a_card_without_signing_in(mall: Mall, staff: Staff) -> None:
    for path in ("/member/card", "/member/notices", "/member/settings", "/member/agree"):
        on = await Browser(mall).get(path)
        assert (on.status, on.to.partition("?")[0]) == (303, "/member/sign-in"), path


def modules(path: str, width: int, line: int = 0) -> str:
    """What a scanner sees on one line of a drawing."""
    dark = [" "] * width
    for at, top, wide in re.findall(r"M(\d+) (\d+)h(\d+)v", path):
        if int(top) == line:
            dark[int(at) : int(at) + int(wide)] = "#" * int(wide)
    return "".join(dark)


def test_m4_the_bars_are_code128_of_pairs_with_their_quiet_zone() -> None:
    drawn = drawing.bars("63041234567890123456")
    # start, ten pairs, check: eleven modules each; stop: thirteen; ten of white on either side.
    assert drawn.width == 10 + 11 * 12 + 13 + 10
    seen = modules(drawn.path, drawn.width)
    assert seen.startswith(" " * 10 + "##" + " " + "#" + "  " + "###" + "  "), "start of set C"
    assert seen.rstrip().endswith("##   ### # ##"), "stop"
    assert len(seen) - len(seen.rstrip()) == 10


# --- M60


async def test_m60_a_members_page_lists_what_was_spent_and_freezes(
    mall: Mall, staff: Staff, bakery: Shop
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    await bakery.accepts(hanako, points=123)
    await told_by(mall, hanako, 1)
    browser = await here(mall, staff, hanako)
    page = await browser.get("/member/notices")
    assert "123 ポイントが使われました" in page.text
    found = re.search(r'name="notice" value="([a-z2-7]{26})"', page.text)
    assert found
    other = await here(mall, staff, await mall.member())
    token = (await other.get("/member/settings")).token
    told = {"notice": found[1]}
    assert (await other.post("/member/notices", form_token=token, **told)).status == 404
    assert (await browser.post("/member/notices", form_token="x", **told)).status == 403
    assert (await browser.post("/member/notices", form_token=page.token, **told)).status == 303
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 5))
    assert refused.slug == "card-not-active"
    assert "停止しました" in (await browser.get("/member/notices")).text


async def test_m60_a_mails_link_asks_first_and_freezes_once(
    mall: Mall, staff: Staff, bakery: Shop, clerk: Office
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    await bakery.accepts(hanako, points=7)
    await told_by(mall, hanako, 1)
    notice_id = await mall.value(
        "SELECT notice_id FROM tenants.member_notices WHERE member_id = %s", hanako.member_id
    )
    link = noticing.not_me_link(
        "http://localhost:8000", mall.hub.names, hanako.member_id, notice_id
    )
    path = link.removeprefix("http://localhost:8000")
    browser = Browser(mall)
    for _ in range(2):
        assert "心当たりがありませんか" in (await browser.get(path)).text
    assert (await bakery.accepts(hanako, points=1))["redeemed_points"] == 1, "looking does nothing"
    assert (await browser.post(path, origin="https://evil.example")).status == 403
    assert "停止し" in (await browser.post(path)).text
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 5))
    assert refused.slug == "card-not-active"
    assert (await clerk.freeze(hanako, "unfreeze")).status == 204
    assert (await browser.post(path)).status == 200
    assert (await bakery.accepts(hanako, points=1))["redeemed_points"] == 1, "good once"
    for made_up in (path[:-1] + ("a" if path[-1] != "a" else "b"), "/member/not-me", path + "x"):
        assert (await browser.get(made_up)).status == 404
    notice = mall.hub.names.seal("notice", hanako.member_id, notice_id)
    assert (await browser.get(f"/member/not-me?key={notice}")).status == 404, "another kind of name"


# --- consents, mails


async def test_a_new_version_of_the_notice_is_asked_at_the_next_sign_in(
    mall: Mall, staff: Staff, hanako: Member, mailbox: Mailbox, clerk: Office
) -> None:
    async with mall.hub.pools.use("worker") as conn:
        words = ("改めた文", "The new words")
        await personal_file.add_notice(conn, "joint-use", date(2026, 6, 1), words, WHY)
    browser = Browser(mall)
    await signs_in(browser, EMAIL)
    on = await code_for(browser, mailbox)
    assert on.to == "/member/agree?return_to=%2Fmember"
    page = await browser.get(on.to)
    assert "改めた文" in page.text
    later = await browser.post(on.to, form_token=page.token, version="2", answer="later")
    assert later.to.partition("?")[0] == "/member"
    browser.cookies.pop(COOKIE)
    on = await signs_in(browser, EMAIL)
    assert on.to.startswith("/member/agree"), "asked again"
    page = await browser.get(on.to)
    agreed = await browser.post(on.to, form_token=page.token, version="2", answer="agree")
    assert agreed.to.partition("?")[0] == "/member"
    browser.cookies.pop(COOKIE)
    assert (await signs_in(browser, EMAIL)).to == "/member"
    file = (await clerk.client.get(clerk.path(hanako, "/export"))).json
    assert [(one["version"], one["given"]) for one in file["consents"]] == [(2, True)]


async def test_mails_are_chosen_on_a_page(mall: Mall, staff: Staff) -> None:
    hanako = await mall.member()
    browser = await here(mall, staff, hanako)
    page = await browser.get("/member/settings")
    assert page.text.count(" checked") == len(noticing.KINDS)
    told = {kind: "yes" for kind in noticing.KINDS if kind != "birthday"}
    on = await browser.post("/member/settings", form_token=page.token, **told)
    assert on.status == 303
    async with mall.hub.pools.use("worker") as conn:
        wanted = await noticing.choices(conn, hanako.member_id)
    assert [kind for kind, yes in wanted.items() if not yes] == ["birthday"]
    assert "LINE" not in page.text, "off until a channel is named"


# --- M7 LINE連携


class AtLine:
    """Exchanges with LINE, as its documentation writes them: no claim of having met the service."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", {"kid": "k-1", "alg": "ES256", "use": "sig"})
        self.asked: list[tuple[str, Any]] = []
        self.alg = "HS256"
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        self.now = 0

    async def call(self, url: str, form: Any) -> bytes:
        self.asked.append((url, form))
        if url == CERTS:
            return json.encode({"keys": [self.key.as_dict(private=False)]})
        assert url == TOKEN
        told = {
            "access_token": "bNl4YEFPI/hjFWhTqexp4MuEw5YPs", "expires_in": 2592000,
            "id_token": self.id_token(), "refresh_token": "Aa1FdeggRhTnPNNpxr8p",
            "scope": "openid", "token_type": "Bearer",
        }  # fmt: skip
        return json.encode(told)

    def id_token(self) -> str:
        """An ID token as web sign-in gets it, or as an app does."""
        claims = {
            "iss": "https://access.line.me", "sub": LINE_ID, "aud": CHANNEL, "amr": ["pwd"],
            "iat": self.now, "exp": self.now + 3600, "nonce": self.nonce, **self.claims,
        }  # fmt: skip
        if self.alg == "HS256":
            return jwt.encode({"alg": "HS256", "typ": "JWT"}, claims, OctKey.import_key(SECRET))
        if self.alg == "none":
            head, body = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET)).split(".")[
                :2
            ]
            return f"eyJhbGciOiJub25lIn0.{body}."
        head = {"alg": "ES256", "typ": "JWT", "kid": "k-1"}
        return jwt.encode(head, claims, self.key)


@pytest.fixture
async def line(mall: Mall, staff: Staff) -> AsyncIterator[AtLine]:
    there = AtLine()
    there.now = int(staff.watch().timestamp())
    mall.hub.reception.line = Line(CHANNEL, SECRET, there.call)
    yield there
    mall.hub.reception.line = None


async def to_line(browser: Browser, there: AtLine) -> dict[str, str]:
    """Press the button; what LINE is asked."""
    page = await browser.get("/member/settings")
    assert "form-action 'self' https://access.line.me;" in page.headers["content-security-policy"]
    on = await browser.post("/member/line", form_token=page.token)
    assert on.status == 303
    assert on.to.startswith(AUTHORIZE + "?")
    asked = {name: one[0] for name, one in parse_qs(urlsplit(on.to).query).items()}
    there.nonce = asked["nonce"]
    return asked


async def back(browser: Browser, asked: dict[str, str], code: str = "b5fd32eacc791df") -> Page:
    """LINE sends the browser back."""
    return await browser.get(f"/member/line/back?code={code}&state={asked['state']}")


@pytest.mark.parametrize("alg", ["HS256", "ES256"])
async def test_m7_line_leads_to_the_same_member_and_unlinking_keeps_the_member(
    mall: Mall, staff: Staff, line: AtLine, clerk: Office, alg: str
) -> None:
    hanako, line.alg = await mall.member(), alg
    browser = await here(mall, staff, hanako)
    asked = await to_line(browser, line)
    assert asked["response_type"] == "code"
    assert (asked["client_id"], asked["scope"]) == (CHANNEL, "openid")
    assert asked["redirect_uri"] == "http://localhost:8000/member/line/back"
    assert asked["code_challenge_method"] == "S256"
    assert SECRET not in str(asked)
    assert (await back(browser, asked)).to.partition("?")[0] == "/member/settings"
    url, form = line.asked[0]
    assert url == TOKEN
    assert set(form) == {
        "grant_type", "code", "redirect_uri", "client_id", "client_secret", "code_verifier",
    }  # fmt: skip
    assert await whose(mall, f"line:{LINE_ID}") == hanako.member_id
    found = await clerk.client.post("/v1/admin/member-searches", line=LINE_ID)
    assert found.json["member"] == clerk.handle(hanako)
    page = await browser.get("/member/settings")
    assert "LINE と連携しています" in page.text
    assert (await back(browser, asked)).status == 403, "each try is answered once"
    other = await here(mall, staff, await mall.member())
    taken = await back(other, await to_line(other, line))
    assert taken.status == 409
    assert "別の会員" in taken.text
    assert hanako.card not in taken.text
    assert (await browser.post("/member/line/unlink", form_token=page.token)).status == 303
    gone = "SELECT count(*) FROM federation.carriers WHERE carrier = %s"
    assert await mall.value(gone, f"line:{LINE_ID}") == 0
    assert (await clerk.client.get(clerk.path(hanako))).json["state"] == "active"
    acts = (await clerk.client.get(clerk.path(hanako, "/export"))).json["acts"]
    assert [one["what"] for one in acts] == ["carrier-added", "carrier-removed"]


NOT_BELIEVED = [
    ({"iss": "https://evil.example"}, "HS256"),
    ({"aud": "9999999999"}, "HS256"),
    ({"nonce": "another"}, "HS256"),
    ({"exp": 1}, "HS256"),
    ({"iat": 99_999_999_999}, "HS256"),
    ({"sub": "not an id"}, "HS256"),
    ({}, "none"),
    ({"aud": "9999999999"}, "ES256"),
]


@pytest.mark.parametrize(("claims", "alg"), NOT_BELIEVED)
async def test_m7_an_id_token_that_is_not_for_this_try_links_nothing(
    mall: Mall, staff: Staff, line: AtLine, claims: dict[str, Any], alg: str
) -> None:
    line.claims, line.alg = claims, alg
    browser = await here(mall, staff, await mall.member())
    refused = await back(browser, await to_line(browser, line))
    assert refused.status == 401
    assert "本人確認ができませんでした" in refused.text
    assert await mall.value("SELECT count(*) FROM federation.carriers WHERE kind = 'line'") == 0


async def test_m7_another_sessions_try_and_a_foreign_key_link_nothing(
    mall: Mall, staff: Staff, line: AtLine
) -> None:
    browser = await here(mall, staff, await mall.member())
    thief = await here(mall, staff, await mall.member())
    asked = await to_line(thief, line)
    assert (await back(browser, asked)).status == 403, "a stranger's code is not taken"
    line.alg = "ES256"
    asked = await to_line(browser, line)
    sound, line.key = line.key, ECKey.generate_key("P-256", {"kid": "k-1"})
    token = line.id_token()
    line.key, line.id_token = sound, lambda: token  # type: ignore[method-assign]
    assert (await back(browser, asked)).status == 401
