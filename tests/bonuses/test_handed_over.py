"""引渡し: prizes are handed over at a till once, and taken back; stamps go along when
two become one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.bonuses.occasions import comes, given, lays_out, settled, stamps
from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, serving, settings_for
from tests.office import office
from tests.races.hubs import cloned


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for all of them."""
    folder = tmp_path_factory.mktemp("handed")
    with cloned(given.database_url, template, "meguri_test_handed") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


async def collects(mall: Mall, shop: Shop, member: Member, *yen: int) -> None:
    """Purchases, and the stamps that come of them."""
    for one in yen:
        await shop.sells(member, yen=one)
    await settled(mall)


async def handed(shop: Shop, member: Member, code: str, **more: Any) -> Answered:
    """A till hands a prize over."""
    return await shop.post("/v1/prizes", **shop.asked(member, occasion=code, staff="1007", **more))


async def back(shop: Shop, of: str, **more: Any) -> Answered:
    """And takes it back."""
    envelope = {k: v for k, v in shop.asked(Member(0, "")).items() if k != "card"}
    body = {**envelope, "of": of, "reason": "渡し間違い", "staff": "1008", **more}
    return await shop.post("/v1/handover-reversals", **body)


async def test_a_rally_prize_is_handed_over_once_by_whom_where_and_when(mall: Mall) -> None:
    houses = [await mall.shop(f"till-{n}", f"house-{n}") for n in range(3)]
    hanako, taro = await mall.members(2)
    await lays_out(mall, "meguri", "rally", stamps=3, open_days=10, points=0, prize="記念手ぬぐい")
    await lays_out(mall, "come", "visit", points=0, per="facility")
    till = houses[0]
    for house in houses[:2]:
        assert (await comes(house, hanako)).status == 201
    await settled(mall)
    early = await handed(till, hanako, "meguri")
    assert (early.status, early.slug) == (409, "no-prize")
    await comes(houses[2], hanako)
    await settled(mall)
    clerk = await office(mall)
    path = clerk.path(hanako, "/handovers")
    waits = (await clerk.client.get(path)).json
    assert waits["due"] == [{"occasion": "meguri", "prize": "記念手ぬぐい", "card_no": 1}]
    asked = till.asked(hanako, occasion="meguri", staff="1007")
    copies = [till.post("/v1/prizes", **asked) for _ in range(5)]
    others = [handed(houses[1], hanako, "meguri") for _ in range(5)]
    done = await asyncio.gather(*copies, *others)
    same = [one for one in done[:5] if one.status == 201]
    once = [one for one in done[5:] if one.status == 201]
    assert (len(same), len(once)) in ((5, 0), (0, 1)), "one prize, whoever asked"
    [first, *_] = same or once
    assert {one.content for one in same or once} == {first.content}
    assert (first.json["prize"], first.json["left"]) == ("記念手ぬぐい", 0)
    shop = till if same else houses[1]
    assert (await handed(till, taro, "meguri")).slug == "no-prize"
    used = {**asked, "slip": first.json["slip"], "card": taro.card}
    assert (await shop.post("/v1/prizes", **used)).slug in ("slip-reused", "no-prize")
    other = houses[2]
    assert (await back(other, first.json["slip"])).status == 404, "another shop's slip"
    gone = await back(shop, first.json["slip"], slip="B-1")
    assert gone.status == 201, gone
    assert gone.json == {"slip": "B-1", "of": first.json["slip"], "what": "prize:meguri"}
    again = await back(shop, first.json["slip"], slip="B-1")
    assert (again.content, again.headers["Idempotent-Replayed"]) == (gone.content, "true")
    assert (await back(shop, first.json["slip"])).slug == "already-reversed"
    second = await handed(other, hanako, "meguri")
    assert second.status == 201, "it may be had again"
    told = (await clerk.client.get(path)).json
    assert told["due"] == []
    newest, oldest = told["handed"]
    assert (newest["shop"], newest["staff"], newest["what"]) == ("till-2", "1007", "prize:meguri")
    assert "taken_back_at" not in newest
    assert (oldest["taken_back_by"], oldest["taken_back_for"]) == ("1008", "渡し間違い")
    assert await given(mall, hanako) == [], "no point moves"
    file = (await clerk.client.get(clerk.path(hanako, "/export"))).json
    assert [one["what"] for one in file["handed"]] == ["prize:meguri"] * 2
    assert await mall.broken() == []


async def test_stamps_go_along_when_two_members_become_one(mall: Mall) -> None:
    cafe = await mall.shop("cafe", "orne")
    hanako, old = await mall.members(2)
    await lays_out(mall, "cup", "stamp", stamps=5, paid_yen_from=500, points=100, prize="一杯")
    await collects(mall, cafe, hanako, 500, 500, 500)
    await collects(mall, cafe, old, 500, 500, 500, 500)
    clerk = await office(mall)
    assert (await clerk.merge(old, hanako)).status == 201
    await settled(mall)
    [cup] = [one for one in await stamps(mall, hanako) if one["code"] == "cup"]
    assert (cup["card_no"], cup["stamps"], cup["state"]) == (2, 2, "open"), "five filled a card"
    assert [one[:3] for one in await given(mall, hanako)] == [["stamp:cup", "operator", 100]]
    assert (await handed(cafe, hanako, "cup")).json["card_no"] == 1
    await collects(mall, cafe, hanako, 500, 500, 500)
    assert len(await given(mall, hanako)) == 2
    # A card that was full before it became another's is that one's prize too.
    taro, jiro = await mall.members(2)
    await collects(mall, cafe, jiro, *[500] * 5)
    assert (await clerk.merge(jiro, taro)).status == 201
    await settled(mall)
    assert (await handed(cafe, taro, "cup")).status == 201
    assert (await handed(cafe, taro, "cup")).slug == "no-prize"
