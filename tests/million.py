"""`python -m tests.million`: a cycle of a million entries is closed and sealed, and the sealed file
is recomputed whole by `meguri verify`; then one tenant's proof. The last line is one JSON object:
the seconds are told, what breaks it is a sum that is not zero, or a file that does not hold.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import monotonic, process_time
from typing import Any

import psycopg
from psycopg import AsyncConnection

from deploy.embedded import embedded, secret
from deploy.migrate import migrate
from deploy.settings import Settings
from federation.close import plan
from federation.days import TOKYO
from federation.opaque import Names
from settlement import calendar, proving, reading
from settlement.checks import broken
from settlement.close import close
from settlement.counting import recounted
from settlement.sealing import read_body
from settlement.stages import Closing
from tenants import layout
from tenants.layout import Named, Why

FIRST = date(2026, 6, 1)
CYCLE = calendar.cycle_of(FIRST)
CLOSES = datetime.combine(calendar.closes_on(CYCLE), time(12), TOKYO)
LONG_AGO = date(2020, 4, 1)
WHY = Why("test", "a million entries")
TENANTS, FACILITIES, MEMBERS, SLICE = 300, 3, 100_000, 100_000
BAR_SECONDS = 120.0
# Entry 2j is a sale of a member, 2j + 1 spends some of its points in another shop, a day at most
# later: every funder's points are honoured at every tenant in the end.
SALES = """
WITH made AS (
    SELECT
        j, 1 + j %% %(members)s AS member_id, %(first_party)s + j %% %(tenants)s AS tenant_id,
        CASE WHEN j %% 20 < 16 THEN 'base' WHEN j %% 20 < 19 THEN 'campaign:x' ELSE 'rank:gold' END
        AS rule,
        20 + j %% 97 AS points, 1 + j %% 19 AS spent,
        %(first_party)s + (j / %(tenants)s + j) %% %(tenants)s AS at_id,
        %(first_on)s::date + (j %% 14)::integer AS sold_on
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS j
),

sold AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, points, at, business_date, cycle_id,
        booked_at
    )
    SELECT
        member_id, 2 * j, 'accrual', tenant_id, tenant_id, 'T01', points, sold_on, sold_on,
        %(cycle_id)s::integer, sold_on::timestamp AT TIME ZONE 'Asia/Tokyo'
    FROM made
),

lot AS (
    INSERT INTO federation.lots (
        member_id, entry_id, part, points, points_left, shop_id, funder_id, scheme_id, limited,
        rule, usable_from, expires_on
    )
    SELECT
        member_id, 2 * j, 0, points, points - spent, tenant_id, tenant_id, 1, false, rule, sold_on,
        '2028-03-31'
    FROM made
),

used AS (
    INSERT INTO federation.entries (
        member_id, entry_id, kind, tenant_id, shop_id, till, points, at, business_date, cycle_id,
        booked_at
    )
    SELECT
        member_id, 2 * j + 1, 'redemption', at_id, at_id, 'T01', -spent, sold_on + 1, sold_on + 1,
        %(cycle_id)s::integer, (sold_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
    FROM made
)

INSERT INTO federation.draws (
    member_id, entry_id, lot_entry_id, lot_part, kind, points, tenant_id, shop_id, funder_id,
    scheme_id, rule, business_date, cycle_id, booked_at
)
SELECT
    member_id, 2 * j + 1, 2 * j, 0, 'redemption', spent, at_id, at_id, tenant_id, 1, rule,
    sold_on + 1, %(cycle_id)s::integer, (sold_on + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
FROM made
"""
PEOPLE = """
INSERT INTO federation.members (member_id, joined_on)
SELECT n, %s FROM generate_series(1, %s) AS n
"""
NETS = "SELECT sum(total_yen), sum(abs(total_yen)) FROM settlement.statements"
WALLETS = """
INSERT INTO federation.wallets (
    member_id, points, next_expires_on, next_expiring_points, next_change_at
)
SELECT
    member_id, sum(points_left), '2028-03-31', sum(points_left),
    '2028-04-01'::timestamp AT TIME ZONE 'Asia/Tokyo'
FROM federation.lots GROUP BY member_id
"""
# As a roller leaves a cycle: all of it is in, and there is nothing that it has not met.
FOLDED = """
INSERT INTO settlement.positions
SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, sum(points)
FROM settlement.parts GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
COUNTED = """
INSERT INTO settlement.counts
SELECT %s, party_id, %s, %s, %s FROM tenants.parties WHERE code = %s
"""
NUMBERED = "UPDATE federation.numbered SET xid = pg_current_xact_id(), entry_id = 1 << 62"


def say(line: str) -> None:
    """A line of the report, at once."""
    print(line, flush=True)  # noqa: T201  this is what the tool is for


async def laid(settings: Settings, tenants: int = TENANTS) -> int:
    """Tenants, one scheme, the calendar; the first tenant's number."""
    async with (
        await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn,
        conn.transaction(),
    ):
        ahead = calendar.cycles(FIRST, FIRST + timedelta(days=60))
        await plan(conn, [(one.cycle_id, one.first_on, one.last_on) for one in ahead])
        await layout.agree_scheme(conn, "at-redemption", LONG_AGO, WHY)
        for n in range(FACILITIES):
            await layout.add_party(conn, "facility", Named(f"f{n}", f"施設{n}", f"F{n}"), LONG_AGO)
        ids = [
            await layout.add_party(conn, "tenant", Named(f"t{n}", f"店{n}", f"T{n}"), LONG_AGO)
            for n in range(tenants)
        ]
    with psycopg.connect(settings.database_url, autocommit=True) as conn_:
        conn_.execute(
            "INSERT INTO tenants.shops (shop_id, tenant_id, code, name, name_en, trade) "
            "SELECT party_id, party_id, code, name, name_en, 'any' FROM tenants.parties "
            "WHERE kind = 'tenant'"
        )
    return ids[0]


def booked(settings: Settings, first_party: int, entries: int, tenants: int = TENANTS) -> None:
    """The books of a cycle."""
    asked = {
        "members": MEMBERS,
        "first_party": first_party,
        "tenants": tenants,
        "first_on": FIRST,
        "cycle_id": CYCLE.cycle_id,
    }
    hasty = "-c synchronous_commit=off -c session_replication_role=replica"
    with psycopg.connect(settings.database_url, autocommit=True, options=hasty) as conn:
        conn.execute(PEOPLE.encode(), (LONG_AGO, MEMBERS))
        for first in range(1, entries // 2 + 1, SLICE):
            last = min(first + SLICE - 1, entries // 2)
            conn.execute(SALES.encode(), asked | {"first": first, "last": last})
        for query in (WALLETS, FOLDED, NUMBERED):
            conn.execute(query.encode())
        conn.execute("VACUUM (FREEZE, ANALYZE)")
        conn.execute("CHECKPOINT")


async def counts(settings: Settings) -> None:
    """How many entries stand in each line, as the roller would have counted them."""
    asked = {"cycle_id": CYCLE.cycle_id, "since": datetime(2026, 5, 1, tzinfo=TOKYO)}
    async with await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn:
        for (party, code, original), found in (await recounted(conn, asked)).items():
            await conn.execute(COUNTED, (CYCLE.cycle_id, code, original, found, party))


async def closed(settings: Settings, file: Path) -> dict[str, Any]:
    """Close it, write its file, and one tenant's proof; the seconds of each."""
    names = Names(settings.secret)

    @asynccontextmanager
    async def connect() -> Any:
        async with await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn:
            yield conn

    async def nothing_lapses(_: date) -> None:
        return None

    closing = Closing(connect, nothing_lapses, lambda *of: names.seal("entry", *of), broken)
    began, spent = monotonic(), process_time()
    done = await close(closing, CYCLE.cycle_id, "million", CLOSES)
    seconds = {
        "close_seconds": round(monotonic() - began, 1),
        "close_cpu_seconds": round(process_time() - spent, 1),  # ours, beside PostgreSQL's
    }
    began = monotonic()
    async with connect() as conn:
        nets = await (await conn.execute(NETS)).fetchone()
        with file.open("wb") as out:
            piece = 0
            while body := await read_body(conn, CYCLE.cycle_id, piece):
                out.write(body)
                piece += 1
        seconds["write_seconds"] = round(monotonic() - began, 1)
        own = await reading.of_code(conn, "t7")
        sealed = await proving.sealed_for(conn, own, FIRST.isoformat())
    began = monotonic()
    with file.with_suffix(".proof").open("wb") as out:
        async for part in proving.proof(connect, sealed, own):
            out.write(part)
    seconds["proof_seconds"] = round(monotonic() - began, 1)
    assert nets is not None
    return {**seconds, "leaves": done.leaves, "net_yen": int(nets[0]), "moved_yen": int(nets[1])}


def verified(file: Path, *asked: str) -> tuple[bool, float, float]:
    """Whether a file holds, as anybody would ask; the seconds of it, and those of one core."""
    command = [sys.executable, "-c", "from settlement.commands import verify; verify()"]
    began, spent = monotonic(), getrusage(RUSAGE_CHILDREN).ru_utime
    bare = {"PATH": os.environ["PATH"]}
    ran = subprocess.run([*command, *asked, str(file)], env=bare, check=False)
    took, cpu = monotonic() - began, getrusage(RUSAGE_CHILDREN).ru_utime - spent
    return ran.returncode == 0, round(took, 1), round(cpu, 1)


def run(folder: Path, entries: int) -> dict[str, Any]:
    """All of it, on servers of its own."""
    with embedded(folder) as servers:
        settings = Settings(
            database_url=servers.database_url,
            secret=secret(folder),
            redis_url=None,
            issuer="http://localhost:1",
            clock="system",
        )
        migrate(settings, CLOSES - timedelta(days=14))
        began = monotonic()
        booked(settings, asyncio.run(laid(settings)), entries)
        asyncio.run(counts(settings))
        say(f"{entries:,} entries are booked: {monotonic() - began:.0f} s")
        file = folder / "sealed.ndjson"
        told = asyncio.run(closed(settings, file))
        say(f"closed and sealed: {told['close_seconds']} s, {file.stat().st_size >> 20} MB")
    holds, told["verify_seconds"], told["verify_cpu_seconds"] = verified(file)
    proved, told["proof_verify_seconds"], _ = verified(file.with_suffix(".proof"), "--proof")
    told["proof_kilobytes"] = file.with_suffix(".proof").stat().st_size >> 10
    # A close ends by reading its file back and recomputing all of it, as `meguri verify` does.
    told["close_with_one_recomputation"] = {
        "is": told["close_seconds"],
        "bar": f"<= {BAR_SECONDS:g}",
        "holds": told["close_seconds"] <= BAR_SECONDS,
    }
    sound = holds and proved and told["net_yen"] == 0 and told["moved_yen"] > 0
    return {"entries": entries, "sound": sound, **told, "load": os.getloadavg()[0]}


def main(arguments: list[str]) -> int:
    """Run it; how it ended."""
    parser = argparse.ArgumentParser(prog="python -m tests.million", description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    wanted = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="meguri-million-") as folder:
        told = run(Path(folder), wanted.entries)
    say(json.dumps(told))
    return 0 if told["sound"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
