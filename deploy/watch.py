"""Promises that run in production: what was booked in the last minute, every few seconds."""

import asyncio
import logging
from datetime import datetime, timedelta

import psycopg
from msgspec import Struct

import federation
from deploy.clock import Clock, wall
from deploy.pools import Pools
from federation.reading import rows
from federation.sql import statement

WATCH = statement(federation.__file__ or "", "watch")
EVERY_SECONDS = 5.0
BACK = timedelta(minutes=1)
STALE = timedelta(seconds=30)

WORDS = {
    "wallets": ("残高はロットの合計と一致する", "A balance is the sum of its lots"),
    "entries": ("記帳は動かしたポイントどおりに残る", "An entry says what it moved"),
    "lots": ("使われたポイントは一円まで来歴がある", "Every point spent is traced to its lot"),
    "cycles": ("締めた期には何も加わらない", "Nothing is added to a closed cycle"),
    "slips": ("伝票には必ず応答が残る", "Every slip keeps its answer"),
}

log = logging.getLogger("meguri.watch")


class Promise(Struct, frozen=True):
    """One promise: how much was looked at, and how much of it is broken."""

    promise: str
    ja: str
    en: str
    checked: int
    broken: int


class Status(Struct, frozen=True):
    """The promises at the last look; `stale` where nobody has looked for a while."""

    sound: bool
    stale: bool
    looked_at: datetime
    promises: tuple[Promise, ...]


class Watch:
    """Looks at the books from time to time, and remembers what it saw."""

    def __init__(self, pools: Pools, clock: Clock) -> None:
        self._pools = pools
        self._clock = clock
        self._seen: tuple[datetime, tuple[Promise, ...]] = (wall() - STALE, ())

    @property
    def status(self) -> Status:
        """What was seen last; a watch that has stopped is not sound."""
        looked_at, promises = self._seen
        stale = wall() - looked_at > STALE
        sound = not stale and not any(one.broken for one in promises)
        return Status(sound, stale, looked_at, promises)

    async def keep_looking(self) -> None:
        """Look every few seconds, as long as the process lives."""
        while True:
            try:
                await self.look()
            except (psycopg.Error, OSError) as missed:
                log.warning("the watch could not look", extra={"reason": type(missed).__name__})
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> Status:
        """Look once."""
        async with self._pools.use("auditor") as conn:
            found = await rows(conn, WATCH, {"since": self._clock() - BACK})
        promises = tuple(
            Promise(row["promise"], *WORDS[row["promise"]], row["checked"], row["broken"])
            for row in found
        )
        for one in promises:
            if one.broken:
                log.error("a promise is broken", extra={"reason": one.promise})
        self._seen = wall(), promises
        return self.status
