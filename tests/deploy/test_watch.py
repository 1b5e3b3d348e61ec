"""The promise that every entry has its number within a minute, by the wall clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import AsyncConnection

from deploy import watch
from deploy.hub import Hub
from deploy.watch import Pace, Promise, Watch
from tests.conftest import Given
from tests.mall import BEGIN, settings_for
from tests.races.hubs import lay_out, mall_of


class Wall:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    ours = Wall()
    monkeypatch.setattr(watch, "wall", ours)
    return ours


def test_an_entry_waits_since_the_last_look_that_it_was_not_there(wall: Wall) -> None:
    pace = Pace()
    assert pace.seen(oldest=None, here=100) == 0.0
    wall.later(5)
    assert pace.seen(oldest=None, here=110) == 0.0
    wall.later(5)
    assert pace.seen(oldest=112, here=120) == 5.0
    wall.later(5)
    assert pace.seen(oldest=112, here=130) == 10.0
    assert pace.over == 0
    for _ in range(12):
        wall.later(5)
        pace.seen(oldest=112, here=140)
    assert pace.over == 130, "what was there a minute ago should have its number by now"


def journal_of(promises: tuple[Promise, ...]) -> Promise:
    return next(one for one in promises if one.promise == "journal")


async def test_a_sealer_that_does_not_come_is_told_after_a_minute(
    given: Given, database: str, tmp_path: Path, wall: Wall
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with mall_of(settings) as mall:  # nobody seals here
        await lay_out(mall)
        watcher = Watch(mall.hub.pools, mall.hub.clock)
        await watcher.look()
        await book(database)
        for _ in range(12):
            wall.later(5)
            assert journal_of((await watcher.look()).promises).broken == 0
        wall.later(5)
        await watcher.look()
        told = await watcher.look()
        assert journal_of(told.promises).broken == 1
        assert not told.sound
        hub = Hub(settings)
        async with hub.running():
            while journal_of((await watcher.look()).promises).broken:
                wall.later(1)
        told = await watcher.look()
        assert (journal_of(told.promises).checked, told.sound) == (1, True)


async def book(database: str) -> None:
    """An entry, booked while nobody seals."""
    async with await AsyncConnection.connect(database, autocommit=True) as owner:
        await owner.execute(
            "INSERT INTO federation.entries (member_id, entry_id, kind, tenant_id, shop_id, till,"
            " points, at, business_date, cycle_id, booked_at) VALUES (1, 1, 'accrual', 1, 1, 'T01',"
            " 0, %(at)s, '2026-06-03', 20260601, %(at)s)",
            {"at": BEGIN},
        )


async def test_one_of_two_hubs_looks_and_both_know_what_it_saw(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with mall_of(settings) as mall:
        await lay_out(mall)
        one = Watch(mall.hub.pools, mall.hub.clock)
        other = Watch(mall.hub.pools, mall.hub.clock)
        async with await AsyncConnection.connect(database, autocommit=True) as owner:
            await owner.execute("UPDATE federation.watched SET next_look_at = '-infinity'")
            looked = await one.look_in_turn()
            assert looked.sound
            heard = await other.look_in_turn()
            assert (heard.looked_at, heard.promises) == (looked.looked_at, looked.promises)
            await book(database)  # by nobody we know: its member has no such points
            await owner.execute("UPDATE federation.entries SET points = 7")
            await owner.execute("UPDATE federation.watched SET next_look_at = '-infinity'")
            assert not (await other.look_in_turn()).sound
            assert not (await one.look_in_turn()).sound
            await owner.execute("UPDATE federation.entries SET points = 0")
            await owner.execute("UPDATE federation.watched SET next_look_at = '-infinity'")
            assert (await one.look_in_turn()).sound, "what was broken is looked at until it is not"
