"""Hubs in processes of their own, so that several serve the same books and any can be killed; and
tills that do what a till does: send the same slip again until somebody answers it."""

import asyncio
import copy
import itertools
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, LiteralString

import aiohttp
import psycopg
import pytest
from psycopg import sql

from deploy.clock import FileClock
from deploy.hub import Hub
from deploy.serve import free_port
from deploy.settings import Settings
from federation import close
from settlement import calendar
from tenants import layout
from tests.mall import BEGIN, LONG_AGO, WHY, Answered, Mall, Member, Shop

ROOT = Path(__file__).parents[2]
TURNED_AWAY = 503
Asks = dict[str, Any]


class HubProcess:
    """`meguri serve` on a port of its own."""

    def __init__(self, settings: Settings, log: Path, tree: Path = ROOT) -> None:
        self.settings = settings
        self.tree = tree
        self.log = log
        self.port = free_port(random.randrange(21_000, 31_000))
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def started(self) -> bool:
        return self._process is not None

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it, or start it again on the same port."""
        command = (sys.executable, "-m", "deploy.cli", "serve", "--port", str(self.port))
        env = {**os.environ, **self.settings.env()}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=self.tree, env=env, stdout=log, stderr=log
            )

    async def ready(self) -> None:
        """Wait until it says so itself."""
        async with aiohttp.ClientSession() as http:
            for _ in range(6_000):
                assert self.running.poll() is None, self.log.read_text()[-4_000:]
                try:
                    async with http.get(f"{self.url}/health/ready") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.01)
        pytest.fail(f"the hub did not become ready: {self.log.read_text()[-4_000:]}")

    def send(self, wanted: signal.Signals) -> None:
        self.running.send_signal(wanted)

    async def gone(self) -> int:
        """Wait for its end; how it ended."""
        return await asyncio.to_thread(self.running.wait, 60)


@asynccontextmanager
async def hubs(settings: Settings, folder: Path, count: int = 1) -> AsyncIterator[list[HubProcess]]:
    """Processes of one instance, all ready; none outlives the test."""
    started = [HubProcess(settings, folder / f"hub-{number}.log") for number in range(count)]
    try:
        for hub in started:
            hub.start()
        for hub in started:
            await hub.ready()
        yield started
        for hub in started:
            hub.send(signal.SIGTERM)
        for hub in started:
            assert await hub.gone() in (0, -signal.SIGTERM)
    finally:
        for hub in started:
            hub.running.kill()


@asynccontextmanager
async def mall_of(settings: Settings, url: str = "") -> AsyncIterator[Mall]:
    """The mall beside a hub that serves on its own: it is laid out here, and audited."""
    hub = Hub(settings)
    connector = aiohttp.TCPConnector(limit=256)
    patient = aiohttp.ClientTimeout(total=60)  # whoever hangs that long fails the test
    async with hub.pools, aiohttp.ClientSession(connector=connector, timeout=patient) as http:
        yield Mall(url, hub, FileClock(Path(settings.clock.removeprefix("file:"))), http)


async def lay_out(mall: Mall, begin: datetime = BEGIN, end: date = date(2027, 12, 31)) -> None:
    """A calendar, a scheme and what a premium member gets; no shop yet."""
    mall.clock.set(begin)
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute("SELECT federation.open_months(%s, 2)", (begin.date(),))
        ahead = calendar.cycles(begin.date(), end)
        await close.plan(conn, [(one.cycle_id, one.first_on, one.last_on) for one in ahead])
        mall.scheme_id = await layout.agree_scheme(conn, "at-redemption", LONG_AGO, WHY)
        await layout.add_rank_bonus(conn, "premium", 2, 1, LONG_AGO, WHY)
        await layout.moved(conn)


@contextmanager
def cloned(server_url: str, template: str, name: str) -> Iterator[str]:
    """A database of several tests together, cloned like that of one."""
    ours, theirs = sql.Identifier(name), sql.Identifier(template)
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(ours, theirs)
        )
        try:
            yield f"{server_url.rpartition('/')[0]}/{name}"
        finally:
            conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(ours))


def through(shop: Shop, hub: HubProcess) -> Shop:
    """The same shop, on its line to another process."""
    twin = copy.copy(shop)
    twin.mall = copy.copy(shop.mall)
    twin.mall.url = hub.url
    return twin


async def once(shop: Shop, path: str, body: Asks) -> Answered | None:
    """Ask once; nothing, when the line broke and nobody knows what became of the slip."""
    try:
        return await shop.post(path, **body)
    except aiohttp.ClientConnectionError:
        return None


async def until_answered(shop: Shop, path: str, body: Asks) -> Answered:
    """Send the same slip until it is answered for good; only `busy` and a broken line are not."""
    for _ in range(3_000):
        answer = await once(shop, path, body)
        if answer is not None and answer.status != TURNED_AWAY:
            return answer
        await asyncio.sleep(0.02)
    pytest.fail(f"nobody answers {body['slip']}")


async def all_at_once(asked: list[tuple[Shop, str, Asks]]) -> list[Answered]:
    """Everyone asks at the same moment, each on a line of its own."""
    barrier = asyncio.Barrier(len(asked))

    async def ask(shop: Shop, path: str, body: Asks) -> Answered:
        await shop.token()
        await barrier.wait()
        return await until_answered(shop, path, body)

    return await asyncio.gather(*(ask(*one) for one in asked))


@asynccontextmanager
async def ticking(mall: Mall) -> AsyncIterator[None]:
    """The hub's clock goes on by a microsecond whenever somebody may look at it."""

    async def tick() -> None:
        while True:
            mall.clock.set(mall.now + timedelta(microseconds=1))
            await asyncio.sleep(0)

    ticks = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticks.cancel()
        await asyncio.gather(ticks, return_exceptions=True)


async def until(done: Callable[[], bool]) -> None:
    """Wait for something to have happened."""
    for _ in itertools.repeat(None, 6_000):
        if done():
            return
        await asyncio.sleep(0.01)
    pytest.fail("waited a minute in vain")


async def until_so(conn: psycopg.AsyncConnection, question: str) -> None:
    """Wait for the database to answer yes; a transaction sees new sessions only when it asks so."""
    for _ in itertools.repeat(None, 6_000):
        await conn.execute("SELECT pg_stat_clear_snapshot()")
        row = await (await conn.execute(question.encode())).fetchone()
        if row is not None and row[0]:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"waited a minute in vain: {question}")


@asynccontextmanager
async def held_up(
    settings: Settings, table: LiteralString, desks: int
) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Nobody writes into a table until this is left; what it gives waits until so many desks stand
    before it, or one before another."""
    async with await psycopg.AsyncConnection.connect(settings.database_url) as conn:
        await conn.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield partial(until_so, conn, f"SELECT count(*) >= {desks} {DESKS_THAT_WAIT}")
        await conn.rollback()


async def end_desks(settings: Settings) -> None:
    """End the desks' sessions in the database, whatever they are at."""
    async with await psycopg.AsyncConnection.connect(settings.database_url) as conn:
        await conn.execute(f"SELECT pg_terminate_backend(pid, 60_000) {DESKS}")


DESKS = """
FROM pg_stat_activity WHERE datname = current_database() AND usename = 'meguri_desk'
"""
DESKS_THAT_WAIT = f"{DESKS} AND wait_event_type = 'Lock'"
# A member's place in line, as whoever books or changes anything of it takes it.
PLACE = "SELECT pg_advisory_xact_lock(28005, hashint8(%s))"


def slugs(answers: list[Answered]) -> Counter[str]:
    """How many were told what: the refusal's name, or `booked`."""
    return Counter(answer.slug or "booked" for answer in answers)


LEDGER = """
SELECT slip, kind, points, sum(points) OVER (ORDER BY entry_id)
FROM federation.entries WHERE member_id = %(member_id)s ORDER BY entry_id
"""
HOLDINGS = """
SELECT
    (SELECT points FROM federation.wallets WHERE member_id = %(member_id)s),
    (SELECT coalesce(sum(points_left), 0) FROM federation.lots WHERE member_id = %(member_id)s),
    (SELECT coalesce(sum(points), 0) FROM federation.entries WHERE member_id = %(member_id)s),
    (SELECT count(*) FROM federation.entries WHERE member_id = %(member_id)s)
"""


async def ties(mall: Mall, member: Member, answers: list[Answered]) -> int:
    """Hold the receipts that tills got for one card against its ledger; what the card has now.

    Each receipt is in the ledger once, says the balance that stood right after it, and nothing
    else is there: as if the tills had come one after another.
    """
    async with mall.hub.pools.use("auditor") as conn:
        asked = {"member_id": member.member_id}
        ledger = await (await conn.execute(LEDGER, asked)).fetchall()
        holdings = await (await conn.execute(HOLDINGS, asked)).fetchone()
    assert holdings is not None
    wallet, lots, booked, entries = (int(one) for one in holdings)
    assert wallet == lots == booked
    after = {slip: int(balance) for slip, _, _, balance in ledger}
    moved: Counter[str] = Counter()
    for slip, _, points, _ in ledger:
        moved[slip] += points
    receipts = {one.json["slip"]: one.json for one in answers if one.status == 201}
    assert receipts.keys() == after.keys()
    for slip, receipt in receipts.items():
        assert receipt["balance"]["points"] == after[slip] >= 0
        earned = 0 if "expires_at" in receipt else receipt.get("points", 0)  # a hold moves none
        assert moved[slip] == earned - receipt.get("redeemed_points", 0)
    two = sum("redemption_entry" in receipt for receipt in receipts.values())
    assert entries == len(receipts) + two
    return wallet
