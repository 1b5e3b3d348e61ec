"""What strikes the service, one after another, and how long it takes until the tills on that path
are booked again."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from time import monotonic

import psycopg

from tests.storm.fleet import Fleet
from tests.storm.plan import MEETING
from tests.storm.proxy import LOSING, Proxy
from tests.storm.site import Site
from tests.storm.year import Year

GIVES_UP_SECONDS = 300.0
APART_SECONDS = 0.35
BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE application_name LIKE 'meguri%%' AND pid <> pg_backend_pid() ORDER BY pid
"""
DESKS = """
SELECT pid FROM pg_stat_activity WHERE application_name = 'meguri desk' ORDER BY pid
"""
STANDING = """
SELECT pid FROM pg_stat_activity
WHERE application_name = 'meguri desk' AND wait_event_type = 'Lock' ORDER BY pid
"""
HELD_UP = "LOCK TABLE federation.draws IN SHARE MODE"  # which every booking writes
GLANCES, GLANCE_SECONDS = 200, 0.01
Ended = tuple[float, Sequence[int]]  # when the fault was over, and at which hubs it was felt


class Faults:
    """The faults of a storm, and what they came to."""

    def __init__(
        self, site: Site, proxies: Sequence[Proxy], fleet: Fleet, year: Year, seed: int
    ) -> None:
        self.site = site
        self.proxies = proxies
        self.fleet = fleet
        self.year = year
        self.dice = random.Random(seed)
        self.everywhere = range(len(site.hubs))
        self.done: Counter[str] = Counter()
        self.recoveries: list[tuple[str, float]] = []
        self.now = "calm"
        self._kinds: dict[str, Callable[[], Awaitable[Ended | None]]] = {
            "backend killed": self._backend_killed,
            "hub killed": self._hub_killed,
            "postmaster killed": self._postmaster_killed,
            "redis killed": self._redis_killed,
            "backend terminated": self._backend_terminated,
            "backend paused": self._backend_paused,
            "hub paused": self._hub_paused,
            "line refused": self._line_refused,
            "line silent": self._line_silent,
            "line cut": self._line_cut,
            "line slow": self._line_slow,
            "clock ahead": self._clock_ahead,
            "clock back": self._clock_back,
            "clock unreadable": self._clock_unreadable,
            MEETING: self._desks_meet,
        }

    async def strike(self, kind: str) -> None:
        """One fault, and the calm after it."""
        await asyncio.sleep(self.dice.uniform(0.05, APART_SECONDS))
        self.now = kind
        ended: Ended | None = None
        with suppress(psycopg.Error, ProcessLookupError):  # whom it was meant for had just left
            ended = await (self._loses(kind) if kind in LOSING else self._kinds[kind]())
        if ended is None:
            return
        self.done[kind] += 1
        await self.recovered(kind, *ended)

    async def recovered(self, kind: str, since: float, hubs: Sequence[int]) -> None:
        """Wait until every hub that felt it books what it is asked from then on."""
        waits = [self.fleet.booked_at(hub, since) for hub in hubs]
        try:
            async with asyncio.timeout(GIVES_UP_SECONDS):
                self.recoveries += [(kind, took) for took in await asyncio.gather(*waits)]
        except TimeoutError:
            self.fleet.wrong.append(f"no hub books again after: {kind}")

    async def _asked(self, query: str) -> list[int]:
        """Processes that PostgreSQL names."""
        url = self.site.servers.database_url
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            rows = await conn.execute(query.encode())
            return [row[0] for row in await rows.fetchall()]

    async def _backend(self, query: str = BACKENDS) -> int | None:
        """One of the hubs' sessions; a desk's as often as any other's."""
        if self.dice.random() < 0.5:
            query = DESKS
        for _ in range(50):
            with suppress(psycopg.Error):
                found = [pid for pid in await self._asked(query) if self._is_ours(pid)]
                if found:
                    return self.dice.choice(found)
            await asyncio.sleep(0.1)
        return None

    def _is_ours(self, pid: int) -> bool:
        """Every process of PostgreSQL has its books as its working directory."""
        with suppress(OSError):
            return Path(f"/proc/{pid}/cwd").readlink() == self.site.servers.postgres.data
        return False

    @asynccontextmanager
    async def _held_up(self, desks: int) -> AsyncIterator[list[int]]:
        """Whoever books is held up in the middle of it, until so many desks stand there or one
        before another; these."""
        url = self.site.servers.database_url
        async with await psycopg.AsyncConnection.connect(url) as conn:
            await conn.execute(HELD_UP)
            standing: list[int] = []
            for _ in range(GLANCES):
                await conn.execute("SELECT pg_stat_clear_snapshot()")
                rows = await conn.execute(STANDING)
                standing = [row[0] for row in await rows.fetchall()]
                if len(standing) >= desks:
                    break
                await asyncio.sleep(GLANCE_SECONDS)
            yield standing

    async def _desks_meet(self) -> Ended | None:
        """All desks are in the middle of a booking at the same time, for the same cards if there
        is a crowd."""
        async with self._held_up(len(self.site.hubs)) as standing:
            met = len(standing) >= len(self.site.hubs)
        return (monotonic(), self.everywhere) if met else None

    async def _backend_killed(self) -> Ended | None:
        """Every other time it is a desk's, in the middle of a booking."""
        ended: Ended | None = None
        if self.done["backend killed"] % 2 == 0:
            with suppress(psycopg.Error):  # who held it up is ended with all others
                async with self._held_up(1) as standing:
                    ended = await self._killed(standing[0]) if standing else None
        return ended or await self._killed(await self._backend())

    async def _killed(self, victim: int | None) -> Ended | None:
        """PostgreSQL then ends all other sessions, and opens its books again."""
        url = self.site.servers.database_url
        if victim is None:
            return None
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as witness:
            if not self._is_ours(victim):
                return None
            os.kill(victim, signal.SIGKILL)
            with suppress(psycopg.Error):
                while True:  # until this session, too, is ended
                    await witness.execute("SELECT 1")
                    await asyncio.sleep(0.002)
        await self._database_is_back()
        return monotonic(), self.everywhere

    async def _database_is_back(self) -> None:
        for _ in range(6_000):
            with suppress(psycopg.Error):
                await self._asked("SELECT 1")
                return
            await asyncio.sleep(0.01)

    async def _backend_terminated(self) -> Ended | None:
        victim = await self._backend()
        if victim is None:
            return None
        await self._asked(f"SELECT pg_terminate_backend({victim})::integer")
        return monotonic(), self.everywhere

    async def _backend_paused(self) -> Ended | None:
        victim = await self._backend(DESKS)
        if victim is None:
            return None
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGSTOP)
            try:
                await asyncio.sleep(self.dice.uniform(0.3, 2.0))
            finally:
                os.kill(victim, signal.SIGCONT)
        return monotonic(), self.everywhere

    async def _postmaster_killed(self) -> Ended:
        os.kill(self.site.servers.postgres_pid, signal.SIGKILL)
        await asyncio.sleep(self.dice.uniform(0.0, 0.5))
        await self.site.foreman.do(self.site.servers.restart_postgres)
        return monotonic(), self.everywhere

    async def _hub_killed(self) -> Ended:
        """One of the hubs, and now and then all of them."""
        all_of_them = self.dice.random() < 0.2
        struck = list(self.everywhere) if all_of_them else [self.dice.choice(self.everywhere)]
        for at in struck:
            self.site.hubs[at].send(signal.SIGKILL)
        for at in struck:
            await self.site.hubs[at].gone()
        await asyncio.sleep(self.dice.uniform(0.0, 0.3))
        for at in struck:
            await self.site.foreman.do(self.site.hubs[at].start)
        self.done["hub killed"] += len(struck) - 1
        return monotonic(), struck

    async def _hub_paused(self) -> Ended:
        at = self.dice.choice(self.everywhere)
        self.site.hubs[at].send(signal.SIGSTOP)
        await asyncio.sleep(self.dice.uniform(0.3, 2.5))
        self.site.hubs[at].send(signal.SIGCONT)
        return monotonic(), [at]

    async def _redis_killed(self) -> Ended:
        """Nothing that must be true lives there: the tills go on meanwhile."""
        self.site.valkey.kill()
        await asyncio.sleep(self.dice.uniform(0.1, 0.5))
        await self.recovered("without redis", monotonic(), self.everywhere)
        await self.site.foreman.do(self.site.valkey.start)
        for _ in range(1_000):
            if self.site.valkey.answers():
                break
            await asyncio.sleep(0.01)
        return monotonic(), self.everywhere

    async def _line(self, begin: Callable[[Proxy], None], most_seconds: float) -> Ended:
        """For a while the lines to one hub are not what they were."""
        at = self.dice.choice(self.everywhere)
        begin(self.proxies[at])
        await asyncio.sleep(self.dice.uniform(0.2, most_seconds))
        self.proxies[at].heal()
        return monotonic(), [at]

    async def _line_refused(self) -> Ended:
        def begin(proxy: Proxy) -> None:
            proxy.refuses = True
            proxy.cut()

        return await self._line(begin, 1.5)

    async def _line_silent(self) -> Ended:
        def begin(proxy: Proxy) -> None:
            proxy.silent = True

        return await self._line(begin, 2.0)

    async def _line_slow(self) -> Ended:
        def begin(proxy: Proxy) -> None:
            proxy.slow_seconds = self.dice.uniform(0.05, 0.4)

        return await self._line(begin, 1.5)

    async def _line_cut(self) -> Ended:
        at = self.dice.choice(self.everywhere)
        self.proxies[at].cut()
        return monotonic(), [at]

    async def _loses(self, kind: str) -> Ended | None:
        """A few bookings are committed, and their tills never hear of it."""
        at = self.dice.choice(self.everywhere)
        proxy, many = self.proxies[at], self.dice.randint(1, 6)
        before = proxy.done[kind]
        proxy.armed[kind] = many
        for _ in range(500):
            if proxy.done[kind] >= before + many:
                break
            await asyncio.sleep(0.01)
        proxy.armed[kind] = 0
        return (monotonic(), [at]) if proxy.done[kind] > before else None

    async def _clock_ahead(self) -> Ended:
        self.year.leap(timedelta(minutes=self.dice.choice((1, 20, 90, 600))))
        return monotonic(), self.everywhere

    async def _clock_back(self) -> Ended:
        self.year.leap(-timedelta(seconds=self.dice.choice((1, 30, 180))))
        return monotonic(), self.everywhere

    async def _clock_unreadable(self) -> Ended:
        await self.year.unreadable(self.dice.uniform(0.1, 0.5))
        return monotonic(), self.everywhere
