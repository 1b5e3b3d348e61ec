"""What a member's own app does: it signs in, shows stamps, and a code for friends."""

from datetime import time, timedelta
from typing import Any

from tests.auth.doors import Doors
from tests.bonuses.occasions import given, lays_out
from tests.mall import Answered, Member

DAY = timedelta(days=1)
WHOLE = ["member:balance", "member:visit"]


async def test_m44_signing_in_gives_once_a_day_of_tokyo(doors: Doors) -> None:
    mall, hanako = doors.mall, Member(doors.member_id, "")
    app = await doors.app(scopes=WHOLE)
    token = (await app.given(scope=" ".join(WHOLE)))["access_token"]
    bearer = {"authorization": f"Bearer {token}"}

    async def asks(method: str, path: str, **sent: Any) -> Answered:
        return await doors.ask(method, path, headers=bearer, **sent)

    before = (await asks("GET", "/v1/me/balance")).json["points"]
    assert (await asks("POST", "/v1/me/visits")).slug == "nothing-to-give"
    await lays_out(mall, "daily", "login", points=3, lasts_days=7)
    first = await asks("POST", "/v1/me/visits")
    assert first.status == 200, first
    assert first.json["points"] == 3
    assert first.json["given"][0]["expires_on"] == (mall.today + 7 * DAY).isoformat()
    await mall.turn_to(mall.today, time(23, 59))
    assert (await asks("POST", "/v1/me/visits")).content == first.content
    await lays_out(mall, "daily", "login", points=9, lasts_days=7)
    assert (await asks("POST", "/v1/me/visits")).json["points"] == 3, "today's was had"
    assert (await asks("GET", "/v1/me/balance")).json["points"] == before + 3
    await mall.turn_to(mall.today + DAY, time(0))
    assert (await asks("POST", "/v1/me/visits")).json["points"] == 9
    assert [one[2] for one in await given(mall, hanako)] == [3, 9]

    await lays_out(mall, "coffee", "stamp", stamps=10, paid_yen_from=1, points=100)
    [card] = (await asks("GET", "/v1/me/stamps")).json["cards"]
    assert (card["code"], card["stamps"], card["needed"], card["points"]) == ("coffee", 0, 10, 100)
    code = (await asks("GET", "/v1/me/referral")).json["code"]
    assert len(code) == 10
    assert (await asks("GET", "/v1/me/referral")).json["code"] == code
    less = await app.given(scope="member:balance")
    bearer = {"authorization": f"Bearer {less['access_token']}"}
    assert (await asks("POST", "/v1/me/visits")).slug == "insufficient-scope"
