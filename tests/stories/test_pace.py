"""利用の速さ: points that are spent as a thief would spend them are kept, the member is told, and
the office frees them (security T-01, T-03)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from deploy.noticer import look
from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, serving, settings_for
from tests.office import Office, office
from tests.races.hubs import cloned, slugs, until_so

NUMBERED = """
SELECT (SELECT count(*) FROM federation.entries) = (SELECT count(*) FROM federation.journal)
"""
OPEN = "SELECT count(*) FROM tenants.pace_stops WHERE member_id = %s AND released_at IS NULL"
STATE = "SELECT state FROM federation.wallets WHERE member_id = %s"
THREE_A_DAY = {"redemptions": 3, "apart_minutes": 5, "reason": "盗難カード対策"}


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub, in which three redemptions a day are a member's own."""
    folder = tmp_path_factory.mktemp("pace")
    with cloned(given.database_url, template, "meguri_test_pace") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            operator = await ours.operator()
            put = await operator.ask(
                "PUT", "/v1/admin/paces", json={"from_on": "2026-06-01", **THREE_A_DAY}
            )
            assert put.status == 204, put
            yield ours


@pytest.fixture(scope="module")
async def clerk(mall: Mall) -> Office:
    return await office(mall)


@pytest.fixture(scope="module")
async def shops(mall: Mall) -> list[Shop]:
    """A bakery and a bookshop in Tokushima, a tea house in Takamatsu."""
    here = await mall.shops("bakery", "bookshop")
    return [*here, await mall.shop("tea", "takamatsu")]


async def rich(mall: Mall, bakery: Shop) -> Member:
    """A member with a thousand points."""
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    return hanako


async def followed(mall: Mall) -> None:
    """The journal is numbered to its end, and the follower has seen it."""
    async with mall.hub.pools.use("auditor") as conn:
        await until_so(conn, NUMBERED)
    async with mall.hub.pools.bare("worker") as conn:
        while await look(conn):
            pass


async def spends(shop: Shop, member: Member, points: int = 1, **more: Any) -> Answered:
    return await shop.post("/v1/redemptions", **shop.spending(member, points, **more))


async def test_of_many_tills_at_once_as_many_redeem_as_a_day_allows(
    mall: Mall, shops: list[Shop]
) -> None:
    """Holds count too, and what was refused by the count is refused before the points are asked."""
    hanako = await rich(mall, shops[0])
    asked = [
        shop.post("/v1/redemptions", **shop.spending(hanako, 7))
        if n % 2
        else shop.post("/v1/holds", **shop.asked(hanako, points=7))
        for n, shop in enumerate(shops[:2] * 12)
    ]
    assert slugs(await asyncio.gather(*asked)) == {"booked": 3, "spends-too-fast": 21}
    assert (await shops[0].quote(hanako, yen=1_100))["redeemable_points"] == 0
    sale = await shops[0].sells(hanako, yen=1_100)
    assert sale["points"] == 10, "who may not spend still earns"


async def test_a_capture_of_what_was_set_aside_in_time_is_no_further_redemption(
    mall: Mall, shops: list[Shop]
) -> None:
    bakery, hanako = shops[0], await rich(mall, shops[0])
    holds = [
        (await bakery.post("/v1/holds", **bakery.asked(hanako, points=5))).json["hold_id"]
        for _ in range(3)
    ]
    body = {k: v for k, v in bakery.asked(hanako).items() if k != "card"}
    ended = await bakery.post(f"/v1/holds/{holds[0]}/capture", **body, points=5)
    assert ended.status == 201, ended
    assert (await spends(bakery, hanako)).slug == "spends-too-fast"


async def test_the_follower_keeps_the_points_tells_the_member_and_leaves_a_signal(
    mall: Mall, clerk: Office, shops: list[Shop]
) -> None:
    bakery, hanako = shops[0], await rich(mall, shops[0])
    spent = [await spends(bakery, hanako) for _ in range(3)]
    assert slugs(spent) == {"booked": 3}
    await followed(mall)
    await followed(mall)  # however often
    assert await mall.value(OPEN, hanako.member_id) == 1
    assert await mall.value(STATE, hanako.member_id) == "frozen"
    assert (await spends(bakery, hanako)).slug == "card-not-active"
    told = await mall.value(
        "SELECT facts ->> 'words' FROM tenants.member_notices WHERE member_id = %s AND kind = %s",
        hanako.member_id,
        "paced",
    )
    assert "念のため" in told
    listed = (await clerk.client.get("/v1/admin/pace-stops", limit=1)).json["stops"][0]
    assert listed["member"] == clerk.handle(hanako)
    assert (listed["why"], listed["state"], listed["released_at"]) == ("often", "frozen", None)
    assert listed["entry"] == spent[-1].json["entry"]
    seen = (await (await mall.operator()).get("/v1/admin/signals")).json["signals"]
    held = [one for one in seen if one["pattern"] == "held"]
    assert spent[-1].json["entry"] in [entry for one in held for entry in one["entries"]]


async def test_the_office_makes_sure_and_the_count_begins_anew(
    mall: Mall, clerk: Office, shops: list[Shop]
) -> None:
    bakery, hanako = shops[0], await rich(mall, shops[0])
    for _ in range(3):
        await spends(bakery, hanako)
    refused = bakery.spending(hanako, 1)
    assert (await bakery.post("/v1/redemptions", **refused)).slug == "spends-too-fast"
    await followed(mall)
    freed = await clerk.client.post(clerk.path(hanako, "/unfreeze"), reason="窓口で本人確認")
    assert freed.status == 204, freed
    again = await bakery.post("/v1/redemptions", **refused)
    assert again.slug == "spends-too-fast", "a refused slip stays refused"
    assert slugs([await spends(bakery, hanako) for _ in range(4)]) == {
        "booked": 3,
        "spends-too-fast": 1,
    }
    listed = (await clerk.client.get("/v1/admin/pace-stops", limit=1)).json["stops"][0]
    assert listed["release_reason"] == "窓口で本人確認"
    assert listed["released_by"] == clerk.client.client_id
    await followed(mall)
    assert await mall.value(OPEN, hanako.member_id) == 1, "and it stops again"


async def test_two_facilities_within_minutes_keep_the_points_a_second_later(
    mall: Mall, clerk: Office, shops: list[Shop]
) -> None:
    bakery, bookshop, tea = shops
    hanako, taro = await rich(mall, bakery), await rich(mall, bakery)
    for one in (hanako, taro):
        assert (await spends(bakery, one)).status == 201
    assert (await spends(bookshop, hanako)).status == 201, "next door"
    now = mall.now
    mall.clock.set(now + timedelta(minutes=4))
    assert (await spends(tea, hanako)).status == 201
    mall.clock.set(now + timedelta(minutes=5))
    assert (await spends(tea, taro)).status == 201, "five minutes are a train's"
    await followed(mall)
    assert [await mall.value(STATE, one.member_id) for one in (hanako, taro)] == [
        "frozen",
        "active",
    ]
    why = "SELECT why FROM tenants.pace_stops WHERE member_id = %s"
    assert await mall.value(why, hanako.member_id) in ("often", "far")
    await clerk.client.post(clerk.path(hanako, "/unfreeze"), reason="本人でした")
    assert (await spends(bakery, hanako)).status == 201
    await followed(mall)
    assert await mall.value(STATE, hanako.member_id) == "active", "what went before is forgiven"


async def test_of_two_followers_one_stops_and_the_other_finds_it_done(
    mall: Mall, shops: list[Shop]
) -> None:
    bakery, hanako = shops[0], await rich(mall, shops[0])
    for _ in range(3):
        await spends(bakery, hanako)

    async def follow() -> None:
        async with mall.hub.pools.bare("worker") as conn:
            await look(conn)

    async with asyncio.timeout(30):
        while not await mall.value(OPEN, hanako.member_id):
            await asyncio.gather(follow(), follow())
    told = "SELECT count(*) FROM tenants.member_notices WHERE member_id = %s AND kind = 'paced'"
    acts = "SELECT count(*) FROM tenants.acts WHERE member_id = %s AND what = 'frozen'"
    assert [await mall.value(one, hanako.member_id) for one in (told, acts)] == [1, 1]


async def test_a_day_is_decided_once_and_an_earlier_one_keeps_its_own(
    mall: Mall, clerk: Office, shops: list[Shop]
) -> None:
    operator = await mall.operator()
    again = {"from_on": "2026-06-01", **THREE_A_DAY}
    assert (await operator.ask("PUT", "/v1/admin/paces", json=again)).slug == "day-decided"
    later = {
        "from_on": "2026-07-01",
        "reason": "試行終了",
    }
    assert (await operator.ask("PUT", "/v1/admin/paces", json=later)).status == 204
    told = (await clerk.client.get("/v1/admin/paces")).json["paces"]
    assert [(one["from_on"], one["redemptions"]) for one in told] == [
        ("2000-01-01", None),
        ("2026-06-01", 3),
        ("2026-07-01", None),
    ]
