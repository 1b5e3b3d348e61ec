"""Many tills at the same moment: whatever the order, it is as if they had come one by one.

Each test runs at one process of the hub and at two, where only the lock in PostgreSQL keeps order.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, settings_for
from tests.races.hubs import (
    Asks,
    HubProcess,
    all_at_once,
    cloned,
    held_up,
    hubs,
    lay_out,
    mall_of,
    slugs,
    through,
    ties,
    until_answered,
)


class Town:
    """One mall, its two shops and the processes that serve it."""

    def __init__(self, mall: Mall, shops: list[Shop], processes: list[HubProcess]) -> None:
        self.mall = mall
        self.shops = shops
        self.processes = processes

    def tills(self, count: int, processes: int) -> list[Shop]:
        """Tills of both shops in turn, those of each shop at every process."""
        lines = [through(shop, hub) for hub in self.processes[:processes] for shop in self.shops]
        return list(itertools.islice(itertools.cycle(lines), count))

    def copies(self, count: int, processes: int) -> list[Shop]:
        """Tills of one shop, which send the same."""
        lines = [through(self.shops[0], hub) for hub in self.processes[:processes]]
        return list(itertools.islice(itertools.cycle(lines), count))

    async def card(self, shop: Shop, points: int) -> tuple[Member, list[Answered]]:
        """A card with points on it, and the receipt of the sale that gave them."""
        member = (await self.mall.members(1))[0]
        sold = await until_answered(*accrual(shop, member, points))
        assert sold.status == 201, sold
        return member, [sold]


@pytest.fixture(scope="module")
async def town(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    """One mall for all these tests, each with shops and cards of its own."""
    folder: Path = tmp_path_factory.mktemp("races")
    with cloned(given.database_url, template, f"meguri_races_{os.getpid()}") as database:
        settings = settings_for(database, given.redis_url, folder)
        async with mall_of(settings) as mall:
            await lay_out(mall)
            shops = [
                await mall.shop("bakery", "tokushima"),
                await mall.shop("bookshop", "takamatsu"),
            ]
            async with hubs(settings, folder, count=2) as processes:
                mall.url = processes[0].url
                for shop in shops:
                    await shop.token()  # which every till of the shop then shares
                yield Town(mall, shops, processes)


@pytest.fixture(params=[1, 2], ids=["one-process", "two-processes"])
def processes(request: pytest.FixtureRequest) -> int:
    """At how many processes the tills ask."""
    return int(request.param)


@pytest.fixture(autouse=True)
async def promises(town: Town) -> AsyncIterator[None]:
    """Whatever the tills did, every promise of the books is kept."""
    yield
    assert await town.mall.broken() == []


def redemption(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    return shop, "/v1/redemptions", shop.spending(member, points)


def purchase(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    """It earns one point on the 110 yen that are paid in money."""
    return shop, "/v1/purchases", shop.sale(member, 110, points=points)


def accrual(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    return shop, "/v1/accruals", shop.sale(member, points * 110)


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
        answers = await all_at_once(asked)
        assert slugs(answers) == {"booked": 1, "slip-reused": 3}
        for (member, sold), answer in zip(cards, answers, strict=True):
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
