"""Holds, captures, returns, undoings, codes and PINs at the same moment: one story holds, and each
till is told which."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import psycopg
import pytest

from federation import codes
from federation.set_pin import set_pin
from tenants.campaigns import lives
from tenants.campaigns.drafts import Draft
from tests.mall import Member, Shop
from tests.races.conftest import Town, accrual, redemption
from tests.races.hubs import Asks, all_at_once, held_up, slugs, ties, until_answered

HELD = "SELECT points_held FROM federation.wallets WHERE member_id = %s"
BUDGET = "SELECT used FROM federation.stocks WHERE stock = 'campaign:rush'"
OPEN = """
SELECT coalesce(sum(points), 0)::bigint FROM federation.holds
WHERE member_id = %s AND state = 'open'
"""


@pytest.fixture(autouse=True)
async def promises(town: Town) -> AsyncIterator[None]:
    """Whatever the tills did, every promise of the books is kept."""
    yield
    assert await town.mall.broken() == []


def hold(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    return shop, "/v1/holds", shop.asked(member, points=points)


def about(shop: Shop, path: str, **more: Any) -> tuple[Shop, str, Asks]:
    """A request that names no card."""
    asked = {k: v for k, v in shop.asked(Member(0, "")).items() if k != "card"}
    return shop, path, {**asked, **more}


def ending(shop: Shop, hold_id: str, how: str) -> tuple[Shop, str, Asks]:
    return about(shop, f"/v1/holds/{hold_id}/{how}", **({"points": 30} if how == "capture" else {}))


def returning(shop: Shop, of: str, yen: int) -> tuple[Shop, str, Asks]:
    return about(shop, "/v1/returns", of=of, returned_yen=yen)


def undoing(shop: Shop, of: str) -> tuple[Shop, str, Asks]:
    return about(shop, "/v1/reversals", of=of, reason="test")


async def test_holds_and_redemptions_at_once_never_reach_beyond_a_card(
    town: Town, processes: int
) -> None:
    tills = town.tills(48, processes)
    hanako, sold = await town.card(tills[0], points=1_000)
    asks = itertools.cycle([hold, hold, redemption])
    answers = await all_at_once([next(asks)(till, hanako, 70) for till in tills])
    assert slugs(answers) == {"booked": 14, "not-enough-points": 34}
    kept = 70 * sum("hold_id" in one.json for one in answers)
    assert await town.mall.value(HELD, hanako.member_id) == kept
    assert await town.mall.value(OPEN, hanako.member_id) == kept
    assert await ties(town.mall, hanako, sold + answers) == 1_000 - 14 * 70 + kept
    rest = await all_at_once([redemption(till, hanako, 21) for till in tills[:4]])
    assert slugs(rest) == {"not-enough-points": 4}


async def test_two_processes_take_turns_at_a_hold(town: Town) -> None:
    """Both are in the middle of it when the rows that were held up are let go."""
    bakery, _, _, bookshop = town.tills(4, processes=2)
    hanako, sold = await town.card(bakery, points=100)
    asked = [hold(till, hanako, 100) for till in (bakery, bookshop)]
    async with held_up(town.mall.hub.settings, "federation.hold_parts", desks=2) as desks_wait:
        answers = [asyncio.create_task(until_answered(*one)) for one in asked]
        await desks_wait()
    told = list(await asyncio.gather(*answers))
    assert slugs(told) == {"booked": 1, "not-enough-points": 1}
    await ties(town.mall, hanako, sold + told)


async def test_of_those_who_end_a_hold_at_once_one_does_and_the_others_are_told_how(
    town: Town, processes: int
) -> None:
    tills = town.copies(6, processes)
    for _ in range(6):
        hanako, _ = await town.card(tills[0], points=50)
        made = await until_answered(*hold(tills[0], hanako, 40))
        hold_id = made.json["hold_id"]
        how = ("capture", "release", "capture")
        answers = await all_at_once(
            [ending(till, hold_id, how[n % 3]) for n, till in enumerate(tills)]
        )
        [won] = [one.json for one in answers if one.status == 201]
        ended = "hold-captured" if "redeemed_points" in won else "hold-released"
        assert slugs(answers) == {"booked": 1, ended: 5}
        left = 20 if ended == "hold-captured" else 50
        assert await town.mall.points_of(hanako) == left
        assert await town.mall.value(HELD, hanako.member_id) == 0


@pytest.mark.parametrize(
    ("yen", "why"), [(2_210, "already-returned"), (1_500, "return-exceeds-original")]
)
async def test_goods_that_come_back_at_two_tills_come_back_once(
    town: Town, processes: int, yen: int, why: str
) -> None:
    tills = town.copies(4, processes)
    for _ in range(4):
        hanako, _ = await town.card(tills[0], points=50)
        bought = await until_answered(
            tills[0], "/v1/purchases", tills[0].sale(hanako, 2_200, points=10)
        )
        slip = bought.json["slip"]
        answers = await all_at_once([returning(till, slip, yen) for till in tills])
        assert slugs(answers) == {"booked": 1, why: 3}
        [told] = [one.json for one in answers if one.status == 201]
        assert told["restored_points"] == 10
        assert await town.mall.points_of(hanako) == 40 + 20 + 10 - told["taken_back_points"]


async def test_a_return_and_an_undoing_at_once_are_one_of_them(town: Town, processes: int) -> None:
    tills = town.copies(4, processes)
    for _ in range(6):
        hanako, _ = await town.card(tills[0], points=50)
        bought = await until_answered(
            tills[0], "/v1/purchases", tills[0].sale(hanako, 2_200, points=10)
        )
        slip = bought.json["slip"]
        answers = await all_at_once(
            [
                returning(tills[0], slip, 2_210),
                undoing(tills[1], slip),
                returning(tills[2], slip, 2_210),
                undoing(tills[3], slip),
            ]
        )
        by_return, by_undoing = slugs(answers[::2]), slugs(answers[1::2])
        if by_return["booked"]:
            assert by_return == {"booked": 1, "already-returned": 1}
            assert by_undoing == {"already-returned": 2}
        else:
            assert by_return == {"already-reversed": 2}
            assert by_undoing == {"booked": 1, "already-reversed": 1}
        assert await town.mall.points_of(hanako) == 50


@pytest.mark.parametrize("spend", [redemption, hold])
async def test_a_code_that_is_shown_at_several_tills_at_once_pays_once(
    town: Town, processes: int, spend: Any
) -> None:
    tills = town.tills(6, processes)
    hanako, sold = await town.card(tills[0], points=100)
    async with town.mall.hub.pools.use("counter") as conn:
        given = await codes.issue(conn, hanako.member_id, town.mall.now)
    by_code = Member(hanako.member_id, given.code)
    answers = await all_at_once([spend(till, by_code, 10) for till in tills])
    assert slugs(answers) == {"booked": 1, "code-used": 5}
    await ties(town.mall, hanako, sold + answers)
    earned = await until_answered(*accrual(tills[0], by_code, 1))
    assert earned.status == 201, "it may still earn"
    town.mall.clock.set(town.mall.now + codes.LIFETIME)
    late = await until_answered(*accrual(tills[0], by_code, 1))
    assert late.slug == "code-expired"


async def test_a_wrong_pin_at_six_tills_at_once_counts_five_tries(
    town: Town, processes: int
) -> None:
    """The sixth finds it shut: a shut PIN proves nothing, so that the bare card's limit holds."""
    tills = town.lines(town.strict, 6, processes)
    hanako, _ = await town.card(tills[0], points=100)
    async with town.mall.hub.pools.use("worker") as conn:
        await set_pin(conn, town.mall.hub.pins, hanako.member_id, "0412")
    right = await until_answered(*with_pin(tills[0], hanako, "0412"))
    assert right.status == 201, right
    answers = await all_at_once([with_pin(till, hanako, "9999") for till in tills])
    assert slugs(answers) == {"wrong-pin": 5, "needs-member-code": 1}
    tries = "SELECT wrong_tries FROM federation.pins WHERE carrier = %s"
    async with await psycopg.AsyncConnection.connect(town.mall.hub.settings.database_url) as owner:
        assert await (await owner.execute(tries, (hanako.card,))).fetchone() == (5,)
    shut = await until_answered(*with_pin(tills[0], hanako, "0412"))
    assert shut.slug == "needs-member-code"
    assert await town.mall.points_of(hanako) == 100 - 30


def with_pin(shop: Shop, member: Member, pin: str) -> tuple[Shop, str, Asks]:
    return shop, "/v1/redemptions", shop.spending(member, 30, pin=pin)


async def test_a_budget_holds_over_two_processes(town: Town) -> None:
    """Forty sales at once would take 1,600 of 333: each till is told what it got of it."""
    bakery = town.shops[0]
    asked = {
        "code": "rush", "name": "rush", "name_en": "rush", "reason": "test",
        "from_on": town.mall.today, "to_on": town.mall.today, "multiplier": 5,
        "shares": [{"funder": "tenant", "weight": 1}], "facility": "tokushima",
        "budget_points": 333,
        "plan": {
            "metric": "sales", "from_on": town.mall.today, "to_on": town.mall.today,
            "no_control_reason": "test",
        },
    }  # fmt: skip
    async with town.mall.hub.pools.use("worker") as conn:
        await lives.draft(conn, msgspec.convert(asked, Draft), "keiko", town.mall.now)
        await lives.review(conn, "rush", "ryo", "test", town.mall.now)
        await lives.start(conn, "rush", "keiko", "test", None, town.mall.now)
    members = await town.mall.members(40)
    tills = town.lines(bakery, 40, processes=2)
    answers = await all_at_once(
        [accrual(till, one, 10) for till, one in zip(tills, members, strict=True)]
    )
    given = [one.json["points"] - 10 for one in answers]
    assert sorted(given) == [0] * 31 + [13] + [40] * 8
    assert await town.mall.value(BUDGET) == 333
