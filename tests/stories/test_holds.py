"""Points are set aside, then captured or released; the clock ends what nobody ended."""

from datetime import date, time
from typing import Any

import pytest

from tests.mall import Answered, Mall, Member, Shop

NIGHT = time(23, 55)


async def held(shop: Shop, member: Member, points: int, **more: Any) -> Any:
    """Set points aside; the answer."""
    answer = await shop.post("/v1/holds", **shop.asked(member, points=points, **more))
    assert answer.status == 201, answer
    return answer.json


async def ended(shop: Shop, hold: Any, how: str, **more: Any) -> Answered:
    """Capture or release a hold."""
    number = next(shop.mall.numbers)
    envelope = {
        "slip": f"H-{number}",
        "till": shop.till,
        "business_date": shop.mall.today.isoformat(),
        "at": shop.mall.now.isoformat(),
    }
    return await shop.post(f"/v1/holds/{hold['hold_id']}/{how}", **envelope, **more)


async def seen(shop: Shop, hold: Any) -> Any:
    return (await shop.get(f"/v1/holds/{hold['hold_id']}")).json


async def balance(shop: Shop, member: Member) -> Any:
    return (await shop.quote(member))["balance"]


@pytest.fixture
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.fixture
async def hanako(mall: Mall, bakery: Shop) -> Member:
    """A member with 100 points."""
    member = await mall.member()
    await bakery.sells(member, yen=11_000)
    return member


async def test_what_is_held_is_the_members_and_nobody_can_spend_it(
    bakery: Shop, hanako: Member
) -> None:
    hold = await held(bakery, hanako, 70)
    assert (hold["balance"]["points"], hold["balance"]["held"]) == (100, 70)
    assert hold["balance"]["next_to_expire"] == {"points": 30, "on": "2028-03-31"}
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 31))
    assert refused.slug == "not-enough-points"
    await bakery.accepts(hanako, 30)
    again = await bakery.post("/v1/holds", **bakery.asked(hanako, points=1))
    assert again.slug == "not-enough-points"


async def test_a_part_is_captured_and_the_rest_is_free_again(bakery: Shop, hanako: Member) -> None:
    hold = await held(bakery, hanako, 70)
    captured = await ended(bakery, hold, "capture", points=50)
    assert captured.status == 201, captured
    told = captured.json
    assert (told["redeemed_points"], told["released_points"]) == (50, 20)
    assert told["hold_id"] == hold["hold_id"]
    assert told["balance"]["points"] == 50
    assert told["balance"]["held"] == 0
    assert told["lots"] == [{"points": 50, "expires_on": "2028-03-31", "own": True}]
    assert (await seen(bakery, hold))["state"] == "captured"
    assert (await seen(bakery, hold))["captured_points"] == 50
    await bakery.accepts(hanako, 50)


async def test_a_hold_ends_once_and_says_how_it_ended(bakery: Shop, hanako: Member) -> None:
    captured, released = await held(bakery, hanako, 10), await held(bakery, hanako, 10)
    more = await ended(bakery, captured, "capture", points=11)
    assert more.slug == "capture-exceeds-hold"
    assert (await ended(bakery, captured, "capture", points=10)).status == 201
    assert (await ended(bakery, released, "release")).status == 201
    for how in ("capture", "release"):
        points = {"points": 10} if how == "capture" else {}
        assert (await ended(bakery, captured, how, **points)).slug == "hold-captured"
        assert (await ended(bakery, released, how, **points)).slug == "hold-released"


async def test_a_release_frees_all_of_it(bakery: Shop, hanako: Member) -> None:
    hold = await held(bakery, hanako, 100)
    released = await ended(bakery, hold, "release")
    assert released.status == 201, released
    assert (released.json["released_points"], released.json["lapsed_points"]) == (100, 0)
    assert (await balance(bakery, hanako))["held"] == 0


async def test_a_hold_past_its_time_is_released_whoever_looks_first(
    mall: Mall, bakery: Shop, hanako: Member
) -> None:
    hold = await held(bakery, hanako, 100, minutes=10)
    await mall.turn_to(mall.today, time(12, 10))
    assert (await seen(bakery, hold))["state"] == "expired"
    has = await balance(bakery, hanako)
    assert (has["points"], has["held"]) == (100, 0)
    assert (await ended(bakery, hold, "capture", points=1)).slug == "hold-expired"
    await bakery.accepts(hanako, 100)
    query = "SELECT reason FROM federation.entries WHERE kind = 'release'"
    assert await mall.value(query) == "expired"


async def test_a_hold_lasts_to_its_last_instant(mall: Mall, bakery: Shop, hanako: Member) -> None:
    hold = await held(bakery, hanako, 100, minutes=10)
    await mall.turn_to(mall.today, time(12, 9, 59, 999_999))
    assert (await ended(bakery, hold, "capture", points=100)).status == 201


async def test_a_hold_made_before_midnight_is_captured_after_it(mall: Mall, bakery: Shop) -> None:
    """Points that lapse at 24:00 of 3/31 are captured on 4/1; what is released then lapses."""
    taro = await mall.member()
    await bakery.sells(taro, yen=1_100)
    await mall.turn_to(date(2028, 3, 31), NIGHT)
    both = [await held(bakery, taro, 5), await held(bakery, taro, 5)]
    await mall.turn_to(date(2028, 4, 1), time(0, 3))
    captured = await ended(bakery, both[0], "capture", points=4)
    assert captured.status == 201, captured
    assert captured.json["released_points"] == 1
    assert captured.json["balance"] == {
        "points": 5,
        "held": 5,
        "owed": 0,
        "next_to_expire": None,
    }
    released = await ended(bakery, both[1], "release")
    assert (released.json["released_points"], released.json["lapsed_points"]) == (5, 5)
    assert released.json["balance"]["points"] == 0
    lapsed = "SELECT sum(points)::bigint FROM federation.entries WHERE kind = 'lapse'"
    assert await mall.value(lapsed) == -6


async def test_a_hold_that_ends_by_the_clock_after_midnight_lapses_with_the_day_before(
    mall: Mall, bakery: Shop
) -> None:
    taro = await mall.member()
    await bakery.sells(taro, yen=1_100)
    await mall.turn_to(date(2028, 3, 31), NIGHT)
    await held(bakery, taro, 10, minutes=10)
    await mall.turn_to(date(2028, 4, 1), time(0, 4))
    assert (await balance(bakery, taro))["points"] == 10
    await mall.turn_to(date(2028, 4, 1), time(0, 5))
    assert (await balance(bakery, taro))["points"] == 0
    assert await mall.hub.desk.lapse_due(date(2028, 3, 31)) == 1
    on = "SELECT business_date FROM federation.entries WHERE kind = 'lapse'"
    assert await mall.value(on) == date(2028, 3, 31)
    assert await mall.points_of(taro) == 0


async def test_another_shops_hold_does_not_exist(mall: Mall, bakery: Shop, hanako: Member) -> None:
    """Neither for another tenant, to whom its name leads nowhere, nor for another shop of ours."""
    hold = await held(bakery, hanako, 10)
    ours = await mall.shop("bakery-2", of=bakery, tills=["T02"])
    for other in (ours, await mall.shop("bookshop")):
        assert (await ended(other, hold, "capture", points=1)).slug == "not-found"
        assert (await ended(other, hold, "release")).slug == "not-found"
    bookshop = await mall.shop("stationer")
    assert (await bookshop.get(f"/v1/holds/{hold['hold_id']}")).slug == "not-found"
    assert (await bakery.get("/v1/holds/" + "a" * 26)).slug == "not-found"


async def test_a_hold_may_do_what_a_redemption_may(mall: Mall, hanako: Member) -> None:
    strict = await mall.shop("strict", static_card_limit_points=50)
    refused = await strict.post("/v1/holds", **strict.asked(hanako, points=51))
    assert refused.slug == "needs-member-code"
    await held(strict, hanako, 50)


async def test_the_same_hold_and_the_same_capture_get_the_same_bytes(
    mall: Mall, bakery: Shop, hanako: Member
) -> None:
    body = bakery.asked(hanako, points=10)
    first, again = [await bakery.post("/v1/holds", **body) for _ in range(2)]
    assert first.content == again.content
    path = f"/v1/holds/{first.json['hold_id']}/capture"
    capture = {k: v for k, v in bakery.asked(hanako).items() if k != "card"}
    first, again = [await bakery.post(path, **capture, points=4) for _ in range(2)]
    assert (first.status, first.content) == (201, again.content)
    other = (await held(bakery, hanako, 5))["hold_id"]
    moved = await bakery.post(f"/v1/holds/{other}/capture", **capture, points=4)
    assert moved.slug == "slip-reused"


async def test_a_hold_and_a_capture_are_undone_like_any_slip(
    mall: Mall, bakery: Shop, hanako: Member
) -> None:
    hold = await held(bakery, hanako, 40)
    captured = (await ended(bakery, hold, "capture", points=30)).json
    back = await undone(bakery, captured["slip"])
    assert back.json["reversed"] == {"slip": captured["slip"], "points": 0, "redeemed_points": 30}
    assert back.json["balance"]["points"] == 100
    other = await held(bakery, hanako, 40)
    freed = await undone(bakery, other["slip"])
    assert freed.json["balance"]["held"] == 0
    assert (await undone(bakery, other["slip"])).slug == "already-reversed"
    assert (await ended(bakery, other, "capture", points=1)).slug == "hold-released"
    third = await held(bakery, hanako, 40)
    released = (await ended(bakery, third, "release")).json
    assert (await undone(bakery, released["slip"])).slug == "not-reversible"


async def undone(shop: Shop, slip: str) -> Answered:
    """Reverse a slip."""
    number = next(shop.mall.numbers)
    return await shop.post(
        "/v1/reversals",
        slip=f"U-{number}",
        till=shop.till,
        business_date=shop.mall.today.isoformat(),
        at=shop.mall.now.isoformat(),
        of=slip,
        reason="test",
    )
