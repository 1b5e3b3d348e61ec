"""Two members become one, and cards are swapped, while tills sell to both: as if one after another.

Two processes of the hub, so that only the locks in PostgreSQL keep order.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, settings_for
from tests.office import Office, card, office
from tests.races.hubs import (
    PLACE,
    cloned,
    held_up,
    hubs,
    lay_out,
    mall_of,
    slugs,
    through,
    until_answered,
    until_so,
)


class Town:
    """One mall, a shop and somebody at the office, each at both processes."""

    def __init__(self, mall: Mall, shops: list[Shop], clerks: list[Office]) -> None:
        self.mall = mall
        self.shops = shops
        self.clerks = clerks

    async def pair(self, first: int, second: int) -> tuple[Member, Member]:
        """Two members with so many points."""
        members = await self.mall.members(2)
        for member, points in zip(members, (first, second), strict=True):
            sale = self.shops[0].sale(member, points * 110)
            assert (await until_answered(self.shops[0], "/v1/accruals", sale)).status == 201
        return members[0], members[1]


@pytest.fixture(scope="module")
async def town(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    folder: Path = tmp_path_factory.mktemp("members")
    with cloned(given.database_url, template, f"meguri_members_{os.getpid()}") as database:
        settings = settings_for(database, given.redis_url, folder)
        async with mall_of(settings) as mall:
            await lay_out(mall)
            shop = await mall.shop("bakery")
            async with hubs(settings, folder, count=2) as processes:
                mall.url = processes[0].url
                await shop.token()
                shops = [through(shop, hub) for hub in processes]
                clerks = []
                for hub in processes:
                    clerk = await office(mall)
                    clerk.client = through(clerk.client, hub)  # type: ignore[arg-type]
                    clerks.append(clerk)
                    await clerk.client.token()
                yield Town(mall, shops, clerks)


@pytest.fixture(autouse=True)
async def promises(town: Town) -> AsyncIterator[None]:
    """Whatever happened at once, every promise of the books is kept."""
    yield
    assert await town.mall.broken() == []


def merging(clerk: Office, source: Member, target: Member) -> tuple[Any, str, dict[str, Any]]:
    body = clerk.asked(source=clerk.handle(source), target=clerk.handle(target))
    return clerk.client, "/v1/admin/merges", body


async def at_once(asked: list[tuple[Any, str, dict[str, Any]]]) -> list[Answered]:
    """Everyone asks at the same moment."""
    return list(await asyncio.gather(*(until_answered(*one) for one in asked)))


@pytest.mark.parametrize("first", [0, 1], ids=["the merge first", "the tills first"])
async def test_points_are_never_lost_nor_spent_twice_while_two_become_one(
    town: Town, first: int
) -> None:
    for _ in range(6):
        source, target = await town.pair(100, 200)
        spends = [
            (town.shops[n % 2], "/v1/redemptions", town.shops[0].spending(member, 30))
            for n in range(8)
            for member in (source, target)
        ]
        merge = merging(town.clerks[first], source, target)
        asked = [merge, *spends] if first == 0 else [*spends, merge]
        answers = await at_once(asked)
        told = answers[0] if first == 0 else answers[-1]
        assert told.status == 201, told
        spent = slugs([one for one in answers if one is not told])
        assert spent.keys() <= {"booked", "not-enough-points"}
        left = await town.mall.points_of(target)
        assert await town.mall.points_of(source) == 0
        assert left == 300 - 30 * spent["booked"]
        assert spent["booked"] >= 9, "of three hundred, ten; of a hundred alone, three"


async def test_a_merge_and_a_redemption_on_both_members_take_turns(town: Town) -> None:
    """Both desks are in the middle of it when the books that were held up are let go."""
    for heir in (False, True):
        source, target = await town.pair(100, 200)
        spender = target if heir else source
        spend = (town.shops[0], "/v1/redemptions", town.shops[0].spending(spender, 50))
        merge = merging(town.clerks[1], source, target)
        async with held_up(town.mall.hub.settings, "federation.draws", desks=2) as desks_wait:
            answers = [asyncio.create_task(until_answered(*one)) for one in (spend, merge)]
            await desks_wait()
        told = [await one for one in answers]
        assert slugs(told) == {"booked": 2}
        assert await town.mall.points_of(source) == 0
        assert await town.mall.points_of(target) == 250


async def test_two_who_merge_a_pair_either_way_at_once_do_it_once(town: Town) -> None:
    for _ in range(6):
        one, other = await town.pair(100, 200)
        answers = await at_once(
            [merging(town.clerks[0], one, other), merging(town.clerks[1], other, one)]
        )
        assert slugs(answers) == {"booked": 1, "already-merged": 1}
        points = [await town.mall.points_of(member) for member in (one, other)]
        assert sorted(points) == [0, 300]


async def test_a_card_that_is_swapped_spends_before_or_not_at_all(town: Town) -> None:
    for _ in range(6):
        hanako, _ = await town.pair(100, 1)
        new = Member(hanako.member_id, card())
        path = town.clerks[0].path(hanako, "/cards")
        swap = {"old_card": hanako.card, "new_card": new.card, "reason": "紛失"}
        asked = [
            (town.shops[n % 2], "/v1/redemptions", town.shops[0].spending(hanako, 10))
            for n in range(8)
        ]
        swapping = asyncio.create_task(town.clerks[1].client.post(path, **swap))
        answers = await at_once(asked)
        assert (await swapping).status == 201
        spent = slugs(answers)
        assert spent.keys() <= {"booked", "card-not-active"}
        late = await until_answered(
            town.shops[0], "/v1/redemptions", town.shops[0].spending(hanako, 10)
        )
        assert late.slug == "card-not-active"
        rest = 100 - 10 * spent["booked"]
        whole = town.shops[1].spending(new, rest)
        if rest:
            assert (await until_answered(town.shops[1], "/v1/redemptions", whole)).status == 201
        assert await town.mall.points_of(hanako) == 0


async def test_whoever_changes_a_card_lines_up_first(town: Town) -> None:
    """As the desk does: so neither reads what the other is about to change."""
    hanako, _ = await town.pair(1, 1)
    async with await psycopg.AsyncConnection.connect(town.mall.hub.settings.database_url) as conn:
        await conn.execute(PLACE, (hanako.member_id,))
        swapping = asyncio.create_task(town.clerks[0].replace(hanako, hanako.card, card()))
        await until_so(
            conn,
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'meguri_worker'"
            " AND datname = current_database() AND wait_event_type = 'Lock'",
        )
        untouched = "SELECT FROM federation.carriers WHERE carrier = %s FOR UPDATE NOWAIT"
        await conn.execute(untouched, (hanako.card,))
        await conn.rollback()
        assert (await swapping).status == 201


async def test_one_new_card_for_two_members_at_once_is_one_members(town: Town) -> None:
    for _ in range(6):
        members = await town.pair(1, 1)
        new = card()
        answers = await asyncio.gather(
            *(
                clerk.replace(member, member.card, new)
                for clerk, member in zip(town.clerks, members, strict=True)
            )
        )
        assert sorted(one.slug for one in answers) == ["", "card-known"]


async def test_a_sale_to_a_member_who_leaves_is_booked_before_or_refused(town: Town) -> None:
    for _ in range(6):
        hanako, _ = await town.pair(100, 1)
        sales = [
            (town.shops[n % 2], "/v1/accruals", town.shops[0].sale(hanako, 1_100)) for n in range(6)
        ]
        body = town.clerks[0].asked()
        leaving = (town.clerks[0].client, town.clerks[0].path(hanako, "/withdrawal"), body)
        *answers, left = await at_once([*sales, leaving])  # type: ignore[list-item]
        assert left.status == 201
        sold = slugs(answers)
        assert sold.keys() <= {"booked", "card-not-active"}
        assert left.json["forfeited_points"] == 100 + 10 * sold["booked"]
        assert await town.mall.points_of(hanako) == 0
