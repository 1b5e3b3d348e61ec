"""The bell: tells every process at once that a door was shut.

It is only a bell. For money the booking desk reads the doors' counter in its own transaction, and
a gate remembers nobody longer than a minute; so without Redis, or with a bell that nobody heard,
everything stays right and a reader's token merely lives a little longer.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import redis
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

CHANNEL = "meguri:doors"
FIRST_WAIT = 0.1  # seconds
LONGEST_WAIT = 5.0
PATIENCE = 1.0
HEARTBEAT = 15.0
NO_RETRY = Retry(NoBackoff(), 0)

log = logging.getLogger("meguri.bell")


def line(redis_url: str) -> Redis:
    """A line to Redis that gives up soon."""
    return Redis.from_url(
        redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=NO_RETRY
    )


async def ring(redis_url: str | None, what: str) -> bool:
    """Say that a door was shut. False where there is no bell, or it could not be rung."""
    if redis_url is None:
        return False
    try:
        async with line(redis_url) as bell:
            await bell.publish(CHANNEL, what)
    except (redis.RedisError, OSError):
        log.warning("the bell could not be rung")
        return False
    return True


async def listen(redis_url: str | None, on_ring: Callable[[], None]) -> None:
    """Call `on_ring` at every ring, for as long as the process lives.

    Whoever was out of earshot may have missed one, so coming back counts as a ring.
    """
    wait = FIRST_WAIT
    while redis_url is not None:
        try:
            async with line(redis_url) as bell, bell.pubsub() as ear:
                await ear.subscribe(CHANNEL)
                async for _ in rings(ear):
                    wait = FIRST_WAIT
                    on_ring()
        except (redis.RedisError, OSError):
            log.warning("the bell is out of earshot")
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


async def rings(ear: PubSub) -> AsyncIterator[bytes]:
    """What each ring says, and nothing each time the line was made; it ends when the other side is
    silent."""
    asked = False
    while True:
        heard = await ear.get_message(timeout=HEARTBEAT)
        if heard is not None:
            asked = False
            if heard["type"] in ("subscribe", "message"):
                yield heard["data"] if heard["type"] == "message" else b""
        elif asked:
            return
        else:
            await ear.ping()
            asked = True
