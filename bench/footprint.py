"""What a hub takes up: time to start, memory per process, disk and WAL per accrual."""

import time
from contextlib import suppress

import psycopg
from msgspec import Struct

from bench import cpu
from bench.ground import Ground
from bench.servers import HUB, started
from bench.stage import READY, Stage
from deploy.commands import CHECKS

# Tables, their indexes and what hangs on them, by name; partitions each for itself.
SIZES = """
SELECT c.oid::regclass::text, pg_total_relation_size(c.oid)
FROM pg_class AS c
WHERE c.relkind = 'r' AND c.relnamespace::regnamespace::text
    IN ('federation', 'tenants', 'auth', 'settlement')
"""
WAL = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"
FULL_PAGES = "SELECT wal_fpi FROM pg_stat_wal"
CHECKPOINTS = "SELECT num_timed + num_requested FROM pg_stat_checkpointer"
JOURNAL = "SELECT max(number) FROM federation.journal"
CROWD = 64
STRETCH = 5.0
MOST_SECONDS = 90.0
TRIES = 2


class Space(Struct, frozen=True):
    """Bytes over so many accruals, until the sealer had numbered them; `by_table` is disk."""

    accruals: int
    disk_bytes: float
    wal_bytes: float
    full_pages: int
    checkpoints: int
    by_table: dict[str, float]


class Memory(Struct, frozen=True):
    """Bytes that processes hold; `private` ones lie in no file and are shared with nobody."""

    resident: int
    private: int


def start_up(stage: Stage, times: int) -> list[float]:
    """Seconds from starting a hub to its being ready, beside the others, who rest."""
    seconds = []
    for _ in range(times):
        with started("another hub", HUB, stage.ground.hub, READY) as server:
            seconds.append(server.ready_seconds)
    return seconds


def memory(stage: Stage) -> dict[str, Memory]:
    """What each process holds after all that it has served."""
    pids = {one.name: [one.pid] for one in (*stage.hubs, stage.naive)}
    if stage.floor is not None:
        pids["floor"] = [stage.floor.pid]
    postgres = stage.servers.postgres_pid
    pids["PostgreSQL"] = [postgres, *cpu.children(postgres)]
    found = {}
    for name, those in pids.items():
        resident = cpu.resident_bytes(those[0]) if len(those) == 1 else 0
        private = 0
        for pid in those:
            with suppress(OSError):  # a backend may end while it is looked at
                private += cpu.private_bytes(pid)
        found[name] = Memory(resident, private)
    return found


def space(stage: Stage, accruals: int) -> Space:
    """Disk and WAL of so many accruals over HTTP at c=64, until all are numbered in the journal;
    once more, if a checkpoint fell into it."""
    found = stretch(stage, accruals)
    for _ in range(TRIES - 1):
        if found.checkpoints:
            found = stretch(stage, accruals)
    return found


def stretch(stage: Stage, accruals: int) -> Space:
    """One such run. Pages that are changed for the first time since a checkpoint go into the WAL
    whole; all that went before has touched them, and how many were left is told."""
    stage.until_sealed()
    with psycopg.connect(stage.ground.hub.database_url, autocommit=True) as conn:
        before = look(conn)
        began = time.monotonic()
        while look_at(conn, JOURNAL) - before.number < accruals:
            stage.ask(stage.hubs[:1], CROWD, seconds=min(STRETCH, stage.scale.seconds * 2))
            if time.monotonic() - began > MOST_SECONDS:
                break
            stage.until_sealed()
        stage.until_sealed()
        after = look(conn)
    booked = after.number - before.number
    grown = {
        name: (size - before.sizes.get(name, 0)) / booked for name, size in after.sizes.items()
    }
    return Space(
        accruals=booked,
        disk_bytes=sum(grown.values()),
        wal_bytes=(after.wal - before.wal) / booked,
        full_pages=after.full_pages - before.full_pages,
        checkpoints=after.checkpoints - before.checkpoints,
        by_table={name: size for name, size in sorted(grown.items()) if size},
    )


class Look(Struct, frozen=True):
    """How large everything is, and how far."""

    sizes: dict[str, int]
    wal: int
    full_pages: int
    checkpoints: int
    number: int


def look(conn: psycopg.Connection) -> Look:
    """All at once."""
    return Look(
        dict(conn.execute(SIZES.encode()).fetchall()),
        look_at(conn, WAL),
        look_at(conn, FULL_PAGES),
        look_at(conn, CHECKPOINTS),
        look_at(conn, JOURNAL),
    )


def look_at(conn: psycopg.Connection, query: str) -> int:
    """One number."""
    row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0] or 0)


def promises(ground: Ground) -> tuple[float, int]:
    """Seconds of `meguri check` over all that was built and booked; how many promises broke."""
    with psycopg.connect(ground.hub.url("auditor")) as conn:
        began = time.perf_counter()
        broken = [row for checks in CHECKS for row in conn.execute(checks.encode()).fetchall()]
    return time.perf_counter() - began, len(broken)
