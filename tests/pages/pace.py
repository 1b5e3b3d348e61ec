"""`python -m tests.pages.pace`: how soon each page's first byte comes in both languages, on a cycle
of a million entries of 500 tenants, folded as a hub leaves them, or with `--demo` on what the demo
leaves. The median of several tries is told, and the least CPU of hub and asker, without that of
PostgreSQL. The last line is one JSON object; nothing is decided by it.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import aiohttp
import psycopg
from msgspec import structs
from psycopg import AsyncConnection

from auth.gate import CONSOLE
from auth.people.people import Given
from auth.people.roles import ROLES, is_placed
from deploy.app import create_app
from deploy.clock import FileClock
from deploy.demo import run as demo
from deploy.demo.operator import afternoon_after
from deploy.demo.run import Options
from deploy.embedded import embedded, secret
from deploy.menus import MENU
from deploy.migrate import migrate
from deploy.serve import free_port
from deploy.settings import Settings
from tenants.selling import selling
from tests import million
from tests.mall import Mall, Member, listening, settings_for
from tests.pages.members import holder
from tests.people.persons import Person, Staff

BAR_MS = 100.0
BEHIND = (
    "/console/liability/lots",
    "/console/liability/moved?movement=base",
    "/console/liability/moved?movement=used",
    "/console/liability/moved?movement=lapsed",
    "/console/liability/expected?figure=use",
    "/console/liability/expected?figure=high",
)
PORTAL = (
    "/portal", "/portal/flows", "/portal/points?of=issued", "/portal/statements", "/portal/usage",
    "/portal/clients", "/portal/webhooks", "/portal/sandbox",
)  # fmt: skip
MEMBER = (
    "/member", "/member/card", "/member/history", "/member/coupons", "/member/rank",
    "/member/campaigns", "/member/shops", "/member/profile", "/member/notices", "/member/consents",
    "/member/settings", "/member/more",
)  # fmt: skip
BUSIEST = "SELECT tenant_id FROM federation.entries GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
KEENEST = "SELECT member_id FROM federation.entries GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
SEALED = """
SELECT max(cycles.first_on)::text FROM settlement.cycles AS closed
INNER JOIN federation.cycles USING (cycle_id)
"""
STATED = """
SELECT max(cycles.first_on)::text FROM settlement.statements
INNER JOIN federation.cycles USING (cycle_id) WHERE statements.party_id = %s
"""
PUBLIC = ("/status", "/problems", "/console/sign-in", "/member/join", "/till")


async def walked(mall: Mall, rounds: int) -> dict[str, Any]:
    """Each page of the menu, as the first who may see it, a tenant's and a member's; milliseconds
    to its first byte."""
    staff, newly = Staff(mall), secrets.token_hex(4)  # people of an earlier run stay known
    people = {
        role: await staff.person(f"{role}-{newly}", Given(role))
        for role in ROLES if not is_placed(role) and role != "finance-approver"
    }  # fmt: skip
    approver = await staff.person(f"approver-{newly}", Given("finance-approver"), passkey=True)
    people["finance-approver"] = approver
    found: dict[str, Any] = {}
    for one in (one for section in MENU for one in section.entries):
        for role, person in people.items():
            if one.scope in {CONSOLE, *ROLES[role].scopes}:
                found |= await spoken(mall, one.path, person, rounds)
                break
    for path in BEHIND:
        found |= await spoken(mall, path, people["finance-preparer"], rounds)
    tenant_id = await mall.value(BUSIEST)
    office = await staff.person(f"tenant-{newly}", Given("tenant", tenant_id))
    stated = await mall.value(STATED, tenant_id)
    for path in (*PORTAL, *([f"/portal/statements/{stated}"] if stated else [])):
        found |= await spoken(mall, path, office, rounds)
    phone = await holder(mall, staff, Member(await mall.value(KEENEST), ""))
    for path in MEMBER:
        found |= await spoken(mall, path, phone, rounds)
    for path in PUBLIC:
        found |= await spoken(mall, path, None, rounds)
    if (sealed := await mall.value(SEALED)) is not None:  # last: it is worked out beside the pages
        path = f"/console/whatif?from={sealed}&to={sealed}&funding=at-issue"
        found |= await spoken(mall, path, people["finance-preparer"], rounds)
    return found


async def spoken(mall: Mall, path: str, person: Person | None, rounds: int) -> dict[str, Any]:
    """One page in Japanese and in English."""
    said = [f"{path}{'&' if '?' in path else '?'}lang={lang}" for lang in ("ja", "en")]
    return {one: await paced(mall, one, person, rounds) for one in said}


async def paced(mall: Mall, path: str, person: Person | None, rounds: int) -> dict[str, Any]:
    """One page, asked for some times."""
    headers = {"host": "localhost:8000"}
    if person is not None:
        jar = person.browser.cookies.items()
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in jar)
    took, spent, weight, status = [], [], 0, 0
    for _ in range(rounds):
        began, worked = perf_counter(), process_time()
        async with mall.http.get(mall.url + path, headers=headers, allow_redirects=False) as answer:
            took.append(1000 * (perf_counter() - began))
            spent.append(1000 * (process_time() - worked))
            weight, status = len(await answer.read()), answer.status
    first_byte, cpu = round(median(took), 1), round(min(spent), 1)
    million.say(f"  {status} {first_byte:8.1f} ms {cpu:7.1f} ms CPU {weight:9,} B  {path}")
    return {"status": status, "first_byte_ms": first_byte, "least_ms": round(min(took), 1),
            "most_ms": round(max(took), 1), "cpu_ms": cpu, "bytes": weight}  # fmt: skip


async def folded(settings: Settings) -> None:
    """The figures' roll-up follows the bookings, as its job lets it; then the books are tidied, so
    that no autovacuum does so beside the pages."""
    async with await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn:
        await selling.follow(conn)
    async with await AsyncConnection.connect(settings.database_url, autocommit=True) as conn:
        await conn.execute("VACUUM (ANALYZE)")


async def served(settings: Settings, rounds: int, clock: FileClock) -> dict[str, Any]:
    """The hub in this process."""
    app = create_app(settings)
    async with (
        listening(app) as url,
        aiohttp.ClientSession() as http,
    ):
        return await walked(Mall(url, app.state.hub, clock, http), rounds)


def is_filled(settings: Settings) -> bool:
    """Whether an earlier run left its books."""
    with psycopg.connect(settings.database_url) as conn:
        return conn.execute("SELECT FROM tenants.parties WHERE kind = 'tenant'").rowcount > 0


def run(folder: Path, entries: int, tenants: int, rounds: int) -> dict[str, Any]:
    """All of it, on servers of its own."""
    with embedded(folder) as servers:
        settings = settings_for(servers.database_url, servers.redis_url, folder)
        migrate(settings, million.CLOSES)
        if not is_filled(settings):
            first = asyncio.run(million.laid(settings, tenants))
            million.booked(settings, first, entries, tenants)
            asyncio.run(folded(settings))
            million.say(f"{entries:,} entries of {tenants} tenants are booked")
        clock = clock_of(settings)
        clock.set(million.CLOSES)  # noon of the cycle's last day
        return asyncio.run(served(settings, rounds, clock))


def on_demo(folder: Path, days: int, rounds: int) -> dict[str, Any]:
    """What the demo replays, and its pages in the afternoon after."""
    options = Options(
        once=True, days=days, seed=20250601, scheme="redemption", port=free_port(8000)
    )
    demo.run(options, folder)
    with embedded(folder) as servers:
        books = servers.database_url.rpartition("/")[0] + f"/{demo.DATABASE}"
        settings = structs.replace(
            settings_for(books, servers.redis_url, folder), secret=secret(folder)
        )
        clock = clock_of(settings)
        clock.set(afternoon_after(clock()))
        asyncio.run(folded(settings))
        return asyncio.run(served(settings, rounds, clock))


def clock_of(settings: Settings) -> FileClock:
    """The clock that an instance reads."""
    return FileClock(Path(settings.clock.removeprefix("file:")))


def main(arguments: list[str]) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.pages.pace", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--tenants", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the books here, and find them again")
    parser.add_argument("--demo", action="store_true", help="on what the demo leaves, instead")
    parser.add_argument("--days", type=int, default=30, help="of the demo")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meguri-pages-") as passing:
        folder = wanted.folder or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        if wanted.demo:
            pages = on_demo(folder, wanted.days, wanted.rounds)
        else:
            pages = run(folder, wanted.entries, wanted.tenants, wanted.rounds)
    slowest = max(one["first_byte_ms"] for one in pages.values())
    told = {"is": slowest, "bar": f"<= {BAR_MS:g}", "holds": slowest <= BAR_MS}
    books = {"entries": wanted.entries, "tenants": wanted.tenants}
    known = {"books": "demo" if wanted.demo else books, "load": os.getloadavg()[0]}
    million.say(json.dumps({**known, "pages": pages, "slowest_first_byte_ms": told}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
