"""The close: what settlement's own pass over a cycle takes, beside DuckDB over the same in Parquet.

A database of its own for each size. The pass is `settlement/sum.sql`, as a close runs it, rolled
back each time; the count of statement lines is the other statement that a close runs over
everything. DuckDB is given the draws alone, as a file made from the very rows beforehand.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, get_args

import duckdb
import msgspec
import psycopg
from msgspec import Struct

from bench.ground import LONG_AGO, WHY, fresh
from bench.options import Scale
from deploy.clock import wall
from deploy.embedded import Servers, secret
from deploy.migrate import migrate
from deploy.settings import Settings
from federation.close import plan
from federation.days import TOKYO
from federation.sql import statement
from settlement import calendar
from settlement.close import PROOF, SUM
from settlement.counting import COUNT
from settlement.lines import Draw, Funding
from settlement.netting import Kind, Movement
from settlement.passes import HASHED
from settlement.roll import catch_up
from settlement.seal import Sealer
from settlement.sealing import cut
from settlement.statement import LATE, puts
from tenants import layout
from tenants.layout import Named

DRAWS = statement(__file__, "close_draws")
IN_DUCKDB = statement(__file__, "close_duckdb")
PARTIES = 300
SLICE = 250_000
THREADS = 2
SEALED = 20_000
TAIL = 10_000
# Neither a pass over everything nor a roller uses these, and building is faster without them.
BARE = """
DROP INDEX federation.draws_of_lot;
DROP INDEX federation.entries_of_tenant;
"""
# As sealer and roller leave a cycle: all is numbered, all but the last entries are folded.
FOLDED = """
INSERT INTO settlement.positions
SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, sum(points)
FROM settlement.parts WHERE entry_id < %(tail)s GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
NUMBERED = """
INSERT INTO federation.journal (number, member_id, entry_id, booked_at, format, hash, chain)
SELECT entry_id - %(tail)s + 1, member_id, entry_id, booked_at, 1, sha256(''), sha256('')
FROM federation.entries WHERE entry_id >= %(tail)s
"""
SEALED_UP = "UPDATE federation.numbered SET xid = pg_current_xact_id(), entry_id = 1 << 62"
EXPORT = (
    "COPY (SELECT funder_id, tenant_id, kind, rule, scheme_id, business_date, cycle_id, points "
    "FROM federation.draws) TO STDOUT (FORMAT csv)"
)
COLUMNS = (
    "{'funder_id': 'BIGINT', 'tenant_id': 'BIGINT', 'kind': 'VARCHAR', 'rule': 'VARCHAR', "
    "'scheme_id': 'INTEGER', 'business_date': 'DATE', 'cycle_id': 'INTEGER', 'points': 'BIGINT'}"
)

Say = Callable[[str], None]


class Closes(Struct, frozen=True):
    """Seconds of each round, at one number of draws."""

    draws: int
    summed: list[float]
    counted: list[float]
    duckdb: list[float]
    incremental: list[float]
    flows: int


class Cycle(Struct, frozen=True):
    """A database with one cycle full of draws, and the same as a file."""

    settings: Settings
    file: Path
    draws: int
    cycle_id: int
    first_on: str
    since: datetime


def closes(servers: Servers, folder: Path, scale: Scale, say: Say) -> list[Closes]:
    """Each size in turn, round after round."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        cycles = []
        for draws in scale.draws:
            cycles.append(built(servers, folder, Path(place), draws))
            say(f"a cycle of {draws:,} draws")
        found = [Closes(cycle.draws, [], [], [], [], agreed(cycle)) for cycle in cycles]
        for _ in range(scale.rounds):
            for cycle, one in zip(cycles, found, strict=True):
                one.summed.append(summed(cycle))
                one.duckdb.append(in_duckdb(cycle)[0])
                if not one.counted:  # takes long, and is no part of a ratio
                    one.counted.append(counted(cycle))
                one.incremental.append(incremental(cycle))
            say("a round of closes")
        for draws in scale.draws:
            drop(servers, draws)
    return found


def incremental(cycle: Cycle) -> float:
    """Seconds of a close from positions: fold the tail, write the flows, roll back."""
    return asyncio.run(netted(cycle))


async def netted(cycle: Cycle) -> float:
    """The same, on one connection of the worker's."""
    asked = {"cycle_id": cycle.cycle_id, "since": cycle.since}
    url = cycle.settings.url("worker")
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        await conn.execute("SELECT 1")
        async with conn.transaction(force_rollback=True):
            began = time.perf_counter()
            await catch_up(conn)
            await conn.execute(SUM.encode(), asked)
            return time.perf_counter() - began


def built(servers: Servers, folder: Path, place: Path, draws: int) -> Cycle:
    """A database of parties and so many draws, in the last whole cycle of the calendar."""
    root = servers.database_url.rpartition("/")[0]
    fresh(root, f"bench_close_{draws}")
    settings = Settings(
        database_url=f"{root}/bench_close_{draws}",
        secret=secret(folder),
        redis_url=None,
        issuer="http://localhost:1",
        clock="system",
    )
    now = wall()
    cycle = calendar.cycle_of(calendar.cycle_of(now.date()).first_on - timedelta(days=1))
    migrate(settings, now)
    first_party = asyncio.run(laid(settings, cycle))
    asked = {
        "first_on": cycle.first_on,
        "cycle_id": cycle.cycle_id,
        "first_party": first_party,
        "parties": PARTIES,
    }
    hasty = "-c synchronous_commit=off -c session_replication_role=replica"
    with psycopg.connect(settings.database_url, autocommit=True, options=hasty) as conn:
        conn.execute(BARE.encode())
        for first in range(0, draws, SLICE):
            last = min(first + SLICE, draws) - 1
            conn.execute(DRAWS, asked | {"first": first, "last": last})
        tail = {"tail": draws - TAIL}
        for query in (FOLDED, NUMBERED, SEALED_UP):
            conn.execute(query, tail)
        conn.execute("VACUUM (FREEZE, ANALYZE)")
        conn.execute("CHECKPOINT")
        file = place / f"{draws}.parquet"
        exported(conn, file)
    since = datetime.combine(cycle.first_on, datetime.min.time(), TOKYO) - timedelta(days=1)
    return Cycle(settings, file, draws, cycle.cycle_id, cycle.first_on.isoformat(), since)


async def laid(settings: Settings, cycle: calendar.Cycle) -> int:
    """Tenants enough, one scheme, the calendar; the first tenant's number."""
    async with (
        await psycopg.AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn,
        conn.transaction(),
    ):
        await plan(conn, [(cycle.cycle_id, cycle.first_on, cycle.last_on)])
        await layout.agree_scheme(conn, "at-redemption", LONG_AGO, WHY)
        ids = [
            await layout.add_party(conn, "tenant", Named(f"t{n}", f"店{n}", f"Shop {n}"), LONG_AGO)
            for n in range(PARTIES)
        ]
        await conn.execute(
            "INSERT INTO settlement.cycles (cycle_id, scheme_id, closed_by, begun_at) "
            "VALUES (%s, 1, 'bench', %s)",
            (cycle.cycle_id, wall()),
        )
    assert ids == list(range(ids[0], ids[0] + PARTIES))
    return ids[0]


def exported(conn: psycopg.Connection, file: Path) -> None:
    """The draws as Parquet, as a nightly export would leave them."""
    csv = file.with_suffix(".csv")
    with csv.open("wb") as out, conn.cursor().copy(EXPORT) as rows:
        for row in rows:
            out.write(row)
    duckdb.execute(
        f"COPY (SELECT * FROM read_csv('{csv}', header = false, columns = {COLUMNS})) "
        f"TO '{file}' (FORMAT parquet)"
    )
    csv.unlink()


def drop(servers: Servers, draws: int) -> None:
    """Its disk is wanted for something else."""
    root = servers.database_url.rpartition("/")[0]
    with psycopg.connect(f"{root}/postgres", autocommit=True) as conn:
        conn.execute(f"DROP DATABASE bench_close_{draws} WITH (FORCE)".encode())


def summed(cycle: Cycle) -> float:
    """Seconds of the pass that a close makes, in the worker's role."""
    asked = {"cycle_id": cycle.cycle_id, "since": cycle.since, "first_on": cycle.first_on}
    return timed(cycle, PROOF, asked | {"most": 1})


def counted(cycle: Cycle) -> float:
    """Seconds of counting how many entries stand in each line of each statement."""
    listed = [
        {"funding": funding, "movement": movement, "kind": kind, **msgspec.structs.asdict(put)}
        for funding, movement, kind in product(
            get_args(Funding), get_args(Movement), get_args(Kind)
        )
        for put in puts(funding, movement, kind)
    ]
    asked = {
        "cycle_id": cycle.cycle_id,
        "since": cycle.since,
        "late": LATE,
        "puts": msgspec.json.encode(listed).decode(),
    }
    return timed(cycle, COUNT, asked)


def timed(cycle: Cycle, query: str, asked: dict[str, object]) -> float:
    """Seconds of a statement, whose work is rolled back."""
    with psycopg.connect(cycle.settings.url("worker")) as conn:
        conn.execute(HASHED if query == PROOF else "SELECT 1")
        began = time.perf_counter()
        conn.execute(query.encode(), asked)
        seconds = time.perf_counter() - began
        conn.rollback()
    return seconds


def in_duckdb(cycle: Cycle) -> tuple[float, list[Any]]:
    """Seconds of the same over the file, and what it came to."""
    query = IN_DUCKDB.format(first_on=cycle.first_on, file=cycle.file, cycle_id=cycle.cycle_id)
    with duckdb.connect(config={"threads": THREADS}) as conn:
        began = time.perf_counter()
        rows = conn.execute(query).fetchall()
        return time.perf_counter() - began, rows


def agreed(cycle: Cycle) -> int:
    """Both come to the same flows; how many there are."""
    with psycopg.connect(cycle.settings.url("worker")) as conn:
        conn.execute(SUM.encode(), {"cycle_id": cycle.cycle_id, "since": cycle.since})
        ours = conn.execute(
            "SELECT funder_id, tenant_id, movement, kind, 1, late, points FROM settlement.flows"
        ).fetchall()
        conn.rollback()
    theirs = in_duckdb(cycle)[1]
    assert sorted(ours) == sorted(theirs), "DuckDB and settlement disagree"
    return len(ours)


def sealed_line_us() -> float:
    """Microseconds of Python per draw in the sealed file."""
    day = wall().date()
    lines = [
        Draw(f"e{n:032x}", 0, "redemption", "base", day, "t1", "t1", f"t{n % 300}", 1 + n % 97, "1")
        for n in range(SEALED)
    ]
    began = time.perf_counter()
    cut(Sealer(b"s" * 32), lines)
    return (time.perf_counter() - began) / len(lines) * 1e6
