"""退会と許可: what a member allowed an app ends when the member leaves or becomes one with another,
whoever booked that, and at the latest within the hour."""

from typing import Any

from auth.leavers import end_grants_of
from deploy.clock import wall
from tests.auth.doors import Doors, Knocker, said_by
from tests.mall import Answered, Member
from tests.office import office


async def allowed(app: Knocker, member: Member) -> dict[str, Any]:
    """The tokens that a member allowed an app."""
    page = await app.page(member.member_id)
    sent = await app.pressed(page, member_id=member.member_id)
    answer = await app.fetches(said_by(sent)["code"])
    assert answer.status == 200, answer
    return dict(answer.json)


async def balance(doors: Doors, token: str) -> Answered:
    headers = {"authorization": f"Bearer {token}"}
    return await doors.ask("GET", "/v1/me/balance", headers=headers)


async def test_after_a_withdrawal_no_token_of_the_member_holds(doors: Doors) -> None:
    app, (hanako, taro) = await doors.app(), await doors.mall.members(2)
    hers, his = await allowed(app, hanako), await allowed(app, taro)
    waiting = said_by(
        await app.pressed(await app.page(hanako.member_id), member_id=hanako.member_id)
    )
    assert (await balance(doors, hers["access_token"])).status == 200
    assert (await (await office(doors.mall)).withdraw(hanako)).status == 201
    await doors.mall.hub.leavers.done()
    for refused in (
        await app.refreshes(hers["refresh_token"]), await app.fetches(waiting["code"])
    ):  # fmt: skip
        assert (refused.status, refused.json["error"]) == (400, "invalid_grant")
    assert (await balance(doors, hers["access_token"])).slug == "invalid-token"
    assert (await app.refreshes(his["refresh_token"])).status == 200, "nobody else's"


async def test_who_becomes_one_with_another_allows_nothing_any_more(doors: Doors) -> None:
    app, (source, target) = await doors.app(), await doors.mall.members(2)
    gone, stays = await allowed(app, source), await allowed(app, target)
    assert (await (await office(doors.mall)).merge(source, target)).status == 201
    await doors.mall.hub.leavers.done()
    assert (await app.refreshes(gone["refresh_token"])).json["error"] == "invalid_grant"
    assert (await app.refreshes(stays["refresh_token"])).status == 200


async def test_what_a_process_forgot_when_it_died_the_hourly_round_ends(doors: Doors) -> None:
    app, member = await doors.app(), await doors.mall.member()
    given = await allowed(app, member)
    hub = doors.mall.hub
    told, hub.desk._books._gone = hub.desk._books._gone, lambda _: None  # it dies just then
    try:
        assert (await (await office(doors.mall)).withdraw(member)).status == 201
    finally:
        hub.desk._books._gone = told
    async with hub.pools.bare("worker") as conn:
        assert await end_grants_of(conn, None, wall()) == 1
        assert await end_grants_of(conn, None, wall()) == 0
    assert (await app.refreshes(given["refresh_token"])).json["error"] == "invalid_grant"


async def test_nothing_ends_for_a_member_who_is_still_there(doors: Doors) -> None:
    app, member = await doors.app(), await doors.mall.member()
    given = await allowed(app, member)
    assert (await (await office(doors.mall)).freeze(member)).status < 300
    async with doors.mall.hub.pools.bare("worker") as conn:
        assert await end_grants_of(conn, [member.member_id], wall()) == 0
    assert (await app.refreshes(given["refresh_token"])).status == 200
