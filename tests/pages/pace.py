"""`python -m tests.pages.pace`: how soon each page's first byte comes, on a cycle of a million
entries of 500 tenants, folded as a hub leaves them. The best of several tries is told, and the CPU
of hub and asker without PostgreSQL's. The last line is one JSON object; nothing is decided by it.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import aiohttp
import psycopg
from psycopg import AsyncConnection

from auth.people.people import Given
from auth.people.roles import ROLES, is_placed
from deploy.app import create_app
from deploy.clock import FileClock
from deploy.embedded import embedded
from deploy.menus import MENU
from deploy.migrate import migrate
from tenants.selling import selling
from tests import million
from tests.mall import Mall, listening, settings_for
from tests.people.persons import Person, Staff

BAR_MS = 100.0
PUBLIC = ("/status", "/problems", "/console/sign-in", "/member/join", "/till")


async def walked(mall: Mall, rounds: int) -> dict[str, Any]:
    """Each page of the menu, as the first who may see it; milliseconds to its first byte."""
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
            if one.scope in ROLES[role].scopes:
                found[one.path] = await paced(mall, one.path, person, rounds)
                break
    for path in PUBLIC:
        found[path] = await paced(mall, path, None, rounds)
    return found


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
    first_byte, cpu = round(min(took), 1), round(min(spent), 1)
    million.say(f"  {status} {first_byte:8.1f} ms {cpu:7.1f} ms CPU {weight:9,} B  {path}")
    return {"status": status, "first_byte_ms": first_byte, "most_ms": round(max(took), 1),
            "cpu_ms": cpu, "bytes": weight}  # fmt: skip


async def folded(settings: Any) -> None:
    """The figures' roll-up follows the bookings, as its job lets it."""
    async with await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn:
        await selling.follow(conn)


async def served(settings: Any, rounds: int) -> dict[str, Any]:
    """The hub in this process, at noon of the cycle's last day."""
    clock = FileClock(Path(settings.clock.removeprefix("file:")))
    clock.set(million.CLOSES)
    app = create_app(settings)
    async with (
        listening(app) as url,
        aiohttp.ClientSession() as http,
    ):
        return await walked(Mall(url, app.state.hub, clock, http), rounds)


def is_filled(settings: Any) -> bool:
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
        return asyncio.run(served(settings, rounds))


def main(arguments: list[str]) -> int:
    """Run it."""
    parser = argparse.ArgumentParser(prog="python -m tests.pages.pace", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--tenants", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="keep the books here, and find them again")
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meguri-pages-") as passing:
        folder = wanted.folder or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        pages = run(folder, wanted.entries, wanted.tenants, wanted.rounds)
    slowest = max(one["first_byte_ms"] for one in pages.values())
    told = {"is": slowest, "bar": f"<= {BAR_MS:g}", "holds": slowest <= BAR_MS}
    known = {"entries": wanted.entries, "tenants": wanted.tenants, "load": os.getloadavg()[0]}
    million.say(json.dumps({**known, "pages": pages, "slowest_first_byte_ms": told}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
