"""稼働の記録: how the promises stood at any minute of the last ninety days, and when one broke."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

import federation
from deploy.clock import wall
from deploy.pools import Pools
from deploy.watch import WORDS, Promise, Status
from federation.days import TOKYO
from federation.reading import rows
from federation.sql import statement

LOOKED_AT = statement(federation.__file__ or "", "looked_at")
DAYS = statement(federation.__file__ or "", "look_days")
BREAKS = statement(federation.__file__ or "", "breaks")
FORGET = statement(federation.__file__ or "", "forget_looks")

KEPT = timedelta(days=90)
COUNTED_AGAIN = timedelta(seconds=60)
MOST_BREAKS = 50
MINUTES = 24 * 60
AWAY = (psycopg.OperationalError, PoolTimeout)

Looked = dict[str, tuple[int, int]]
looked_of = msgspec.json.Decoder(Looked).decode
Stood = Literal["sound", "broken", "unseen"]


class Day(Struct, frozen=True):
    """A day in Japan: minutes in which somebody looked, and those in which a promise was broken."""

    on: date
    minutes: int
    broken_minutes: int

    @property
    def stood(self) -> Stood:
        """How the day is told in one word."""
        if self.broken_minutes:
            return "broken"
        return "sound" if self.minutes else "unseen"


class Break(Struct, frozen=True):
    """A promise that was broken: from the look that found it to the one that found it mended."""

    promise: str
    ja: str
    en: str
    from_at: datetime
    until_at: datetime | None
    most_broken: int


class History(Struct, frozen=True):
    """The last ninety days, and what was broken in them."""

    days: tuple[Day, ...]
    breaks: tuple[Break, ...]


class Remembered:
    """What the watch remembers, for one process; the days are counted once a minute at most."""

    def __init__(self, pools: Pools, now: Callable[[], datetime] = wall) -> None:
        self._pools = pools
        self._now = now
        self._days: tuple[datetime, tuple[Day, ...]] | None = None

    async def at(self, at: datetime) -> Status | None:
        """The promises as they stood at a minute; None where nobody looked."""
        async with self._pools.use("app") as conn:
            found = await rows(conn, LOOKED_AT, {"at": at})
        if not found:
            return None
        looked: Looked = looked_of(found[0]["promises"])
        promises = tuple(
            Promise(name, *WORDS.get(name, (name, name)), *looked[name])
            for name in sorted(looked, key=place)
        )
        sound = not any(one.broken for one in promises)
        return Status(sound, False, found[0]["looked_at"], promises)

    async def history(self) -> History | None:
        """The days and the breaks; None while the database is away."""
        try:
            async with self._pools.use("app") as conn:
                return History(await self._counted(conn), await self._breaks(conn))
        except AWAY:
            return None

    async def _counted(self, conn: AsyncConnection) -> tuple[Day, ...]:
        now = self._now()
        if self._days is None or now - self._days[0] >= COUNTED_AGAIN:
            first_on = (now - KEPT + timedelta(days=1)).astimezone(TOKYO).date()
            since = datetime.combine(first_on, datetime.min.time(), TOKYO)
            known = {
                row["on_day"]: Day(*row.values())
                for row in await rows(conn, DAYS, {"since": since})
            }
            all_days = (first_on + timedelta(days=n) for n in range(KEPT.days))
            self._days = now, tuple(known.get(on, Day(on, 0, 0)) for on in all_days)
        return self._days[1]

    async def _breaks(self, conn: AsyncConnection) -> tuple[Break, ...]:
        asked = {"since": self._now() - KEPT, "until": self._now() + KEPT, "most": MOST_BREAKS}
        return tuple(
            Break(row.pop("promise"), *WORDS.get(name, (name, name)), **row)
            for row in await rows(conn, BREAKS, asked)
            for name in (row["promise"],)
        )


def place(promise: str) -> tuple[int, str]:
    """Where a promise stands among all: as the watch tells them."""
    known = list(WORDS)
    return (known.index(promise) if promise in known else len(known)), promise


async def forget(conn: AsyncConnection, now: datetime) -> int:
    """Let go of minutes that nobody may ask for any more; how many."""
    return (await conn.execute(FORGET, {"before": now - KEPT})).rowcount
