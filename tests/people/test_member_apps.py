"""What a member let an app do stands on the member's own page, and can be taken back there; what
stands on the pages of people is said in their words."""

import re
from pathlib import Path

import pytest

from auth import clients
from auth.asking import Asked
from auth.giving import Shown, challenge_of
from auth.people.devices import device
from auth.people.log import WORDS
from deploy.clock import wall
from deploy.hub import Hub
from federation import profiles
from federation.profiles import Profile
from tests.mall import Mall
from tests.people.persons import PASSWORD, Browser, Staff
from tests.people.test_members import Mailbox, key_of, mailbox, text

assert mailbox  # the fixture, by its name
BACK, VERIFIER = "https://app.example/back", "v" * 43


async def allowed(mall: Mall, member_id: int, name: str) -> tuple[str, str]:
    """An app to which a member said yes; its client and its refresh token."""
    async with mall.hub.pools.bare("worker") as conn:
        registered = await clients.add(
            conn, now=wall(), tenant="bakery", name=name, audience="member", public=True,
            scopes=["member:balance", "member:code"], redirect_uris=[BACK],
        )  # fmt: skip
    hub: Hub = mall.hub
    await hub.keys.fresh()
    found = hub.doors.server.proving.find(registered.client_id)
    assert found is not None
    asked = Asked(registered.client_id, BACK, ["member:balance"], challenge_of(VERIFIER))
    code = hub.doors.server.giving.allow(found, member_id, asked)
    given = hub.doors.server.giving.use_code(found, Shown(code, VERIFIER, BACK, None))
    assert given is not None
    assert given.refresh is not None
    return registered.client_id, given.refresh


async def test_a_member_sees_which_apps_are_let_in_and_takes_it_back(
    mall: Mall, staff: Staff, mailbox: Mailbox
) -> None:
    await mall.shop("bakery")
    hanako = await mall.member()
    async with mall.hub.pools.use("worker") as conn:
        await profiles.write(conn, hanako.member_id, Profile(email="hana@example.jp"), mall.now)
    browser, stranger = Browser(mall), Browser(mall)
    await browser.post("/member/password", login="hana@example.jp")
    link = re.search(r"http\S+key=\S+", text(await mailbox.comes()))
    assert link
    await browser.post(f"/member/welcome?key={key_of(link[0])}", password=PASSWORD)
    first, refresh = await allowed(mall, hanako.member_id, "パンの友")
    second, kept = await allowed(mall, hanako.member_id, "Books & more")
    page = await browser.get("/member/devices?lang=ja")
    for words in ("パンの友", "Books &amp; more", "あなたの残高と有効期限を見る"):
        assert words in page.text
    server = mall.hub.doors.server
    clients_ = {one: server.proving.find(one) for one in (first, second)}
    for fault in ({"form_token": "0" * 64, "app": first}, {"app": first}):
        assert (await browser.post("/member/apps", **fault)).status >= 400, "no page of ours"
    assert (await stranger.post("/member/apps", app=first)).status == 303, "to the sign-in"
    assert (await browser.post("/member/apps", form_token=page.token)).status == 303
    assert server.giving.alive(clients_[first], refresh) is not None, (
        "so far nothing was taken back"
    )
    on = await browser.post("/member/apps", form_token=page.token, app=first)
    assert (on.status, on.to.partition("?")[0]) == (303, "/member/devices")
    assert server.giving.alive(clients_[first], refresh) is None
    assert server.giving.alive(clients_[second], kept) is not None
    page = await browser.get("/member/devices?lang=en")
    assert "パンの友" not in page.text
    assert "Books &amp; more" in page.text


@pytest.mark.parametrize(("agent", "told"), [
    (("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
     " Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"), "Edge · Windows"),
    (("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
     " Gecko) Version/18.6 Mobile/15E148 Safari/604.1"), "Safari · iPhone"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox · Linux"),
    (("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)"
     " Chrome/141.0.0.0 Mobile Safari/537.36"), "Chrome · Android"),
    ("a test", "a test"), ("", ""), ("x" * 300, "x" * 60),
])  # fmt: skip
def test_a_device_is_called_what_a_person_would_call_it(agent: str, told: str) -> None:
    assert device(agent) == told


def test_whatever_is_logged_about_a_person_is_said_in_both_languages() -> None:
    source = "".join(
        path.read_text() for path in Path(clients.__file__).with_name("people").glob("*.py")
    )
    noted = re.findall(r"log\.record\(\s*conn, \"([a-z-]+)\"", source)
    either = re.findall(r"what = \"([a-z-]+)\" if open_ else \"([a-z-]+)\"", source)
    noted += [word for pair in either for word in pair]
    assert len(noted) > 12
    assert set(noted) <= WORDS.keys()
    assert all(ja and en for ja, en in WORDS.values())
