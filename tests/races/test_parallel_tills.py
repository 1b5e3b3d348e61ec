"""Many tills at the same moment: whatever the order, it is as if they had come one by one.

Each test runs at one process of the hub and at two, where only the lock in PostgreSQL keeps order.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from tests.races.conftest import Town, accrual, purchase, redemption
from tests.races.hubs import (
    DESKS_THAT_WAIT,
    all_at_once,
    held_up,
    slugs,
    ticking,
    ties,
    until_answered,
    until_so,
)


@pytest.fixture(autouse=True)
async def promises(town: Town) -> AsyncIterator[None]:
    """Whatever the tills did, every promise of the books is kept."""
    yield
    assert await town.mall.broken() == []


@pytest.mark.parametrize(("spend", "earned"), [(redemption, 0), (purchase, 1)])
async def test_sixty_four_tills_cannot_spend_more_than_a_card_has(
    town: Town, processes: int, spend: Any, earned: int
) -> None:
    tills = town.tills(64, processes)
    hanako, sold = await town.card(tills[0], points=1_000)
    answers = await all_at_once([spend(till, hanako, 70) for till in tills])
    assert slugs(answers) == {"booked": 14, "not-enough-points": 50}
    assert await ties(town.mall, hanako, sold + answers) == 1_000 - 14 * (70 - earned)


@pytest.mark.parametrize("spend", [redemption, purchase])
async def test_two_shops_cannot_both_have_the_last_points_of_a_card(
    town: Town, processes: int, spend: Any
) -> None:
    bakery, bookshop = town.tills(4, processes)[:: 3 if processes == 2 else 1][:2]
    for points in (2, 3, 99):
        hanako, sold = await town.card(bakery, points)
        answers = await all_at_once(
            [spend(till, hanako, points) for till in (bakery, bookshop) for _ in range(4)]
        )
        assert slugs(answers)["booked"] == 1
        await ties(town.mall, hanako, sold + answers)


@pytest.mark.parametrize("spend", [redemption, purchase])
async def test_two_processes_take_turns_at_a_card(town: Town, spend: Any) -> None:
    """Both are in the middle of it when the draws that were held up are let go."""
    bakery, _, _, bookshop = town.tills(4, processes=2)
    hanako, sold = await town.card(bakery, points=100)
    asked = [spend(till, hanako, 100) for till in (bakery, bookshop)]
    async with held_up(town.mall.hub.settings, "federation.draws", desks=2) as desks_wait:
        answers = [asyncio.create_task(until_answered(*one)) for one in asked]
        await desks_wait()
    told = list(await asyncio.gather(*answers))
    assert slugs(told) == {"booked": 1, "not-enough-points": 1}
    await ties(town.mall, hanako, sold + told)


async def test_a_card_that_earns_and_spends_at_once_is_never_short(
    town: Town, processes: int
) -> None:
    tills = town.tills(90, processes)
    hanako, sold = await town.card(tills[0], points=100)
    answers = await all_at_once(
        [
            (accrual, redemption, purchase)[number % 3](till, hanako, 15)
            for number, till in enumerate(tills)
        ]
    )
    assert slugs(answers[::3]) == {"booked": 30}
    spent = slugs(answers[1::3]) + slugs(answers[2::3])
    assert spent.keys() <= {"booked", "not-enough-points"}
    left = await ties(town.mall, hanako, sold + answers)
    purchases = slugs(answers[2::3])["booked"]
    assert left == 100 + 30 * 15 + purchases - 15 * spent["booked"]


async def test_a_hot_card_loses_no_sale(town: Town, processes: int) -> None:
    tills = town.tills(200, processes)
    hanako, sold = await town.card(tills[0], points=1)
    answers = await all_at_once([accrual(till, hanako, 10) for till in tills])
    assert slugs(answers) == {"booked": 200}
    balances = sorted(answer.json["balance"]["points"] for answer in answers)
    assert balances == list(range(11, 2_002, 10))
    assert await ties(town.mall, hanako, sold + answers) == 2_001


@pytest.mark.parametrize("ask", [accrual, redemption, purchase])
async def test_copies_of_a_slip_at_once_have_one_effect_and_equal_answers(
    town: Town, processes: int, ask: Any
) -> None:
    tills = town.copies(16, processes)
    hanako, receipts = await town.card(tills[0], points=100)
    for _ in range(5):
        _, path, body = ask(tills[0], hanako, 5)
        answers = await all_at_once([(till, path, body) for till in tills])
        assert slugs(answers) == {"booked": 16}
        assert len({answer.content for answer in answers}) == 1
        fresh = [one for one in answers if "idempotent-replayed" not in one.headers]
        assert len(fresh) == 1
        receipts += fresh
    await ties(town.mall, hanako, receipts)


@pytest.mark.parametrize("ask", [accrual, redemption, purchase])
async def test_one_slip_for_two_members_at_once_is_one_members_only(
    town: Town, processes: int, ask: Any
) -> None:
    tills = town.copies(4, processes)
    for _ in range(8):
        cards = [await town.card(tills[0], points=20) for _ in tills]
        asked = [ask(till, card, 5) for till, (card, _) in zip(tills, cards, strict=True)]
        for _, _, body in asked:
            body["slip"] = asked[0][2]["slip"]
        async with ticking(town.mall):
            answers = await all_at_once(asked)
        assert slugs(answers) == {"booked": 1, "slip-reused": 3}
        for (member, sold), answer in zip(cards, answers, strict=True):
            await ties(town.mall, member, [*sold, answer])


@pytest.mark.parametrize(
    ("same", "why"), [("slip", "slip-reused"), ("receipt_no", "receipt-already-booked")]
)
async def test_two_processes_have_one_slip_and_one_receipt_for_one_of_two_members(
    town: Town, same: str, why: str
) -> None:
    """Neither waits for the other's member: both are in the middle of it when they are let go, each
    with an instant of its own."""
    tills = town.copies(2, processes=2)
    cards = [await town.card(till, points=20) for till in tills]
    asked = [accrual(till, card, 5) for till, (card, _) in zip(tills, cards, strict=True)]
    asked[1][2][same] = asked[0][2][same]
    settings = town.mall.hub.settings
    async with (
        await psycopg.AsyncConnection.connect(settings.database_url, autocommit=True) as conn,
        held_up(settings, "federation.draws", desks=1) as one_waits,
    ):
        answers = [asyncio.create_task(until_answered(*asked[0]))]
        await one_waits()
        town.mall.clock.set(town.mall.now + timedelta(microseconds=1))
        answers.append(asyncio.create_task(until_answered(*asked[1])))
        await until_so(conn, f"SELECT count(*) >= 2 {DESKS_THAT_WAIT}")
    told = list(await asyncio.gather(*answers))
    assert slugs(told) == {"booked": 1, why: 1}
    for (member, sold), answer in zip(cards, told, strict=True):
        await ties(town.mall, member, [*sold, answer])


@pytest.mark.parametrize("members", [1, 4], ids=["one-card", "four-cards"])
async def test_a_receipt_under_several_slips_at_once_earns_once(
    town: Town, processes: int, members: int
) -> None:
    tills = town.copies(4, processes)
    for _ in range(8):
        cards = [await town.card(tills[0], points=20) for _ in range(members)] * (4 // members)
        asked = [accrual(till, card, 5) for till, (card, _) in zip(tills, cards, strict=True)]
        for _, _, body in asked:
            body["receipt_no"] = asked[0][2]["receipt_no"]
        answers = await all_at_once(asked)
        assert slugs(answers) == {"booked": 1, "receipt-already-booked": 3}
        [first] = [one.json["slip"] for one in answers if one.status == 201]
        assert {one.json["first_slip"] for one in answers if one.status == 409} == {first}


async def test_a_crowd_of_cards_at_every_till_ties(town: Town, processes: int) -> None:
    """Batches of many members, in which each must be paid out of its own lots."""
    tills = town.tills(96, processes)
    cards = [await town.card(tills[0], points=50 + number) for number in range(12)]
    asked = [
        (redemption, purchase)[number // 12 % 2](till, cards[number % 12][0], 17)
        for number, till in enumerate(tills)
    ]
    answers = await all_at_once(asked)
    assert slugs(answers).keys() == {"booked", "not-enough-points"}
    for number, (member, sold) in enumerate(cards):
        assert await ties(town.mall, member, sold + answers[number::12]) < 17 + 50 + number - 17
