"""What is told under faults: receivers that fail three times in ten, messengers that are killed.
None is lost, none invented, few come twice, and each member's come in order (security G15)."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from deploy.messenger import EACH
from deploy.settings import Settings
from tests.conftest import Given
from tests.mall import Mall, Member, Shop, serving, settings_for
from tests.races.hubs import ROOT, until_answered
from tests.webhooks.receiver import Came, Receiver, allow, certificates, receiving

FAILS = 0.3
SEED = 14  # no event of 2,000 fails more than six times on end


class Messengers:
    """Processes that deliver; one does, the others stand by, and any may be killed."""

    def __init__(self, settings: Settings, folder: Path, count: int) -> None:
        self._env = {**os.environ, **settings.env(), "SSL_CERT_FILE": str(folder / "ca.pem")}
        self._log = folder / "messengers.log"
        self._running = [self._start() for _ in range(count)]
        self.killed = 0

    def _start(self) -> subprocess.Popen[bytes]:
        command = (sys.executable, "-m", "deploy.cli", "webhooks", "deliver")
        quick = ("--first-retry-seconds", "0.05")
        with self._log.open("ab") as log:
            return subprocess.Popen(
                (*command, *quick), cwd=ROOT, env=self._env, stdout=log, stderr=log
            )

    def kill(self, pid: int) -> None:
        """Kill the one that delivers, in the middle of whatever it does; another stands by."""
        [one] = [one for one in self._running if one.pid == pid]
        one.send_signal(signal.SIGKILL)
        one.wait()
        self.killed += 1
        self._running.remove(one)
        self._running.append(self._start())

    def pid_at(self, port: int) -> int | None:
        """Whose end of a connection this port is."""
        for one in self._running:
            if port in ports_of(one.pid):
                return one.pid
        return None

    def stop(self) -> None:
        for one in self._running:
            one.kill()
            one.wait()


def ports_of(pid: int) -> set[int]:
    """The local TCP ports of a process."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
        except OSError:
            continue
    table = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    return {int(row[1].partition(":")[2], 16) for row in table if row[9] in inodes}


@contextmanager
def messengers(settings: Settings, folder: Path, count: int) -> Iterator[Messengers]:
    ours = Messengers(settings, folder, count)
    try:
        yield ours
    finally:
        ours.stop()


LEADER = """
SELECT activity.client_port FROM pg_locks
INNER JOIN pg_stat_activity AS activity USING (pid)
WHERE
    pg_locks.locktype = 'advisory' AND pg_locks.granted
    AND activity.application_name = 'meguri messenger'
    AND activity.datname = current_database()
"""


async def kill_the_leader(mall: Mall, ours: Messengers) -> None:
    """Whoever holds the lock of the messengers dies."""
    url = mall.hub.settings.database_url
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        for _ in range(3_000):
            row = await (await conn.execute(LEADER)).fetchone()
            pid = ours.pid_at(row[0]) if row is not None else None
            if pid is not None:
                ours.kill(pid)
                return
            await asyncio.sleep(0.01)
    pytest.fail("nobody delivers")


async def storm(mall: Mall, receiver: Receiver, ours: Messengers, events: int, kills: int) -> None:
    """Sell, let receivers fail, kill; until all is quiet, then compare with the books."""
    dice = random.Random(SEED)
    tries: Counter[int] = Counter()
    failed = 0

    def answers(path: str, event: Any) -> int:
        """By the event and its try, in whatever order they come: each waits three times as long as
        the one before, and the tenth alone would be a quarter of an hour."""
        nonlocal failed
        sequence = event["sequence"]
        of_this = random.Random(f"{SEED} {sequence} {tries[sequence]}")
        tries[sequence] += 1
        if of_this.random() < FAILS:
            failed += 1
            return of_this.choice((500, 503, 429, 302, 404))
        return 200

    receiver.answers = answers
    shops = await mall.shops("bakery", "bookshop")
    mall.hub.forget()
    members = await mall.members(max(events // 20, 8))
    for shop in shops:
        office = await mall.office(shop)
        url = {"url": receiver.url(f"/{shop.tenant}")}
        made = await office.ask("PUT", "/v1/webhook-endpoints/a", json=url)
        assert made.status == 201, made
    for slice_ in range(kills + 1):
        await sell(shops, members, events // (kills + 1), dice)
        if slice_ < kills:
            wanted = len(receiver.came) + events // (kills + 1) // 2
            await quiet(mall, receiver, wanted)
            await kill_the_leader(mall, ours)
    await quiet(mall, receiver)
    assert ours.killed == kills
    assert failed > events * FAILS / 2
    for shop in shops:
        await compare(mall, shop, receiver.taken(f"/{shop.tenant}"))


async def sell(shops: list[Shop], members: list[Member], count: int, dice: random.Random) -> None:
    """So many sales, eight at a time; a line that broke is no sale less."""
    for at in range(0, count, 8):
        asked = []
        for _ in range(min(8, count - at)):
            shop = dice.choice(shops)
            sale = shop.sale(dice.choice(members), 1_100)
            asked.append(until_answered(shop, "/v1/accruals", sale))
        assert {one.status for one in await asyncio.gather(*asked)} == {201}


WAITING = """
SELECT
    (SELECT count(*) FROM tenants.deliveries WHERE state = 'waiting')
    + (SELECT count(*) FROM federation.entries) - (SELECT number FROM federation.announced)
    + (
        SELECT count(*) FROM tenants.webhook_endpoints
        WHERE laid_out < (SELECT sequence FROM federation.announced)
    )
"""


STANDS = {
    "entries": "SELECT count(*) FROM federation.entries",
    "announced": "SELECT number FROM federation.announced",
    "waiting": "SELECT count(*) FROM tenants.deliveries WHERE state = 'waiting'",
    "tries": """
        SELECT json_agg(lane || ' ' || tries || ' ' || due_at ORDER BY sequence)
        FROM tenants.deliveries WHERE state = 'waiting'
    """,
    "endpoints": "SELECT json_agg(state || ' ' || laid_out) FROM tenants.webhook_endpoints",
}


async def quiet(mall: Mall, receiver: Receiver, wanted: int | None = None) -> None:
    """Until so much has come, or nothing waits any more."""
    for _ in range(36_000):
        if wanted is not None and len(receiver.came) >= wanted:
            return
        if await mall.value(WAITING) == 0:
            return
        await asyncio.sleep(0.02)
    stands = {name: await mall.value(query) for name, query in STANDS.items()}
    pytest.fail(f"it does not end: {len(receiver.came)} came, {stands}")


async def compare(mall: Mall, shop: Shop, taken: list[Came]) -> None:
    """Against the books themselves, which know nothing of events."""
    booked = "SELECT array_agg(slip) FROM federation.entries WHERE tenant_id = %s"
    slips = Counter(await mall.value(booked, shop.tenant_id))
    came = Counter(one.event["data"]["slip"] for one in taken)
    assert set(slips) - set(came) == set(), "lost"
    assert set(came) - set(slips) == set(), "invented"
    assert len({one.headers["webhook-id"] for one in taken}) == len(slips)
    # Of a few, a single kill sends again what was on its way to one endpoint.
    assert came.total() - len(came) <= max(EACH, 0.05 * len(slips)), "too many came twice"
    by_member: defaultdict[str, list[int]] = defaultdict(list)
    for one in taken:
        numbers = by_member[one.event["data"]["member"]]
        if one.event["sequence"] not in numbers:
            numbers.append(one.event["sequence"])
    for numbers in by_member.values():
        assert numbers == sorted(numbers), "out of a member's order"


async def run(given: Given, database: str, folder: Path, events: int, kills: int) -> None:
    settings = msgspec.structs.replace(
        settings_for(database, given.redis_url, folder), webhooks="off"
    )
    certificates(folder)
    async with serving(settings) as mall, receiving(folder) as receiver:
        await allow(mall, receiver)
        with messengers(settings, folder, 2 if kills > 1 else 1) as ours:
            await storm(mall, receiver, ours, events, kills)


async def test_a_messenger_that_is_killed_loses_invents_and_disorders_nothing(
    given: Given, database: str, tmp_path: Path
) -> None:
    await run(given, database, tmp_path, events=100, kills=1)


@pytest.mark.long
async def test_two_thousand_events_through_failing_receivers_and_ten_kills(
    given: Given, database: str, tmp_path: Path
) -> None:
    await run(given, database, tmp_path, events=2_000, kills=10)
