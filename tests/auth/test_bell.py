"""The bell: heard everywhere within moments, missed by nobody who comes back, needed by no one."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import redis

from auth import bell, clients
from auth.refusals import InvalidToken
from deploy.hub import ended


@pytest.fixture
def redis_url(given: Any) -> str:
    if given.redis_url is None:
        pytest.skip("no Redis was given")
    return str(given.redis_url)


class Ear:
    def __init__(self) -> None:
        self.rings = 0

    def __call__(self) -> None:
        self.rings += 1


async def until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "in vain"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def listening(url: str | None, on_ring: Callable[[], None]) -> AsyncIterator[None]:
    task = asyncio.create_task(bell.listen(url, on_ring))
    try:
        yield
    finally:
        await ended(task)  # redis-py keeps who connects from hearing that it was cancelled


async def test_a_ring_is_heard_in_every_process(redis_url):
    ears = [Ear(), Ear()]
    async with listening(redis_url, ears[0]), listening(redis_url, ears[1]):
        await until(lambda: all(ear.rings for ear in ears))
        for ear in ears:
            ear.rings = 0
        assert await bell.ring(redis_url, "a client")
        await until(lambda: [ear.rings for ear in ears] == [1, 1])


async def test_who_was_out_of_earshot_looks_again_on_coming_back(redis_url):
    ear = Ear()
    async with listening(redis_url, ear):
        await until(lambda: ear.rings == 1)
        with redis.Redis.from_url(redis_url) as valkey:
            valkey.client_kill_filter(_type="pubsub")
        await until(lambda: ear.rings == 2)
        assert await bell.ring(redis_url, "a client")
        await until(lambda: ear.rings == 3)


async def test_a_line_that_went_dead_is_made_anew(redis_url, monkeypatch):
    monkeypatch.setattr(bell, "HEARTBEAT", 0.1)
    ear = Ear()
    async with listening(redis_url, ear):
        await until(lambda: ear.rings == 1)
        await asyncio.sleep(0.5)
        assert ear.rings == 1, "a line that answers is kept"
        with redis.Redis.from_url(redis_url) as valkey:
            valkey.execute_command("CLIENT", "PAUSE", "600", "ALL")
        await until(lambda: ear.rings == 2)


async def test_without_redis_nothing_rings_and_nothing_fails():
    ear = Ear()
    await bell.listen(None, ear)
    assert not await bell.ring(None, "a client")
    nobody = "redis://127.0.0.1:9/0"
    assert not await bell.ring(nobody, "a client")
    async with listening(nobody, ear):
        await asyncio.sleep(0.5)
    assert ear.rings == 0


async def test_a_reader_follows_a_revocation_within_moments(
    start, hub, bakery, worker, wall, redis_url
):
    other = await start()
    bearer = await hub.bearer(bakery)
    heard = Ear()

    def on_ring() -> None:
        other.gate.forget()
        heard()

    async with listening(redis_url, on_ring):
        await until(lambda: heard.rings == 1)
        await other.gate.admit(bearer)
        await clients.revoke(worker, bakery.client_id, wall())
        await other.gate.admit(bearer)
        await bell.ring(redis_url, bakery.client_id)
        await until(lambda: heard.rings == 2, seconds=1)
        with pytest.raises(InvalidToken):
            await other.gate.admit(bearer)
