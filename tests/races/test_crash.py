"""kill -9 under load: whatever a till was told stands, whatever it was not told it can ask again,
and each slip is in the books once. On SIGTERM nobody who was let in is left without an answer."""

import asyncio
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from deploy.embedded import Servers, embedded
from deploy.migrate import migrate
from deploy.settings import Settings
from tests.conftest import Given
from tests.mall import BEGIN, Answered, Mall, Member, Shop, settings_for
from tests.races.hubs import (
    TURNED_AWAY,
    Asks,
    end_desks,
    held_up,
    hubs,
    lay_out,
    mall_of,
    once,
    ties,
    until,
    until_answered,
)

TILLS = 32
CARDS = 12
MANY = 150
AGAIN_SECONDS = 0.25


class Rush:
    """Tills that ask without a pause, and remember what they asked and what they were told."""

    def __init__(self, shops: list[Shop], members: list[Member], patient: bool = True) -> None:
        self.shops = shops
        self.members = members
        self.patient = patient  # such a till asks again until it is told; others go at once
        self.told: dict[str, Answered] = {}
        self.asked: dict[str, tuple[Shop, str, Asks, Member]] = {}
        self.turned_away: list[str] = []
        self.unheard: list[str] = []
        self.broken_lines = 0
        self._open = True
        self._numbers = itertools.count()

    @property
    def in_doubt(self) -> list[str]:
        """What was asked and not yet answered."""
        return [slip for slip in self.asked if slip not in self.told]

    def stop(self) -> None:
        """Every till ends with the answer it waits for."""
        self._open = False

    async def till(self) -> None:
        """One till: sales, redemptions and purchases in turn, with cards that many others hold."""
        while self._open:
            number = next(self._numbers)
            shop = self.shops[number % len(self.shops)]
            member = random.choice(self.members)
            path, body = [
                ("/v1/accruals", shop.sale(member, 2_200)),
                ("/v1/redemptions", shop.spending(member, 15)),
                ("/v1/purchases", shop.sale(member, 330, points=12)),
            ][number % 3]
            self.asked[body["slip"]] = shop, path, body, member
            await self.ask(body["slip"])

    async def ask(self, slip: str) -> None:
        """Ask; a patient till until it is told."""
        shop, path, body, _ = self.asked[slip]
        for _ in range(400):
            answer = await once(shop, path, body)
            if answer is None:
                self.broken_lines += 1
            elif answer.status == TURNED_AWAY:
                self.turned_away.append(slip)
            else:
                assert answer.status in (201, 409), answer
                self.told[slip] = answer
                return
            if not self.patient:
                self.unheard += [slip] if answer is None else []
                self.stop()
                return
            await asyncio.sleep(AGAIN_SECONDS)
        pytest.fail(f"nobody answers {slip}")

    async def grow(self, count: int) -> None:
        """Wait until so many more were told."""
        enough = len(self.told) + count
        await until(lambda: len(self.told) >= enough)


@asynccontextmanager
async def rush(mall: Mall, shops: list[Shop], patient: bool = True) -> AsyncIterator[Rush]:
    """Tills in full swing; at the end each has its last answer."""
    for shop in shops:
        shop.mall = mall
        await shop.token()
    crowd = Rush(shops, await mall.members(CARDS), patient)
    async with asyncio.TaskGroup() as tills:
        for _ in range(TILLS):
            tills.create_task(crowd.till())
        yield crowd
        crowd.stop()


async def laid_out(settings: Settings) -> list[Shop]:
    """Two shops of two facilities."""
    async with mall_of(settings) as mall:
        await lay_out(mall)
        return [await mall.shop("bakery"), await mall.shop("bookshop", "takamatsu")]


async def every_answer_stands(crowd: Rush) -> None:
    """Each slip is answered again, byte for byte."""
    slips = iter(list(crowd.told))

    async def till() -> None:
        for slip in slips:
            shop, path, body, _ = crowd.asked[slip]
            again, first = await until_answered(shop, path, body), crowd.told[slip]
            assert (again.status, again.content) == (first.status, first.content)
            assert again.headers["idempotent-replayed"] == "true"

    await asyncio.gather(*(till() for _ in range(TILLS)))


async def each_slip_is_booked_once(settings: Settings, crowd: Rush) -> None:
    """The books hold what the tills were told, once, and nothing else."""
    async with mall_of(settings) as mall:
        assert await mall.broken() == []
        for member in crowd.members:
            own = [one for slip, one in crowd.told.items() if crowd.asked[slip][3] is member]
            await ties(mall, member, own)
        async with mall.hub.pools.use("auditor") as conn:
            rows = await (await conn.execute("SELECT slip FROM federation.slips")).fetchall()
        assert Counter(slip for (slip,) in rows) == Counter(list(crowd.told))


async def test_a_killed_hub_has_lost_nothing_it_said(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    shops = await laid_out(settings)
    kills = 0
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        async with rush(mall, shops) as crowd:
            for place, machine_too in (("federation.draws", False), ("federation.slips", True)):
                await crowd.grow(MANY)
                async with held_up(settings, place, desks=1) as in_the_middle:
                    await in_the_middle()
                    hub.send(signal.SIGKILL)
                    kills += await hub.gone() == -signal.SIGKILL
                    if machine_too:  # PostgreSQL does not even finish what it was sent
                        await end_desks(settings)
                assert crowd.in_doubt
                hub.start()
                await hub.ready()
            await crowd.grow(MANY)
        assert (kills, crowd.in_doubt) == (2, [])
        assert crowd.broken_lines >= kills
        await every_answer_stands(crowd)
    await each_slip_is_booked_once(settings, crowd)


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Servers of this test alone: nobody else's are killed."""
    with (
        TemporaryDirectory(prefix="meguri-") as folder,
        embedded(Path(folder), tuned_for_tests=True) as ours,
    ):
        yield ours


async def test_a_killed_postgres_has_lost_nothing_the_hub_said(
    servers: Servers, tmp_path: Path
) -> None:
    settings = settings_for(servers.database_url, servers.redis_url, tmp_path)
    migrate(settings, BEGIN - timedelta(days=31))
    shops = await laid_out(settings)
    kills = 0
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        async with rush(mall, shops) as crowd:
            for _ in range(2):
                await crowd.grow(MANY)
                turned_away = len(crowd.turned_away)
                os.kill(servers.postgres_pid, signal.SIGKILL)
                kills += 1
                # The hub lives on, and tells each till that it cannot book.
                await until(lambda: len(crowd.turned_away) >= turned_away + TILLS)  # noqa: B023
                assert crowd.in_doubt
                servers.restart_postgres()
            await crowd.grow(MANY)
        assert (kills, crowd.in_doubt) == (2, [])
        await every_answer_stands(crowd)
    await each_slip_is_booked_once(settings, crowd)


async def test_a_hub_that_is_told_to_stop_answers_everyone_it_let_in(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    shops = await laid_out(settings)
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        async with rush(mall, shops, patient=False) as crowd:
            await crowd.grow(MANY)
            before, waiting = set(crowd.told), crowd.in_doubt
            hub.send(signal.SIGTERM)
            assert await hub.gone() in (0, -signal.SIGTERM)
        assert waiting, "it was told in the middle of a rush"
        assert set(waiting) & (crowd.told.keys() - before), "and still answered who was inside"
        # Whom it did not let in, or turned away, it has not booked: the books know the others only.
        assert set(crowd.in_doubt) == {*crowd.unheard, *crowd.turned_away}
    await each_slip_is_booked_once(settings, crowd)
