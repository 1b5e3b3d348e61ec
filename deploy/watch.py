"""Promises that run in production: what was booked since the last look, every few seconds, by one
of the hubs that serve these books; the others hear what it saw, and take its turn where it is gone.
"""

import asyncio
import logging
from collections import deque
from datetime import datetime, timedelta
from typing import Any

import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection

import federation
from deploy.clock import Clock, wall
from deploy.meters import Database, promise_broken, watch_looked
from deploy.pools import Pools
from federation import gauges
from federation.reading import rows
from federation.sql import statement

WATCH = statement(federation.__file__ or "", "watch")
SINCE = statement(federation.__file__ or "", "watch_since")
DATABASE = statement(__file__, "database")
WAITING = statement(federation.__file__ or "", "journal_waiting")
TURN = statement(federation.__file__ or "", "watch_turn")
SEEN = statement(federation.__file__ or "", "watch_seen")
KEPT = statement(federation.__file__ or "", "watch_kept")
EVERY_SECONDS = 5.0
TICK_SECONDS = 2.5
BACK = timedelta(minutes=1)
LAST = 200
STALE = timedelta(seconds=30)

WORDS = {
    "wallets": ("残高はロットの合計と一致する", "A balance is the sum of its lots"),
    "entries": ("記帳は動かしたポイントどおりに残る", "An entry says what it moved"),
    "lots": ("使われたポイントは一円まで来歴がある", "Every point spent is traced to its lot"),
    "cycles": ("締めた期には何も加わらない", "Nothing is added to a closed cycle"),
    "slips": ("伝票には必ず応答が残る", "Every slip keeps its answer"),
    "journal": (
        "60秒を過ぎた記帳にはすべて連番がある",
        "Every entry older than 60 seconds has its number",
    ),
}
NUMBERED_WITHIN = timedelta(seconds=60)

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


promises_of = msgspec.json.Decoder(tuple[Promise, ...]).decode


class Pace:
    """How far behind the sealer is, by the wall clock: which transactions there were at each look.

    The hub's own clock says nothing of it: in a demo it stands still and leaps."""

    def __init__(self) -> None:
        self._looks: deque[tuple[datetime, int]] = deque()

    @property
    def over(self) -> int:
        """What these transactions booked should have its number: they began a minute ago."""
        return self._looks[0][1] if self._aged else 0

    @property
    def _aged(self) -> bool:
        return bool(self._looks) and wall() - self._looks[0][0] >= NUMBERED_WITHIN

    def seen(self, oldest: int | None, here: int) -> float:
        """Remember a look; the seconds for which the oldest entry has waited at most."""
        now = wall()
        since = [at for at, upto in self._looks if oldest is not None and upto <= oldest]
        earliest = self._looks[0][0] if self._looks else now
        lag = 0.0 if oldest is None else (now - max(since, default=earliest)).total_seconds()
        self._looks.append((now, here))
        while len(self._looks) > 1 and now - self._looks[1][0] >= NUMBERED_WITHIN:
            self._looks.popleft()
        return lag


class Watch:
    """Looks at the books from time to time, and remembers what it saw."""

    def __init__(self, pools: Pools, clock: Clock) -> None:
        self._pools = pools
        self._clock = clock
        self._pace = Pace()
        self._since: str | None = None  # the transaction before which all was seen, and sound
        self._seen: tuple[datetime, tuple[Promise, ...]] = (wall() - STALE, ())

    @property
    def status(self) -> Status:
        """What was seen last; a watch that has stopped is not sound."""
        looked_at, promises = self._seen
        stale = wall() - looked_at > STALE
        sound = not stale and not any(one.broken for one in promises)
        return Status(sound, stale, looked_at, promises)

    async def keep_looking(self) -> None:
        """Look every few seconds, or hear what another hub saw, as long as the process lives."""
        while True:
            try:
                await self.look_in_turn()
            except (psycopg.Error, OSError) as missed:
                log.warning("the watch could not look", extra={"reason": type(missed).__name__})
            await asyncio.sleep(TICK_SECONDS)

    async def look_in_turn(self) -> Status:
        """Look if it is anybody's turn; else know what was seen last."""
        async with self._pools.use("worker") as conn:
            [stands] = await rows(conn, TURN, {"seconds": EVERY_SECONDS})
        self._since = stands["since"]
        if stands["ours"]:
            return await self.look()
        if stands["looked_at"] is not None:
            self._tell(stands["looked_at"], promises_of(stands["promises"]))
        return self.status

    async def look(self) -> Status:
        """Look now, at what was booked since the last look that found all sound, and at the last
        few again; what is broken is looked at until it is mended."""
        async with self._pools.use("auditor") as conn:
            asked = {"lately": self._clock() - BACK, "last": LAST}
            [stands] = await rows(conn, SINCE, asked)
            here, *others = (stands[name] for name in ("here", "lately", "last"))
            since = [self._since if self._since is not None else others[0], others[1], here]
            found = await rows(conn, WATCH, {"since": str(min(int(x) for x in since if x))})
            found.append(await self._numbered(conn))
            [figures] = await rows(conn, DATABASE, {})
        Database(**figures).tell()
        promises = tuple(
            Promise(row["promise"], *WORDS[row["promise"]], row["checked"], row["broken"])
            for row in found
        )
        for one in promises:
            if one.broken:
                log.error("a promise is broken", extra={"reason": one.promise})
        if not any(one.broken for one in promises if one.promise != "journal"):
            self._since = here  # a sealer that is late is no reason to look at everything again
        looked_at = wall()
        self._tell(looked_at, promises)
        told = msgspec.json.encode(promises).decode()
        asked = {"looked_at": looked_at, "since": self._since, "promises": told}
        async with self._pools.use("worker") as conn:
            await conn.execute(SEEN, asked)
            await conn.execute(KEPT, asked)
        return self.status

    def _tell(self, looked_at: datetime, promises: tuple[Promise, ...]) -> None:
        """Remember what was seen, for the pages and the meters."""
        self._seen = looked_at, promises
        for one in promises:
            promise_broken.set(one.broken, {"promise": one.promise})
        watch_looked.set(looked_at.timestamp())

    async def _numbered(self, conn: AsyncConnection) -> dict[str, Any]:
        """Whether the sealer keeps up."""
        row = (await rows(conn, WAITING, {"over": str(self._pace.over)}))[0]
        oldest = int(row["oldest"]) if row["oldest"] is not None else None
        gauges.journal_lag.set(self._pace.seen(oldest, int(row["here"])))
        return {"promise": "journal", "checked": row["number"], "broken": row["late"]}
