"""One mall that several processes serve, for all tests of a module."""

import itertools
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, settings_for
from tests.races.hubs import (
    Asks,
    HubProcess,
    cloned,
    hubs,
    lay_out,
    mall_of,
    through,
    until_answered,
)


class Town:
    """One mall, its two shops, one where a bare card number spends little, and the processes that
    serve it."""

    def __init__(
        self, mall: Mall, shops: list[Shop], strict: Shop, processes: list[HubProcess]
    ) -> None:
        self.mall = mall
        self.shops = shops
        self.strict = strict
        self.processes = processes

    def tills(self, count: int, processes: int) -> list[Shop]:
        """Tills of both shops in turn, those of each shop at every process."""
        lines = [through(shop, hub) for hub in self.processes[:processes] for shop in self.shops]
        return list(itertools.islice(itertools.cycle(lines), count))

    def copies(self, count: int, processes: int) -> list[Shop]:
        """Tills of one shop, which send the same."""
        return self.lines(self.shops[0], count, processes)

    def lines(self, shop: Shop, count: int, processes: int) -> list[Shop]:
        """Tills of one shop, at every process in turn."""
        lines = [through(shop, hub) for hub in self.processes[:processes]]
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
            strict = await mall.shop("strict", static_card_limit_points=20)
            async with hubs(settings, folder, count=2) as processes:
                mall.url = processes[0].url
                for shop in (*shops, strict):
                    await shop.token()  # which every till of the shop then shares
                yield Town(mall, shops, strict, processes)


@pytest.fixture(params=[1, 2], ids=["one-process", "two-processes"])
def processes(request: pytest.FixtureRequest) -> int:
    """At how many processes the tills ask."""
    return int(request.param)


def redemption(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    return shop, "/v1/redemptions", shop.spending(member, points)


def purchase(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    """It earns one point on the 110 yen that are paid in money."""
    return shop, "/v1/purchases", shop.sale(member, 110, points=points)


def accrual(shop: Shop, member: Member, points: int) -> tuple[Shop, str, Asks]:
    return shop, "/v1/accruals", shop.sale(member, points * 110)
