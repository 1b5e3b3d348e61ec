"""A file of ten thousand lines, and hubs that are killed over it: every line is booked, once."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import LiteralString

import aiohttp
import psycopg
import pytest

from deploy.settings import Settings
from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, settings_for
from tests.offline.files import accept_risk, offline_till, outcomes, send
from tests.offline_till import OfflineTill, file_of
from tests.races.hubs import HubProcess, hubs, lay_out, mall_of, through, until_so

LINES = 10_000
CARDS = 400
EVERY_NTH_SPENDS = 10


def written(bakery: Shop, till: OfflineTill, members: list[Member], count: int) -> list[bytes]:
    """Sales to many members in turn; now and then one of them spends a point."""
    lines = []
    for number in range(count):
        member = members[number % len(members)]
        rounds = number // len(members)
        if rounds and number % EVERY_NTH_SPENDS == rounds % EVERY_NTH_SPENDS:
            lines.append(till.line("redemption", bakery.spending(member, 1)))
        else:
            lines.append(till.line("accrual", bakery.sale(member, 220)))
    return lines


@asynccontextmanager
async def stalled(settings: Settings, table: LiteralString) -> AsyncIterator[None]:
    """Somebody wants to write into a table and cannot, as long as this lasts."""
    async with await psycopg.AsyncConnection.connect(settings.database_url) as conn:
        await conn.execute(f"LOCK TABLE {table} IN SHARE MODE")
        await until_so(
            conn,
            "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted"
            f" AND locktype = 'relation' AND relation = '{table}'::regclass",
        )
        yield
        await conn.rollback()


async def decided(mall: Mall) -> int:
    """How many lines have an outcome."""
    return int(
        await mall.value("SELECT count(*) FROM tenants.batch_lines WHERE outcome IS NOT NULL")
    )


async def until_decided(mall: Mall, count: int) -> None:
    """Wait until so many lines have an outcome."""
    for _ in range(6_000):
        if await decided(mall) >= count:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"only {await decided(mall)} of {count} lines were decided")


async def killed(hub: HubProcess, settings: Settings, table: LiteralString) -> None:
    """Kill a hub while it writes into a table, and start it again."""
    async with stalled(settings, table):
        hub.send(signal.SIGKILL)
        assert await hub.gone() == -signal.SIGKILL
    hub.start()
    await hub.ready()


async def each_line_is_booked_once(mall: Mall, count: int) -> None:
    """The books hold every slip of the file once, and nothing else."""
    assert await mall.broken() == []
    async with mall.hub.pools.use("auditor") as conn:
        rows = await (
            await conn.execute("SELECT slip, count(*) FROM federation.entries GROUP BY slip")
        ).fetchall()
    assert len(rows) == count
    assert Counter(times for _, times in rows) == {1: count}
    slips = "SELECT count(*) FROM federation.slips WHERE offline"
    assert await mall.value(slips) == count


@pytest.mark.long
async def test_a_file_of_ten_thousand_lines_survives_a_kill_at_any_point(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        await lay_out(mall)
        bakery = await mall.shop("bakery")
        await accept_risk(mall, bakery, per_day=1_000_000)
        till = await offline_till(mall, bakery)
        members = await mall.members(CARDS)
        # Beside the loop: a line that the hub shut meanwhile has to be noticed before it is used.
        lines = await asyncio.to_thread(written, bakery, till, members, LINES)
        content = file_of(*lines)
        assert len(content) < 5 * 2**20

        sending = asyncio.create_task(send(bakery, content))
        await killed(hub, settings, "tenants.batch_lines")
        with pytest.raises(aiohttp.ClientConnectionError):
            await sending
        received = await send(bakery, content)
        assert received.status == 202, received
        for step, table in enumerate(
            ("tenants.chain", "federation.slips", "tenants.batch_lines", "federation.answers")
        ):
            await until_decided(mall, 500 + step * 1_500)
            await killed(hub, settings, table)
            assert await decided(mall) < LINES, "it was killed in the middle"
        await until_decided(mall, LINES)

        batch = received.json["batch"]
        page, told = await outcomes(bakery, batch)
        assert (page["state"], page["counts"]) == ("settled", {"booked": LINES})
        assert [one["seq"] for one in told] == list(range(1, LINES + 1))
        await each_line_is_booked_once(mall, LINES)
        assert (await send(bakery, content)).content == received.content
        assert (await outcomes(bakery, batch))[1] == told
        online = await bakery.get("/v1/slips", till="T01", slip=told[-1]["slip"])
        assert online.json == told[-1]["answer"]


async def test_two_hubs_that_get_a_file_at_once_book_it_once(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with hubs(settings, tmp_path, 2) as both, mall_of(settings, both[0].url) as mall:
        await lay_out(mall)
        bakery = await mall.shop("bakery")
        await accept_risk(mall, bakery)
        till = await offline_till(mall, bakery)
        lines = written(bakery, till, await mall.members(50), 1_000)
        await bakery.token()
        shops = [through(bakery, hub) for hub in both for _ in range(3)]
        whole, half = file_of(*lines), file_of(*lines[500:], *lines[:500])
        answers: list[Answered] = await asyncio.gather(
            *(send(shop, whole) for shop in shops), *(send(shop, half) for shop in shops)
        )
        assert {one.status for one in answers} == {202}
        assert len({one.content for one in answers}) == 2
        await until_decided(mall, 2_000)
        names = {one.json["batch"] for one in answers}
        told = {name: (await outcomes(bakery, name))[1] for name in names}
        states = Counter(line["state"] for lines in told.values() for line in lines)
        assert states == {"booked": 1_000, "repeat": 1_000}
        by_slip: dict[str, set[str]] = {}
        for line in (line for lines in told.values() for line in lines):
            by_slip.setdefault(line["slip"], set()).add(line["answer"]["entry"])
        assert {len(entries) for entries in by_slip.values()} == {1}
        await each_line_is_booked_once(mall, 1_000)
