"""While the database is away, right after a door has moved: whoever sells waits once, together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from tests.mall import Mall
from tests.races.hubs import once

TILLS = 12


@pytest.mark.parametrize("at", ["the tills", "the keys"])
async def test_tills_that_wait_for_the_same_look_are_told_at_once_that_it_failed(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Each waited for the pool in its turn: the twelfth for a minute."""
    hub = mall.hub
    bakery, members = await mall.shop("bakery"), await mall.members(TILLS)
    await bakery.sells(members[0], yen=1_100)
    looks = 0

    @asynccontextmanager
    async def away() -> AsyncIterator[AsyncConnection]:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.5)
        raise PoolTimeout
        yield

    sales = [bakery.sale(member, 1_100) for member in members]
    with monkeypatch.context() as patch:
        if at == "the tills":
            patch.setattr(hub.mall, "_connect", away)
            hub.mall.forget()
        else:
            patch.setattr(hub.keys, "_reader", away)
            hub.gate.forget()
        told = await asyncio.gather(*(once(bakery, "/v1/accruals", sale) for sale in sales))
    assert [answer.status for answer in told if answer] == [503] * TILLS
    assert looks < 3, "one asks for all who are there"
    for sale in sales:
        assert (await bakery.post("/v1/accruals", **sale)).status == 201


async def test_keys_that_are_forgotten_while_they_are_read_are_read_again_by_whoever_waited(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = mall.hub
    bakery, members = await mall.shop("bakery"), await mall.members(TILLS)
    await bakery.sells(members[0], yen=1_100)
    read = 0

    @asynccontextmanager
    async def disturbed() -> AsyncIterator[AsyncConnection]:
        nonlocal read
        read += 1
        async with hub.pools.use("app") as conn:
            yield conn
        if read == 1:
            hub.gate.forget()

    sales = [bakery.sale(member, 1_100) for member in members]
    with monkeypatch.context() as patch:
        patch.setattr(hub.keys, "_reader", disturbed)
        hub.gate.forget()
        told = await asyncio.gather(*(once(bakery, "/v1/accruals", sale) for sale in sales))
    assert [answer.status for answer in told if answer] == [201] * TILLS
    assert read > 1
