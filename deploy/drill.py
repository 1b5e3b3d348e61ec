"""復元訓練: `meguri drill restore` proves that this instance can be made again as it was.

Tills go on all the while. The backup is taken, a moment is noted, more is booked after it; then the
copy is opened as it was at that moment, on a port of its own, and has to come to the same: every
seal, the journal up to its head, the sums of the books, every promise. Nothing is left behind.
"""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection

from deploy.backup import Backup
from deploy.clock import clock
from deploy.deep import compared
from deploy.heads import HeadsKey
from deploy.portability import say, totals
from deploy.settings import Settings, settings
from federation.close import CLOSE_LOCK
from federation.journal_checks import chains_at
from settlement.checks import broken

BUSY = "5s"
LOCK = "SELECT pg_advisory_lock(%s)"
UNLOCK = "SELECT pg_advisory_unlock(%s)"
ONE_VIEW = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
HERE = "SELECT pg_current_wal_insert_lsn()::text"
# Anybody may write this: the log goes on, and what was written before the target gets here.
GO_ON = "SELECT pg_logical_emit_message(false, 'meguri drill', '', true)::text"
# What the sealer does meanwhile is compared as a head, apart from the sums.
JOURNAL = ("journal_number", "journal_chain", "unnumbered")


class Head(Struct, frozen=True):
    """The last number of the journal and the chain up to it."""

    number: int
    chain: str | None


class Moment(Struct, frozen=True):
    """What the instance came to at one place of its log."""

    at: datetime
    lsn: str
    totals: dict[str, object]

    @property
    def seals(self) -> dict[str, str]:
        """The seal of each cycle."""
        return msgspec.convert(self.totals["seals"], dict[str, str])

    @property
    def head(self) -> Head:
        """Where the journal stood."""
        return journal_head(self.totals)


class Outcome(Struct, frozen=True):
    """What a drill found; the last line that it prints."""

    seals: int
    seals_equal: bool
    journal_head: Head
    journal_equal: bool
    sums_equal: bool
    promises_broken: int
    differences: int
    booked_after: int
    restored_to: str
    database_bytes: int
    seconds: dict[str, float]
    rpo_seconds: float
    rto_seconds: float

    @property
    def equal(self) -> bool:
        """Whether the copy is the instance as it was."""
        found = self.promises_broken + self.differences
        return self.seals_equal and self.journal_equal and self.sums_equal and not found


class Steps:
    """Each step with its time, said as it ends."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, ja: str, en: str) -> Iterator[None]:
        """One step."""
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 3)
        say(f"▸ {ja} · {en}  {self.seconds[name]:.2f} s")


def journal_head(told: dict[str, object]) -> Head:
    """The journal's head in what an instance comes to."""
    return Head(
        msgspec.convert(told["journal_number"], int),
        msgspec.convert(told["journal_chain"], str | None),
    )


def sums(told: dict[str, object]) -> dict[str, object]:
    """What an instance comes to, but for the journal."""
    return {name: one for name, one in told.items() if name not in JOURNAL}


@click.group()
def drill() -> None:
    """訓練 · drills that an instance survives."""


@drill.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="作業場所（空きは DB の二倍） · where to work: room for the database twice",
)
def restore(into: Path | None) -> None:
    """復元訓練 · back up, restore to a moment elsewhere, compare all; 1 if anything differs.

    The migrating owner's DATABASE_URL must lead to PostgreSQL 18 directly (not through a pooler)
    as a role that may replicate, and pg_hba.conf must admit it for `replication`.
    """
    outcome = restored(settings(), into)
    click.echo(msgspec.json.encode(outcome).decode())
    if not outcome.equal:
        raise SystemExit(1)


class Found(Struct, frozen=True):
    """What the copy comes to, and how it compares."""

    totals: dict[str, object]
    journal_equal: bool
    promises_broken: int
    differences: int


def restored(instance: Settings, into: Path | None = None) -> Outcome:
    """Make the drill; every file and server of it is gone when this returns."""
    told = Steps()
    with TemporaryDirectory(prefix="meguri-drill-", dir=into) as made:
        backup = Backup(instance.database_url, Path(made))
        with told.step("ask", "対象を確認しました", "the instance can be backed up"):
            size = backup.ask()
        with backup.receiving():
            with told.step("backup", "ベースバックアップと検証", "base backup, verified"):
                backup.copy()
            with told.step("target", "復元時点を記録しました", "the moment is noted"):
                heads = copied_heads(instance, Path(made))
                moment = asyncio.run(noted(instance))
            with told.step("archive", "そこまでのログが届きました", "the log up to it is here"):
                arrived(instance, backup)
        with ExitStack() as opening:
            with told.step("restore", f"{moment.lsn} まで復元", f"restored to {moment.lsn}"):
                url = opening.enter_context(backup.opened(moment.lsn))
            with told.step("compare", "封印・記帳簿・合計・約束を照合", "all compared"):
                copy = msgspec.structs.replace(instance, database_url=url)
                found = asyncio.run(examined(copy, moment, heads))
    return concluded(instance, moment, found, told, size)


def concluded(instance: Settings, moment: Moment, found: Found, told: Steps, size: int) -> Outcome:
    """The drill in one line; and how much was booked meanwhile, which the copy must not have."""
    now = asyncio.run(head_of(instance))
    return Outcome(
        seals=len(moment.seals),
        seals_equal=found.totals["seals"] == moment.seals,
        journal_head=moment.head,
        journal_equal=found.journal_equal,
        sums_equal=sums(found.totals) == sums(moment.totals),
        promises_broken=found.promises_broken,
        differences=found.differences,
        booked_after=now.number - moment.head.number,
        restored_to=moment.lsn,
        database_bytes=size,
        seconds=told.seconds,
        rpo_seconds=told.seconds["archive"],
        rto_seconds=told.seconds["restore"],
    )


def copied_heads(instance: Settings, folder: Path) -> Path | None:
    """The signed heads as they are before the moment: later ones it cannot know."""
    if instance.heads is None or not Path(instance.heads).exists():
        return None
    return Path(shutil.copy(instance.heads, folder / "heads.ndjson"))


async def noted(instance: Settings) -> Moment:
    """A moment between two bookings: its place in the log and what the books come to there.

    Whoever books waits for as long as it takes to read that place, as at a close.
    """
    async with await AsyncConnection.connect(instance.url("auditor"), autocommit=True) as conn:
        await conn.execute(f"SET lock_timeout = '{BUSY}'")
        await conn.execute(LOCK, (CLOSE_LOCK,))
        await conn.execute(ONE_VIEW)
        row = await (await conn.execute(HERE)).fetchone()
        await conn.execute(UNLOCK, (CLOSE_LOCK,))
        told = await totals(conn)
        await conn.execute("COMMIT")
    assert row is not None
    return Moment(clock(instance.clock)(), row[0], told)


def arrived(instance: Settings, backup: Backup) -> None:
    """Write a mark behind the moment, and wait until it lies in the archive."""
    with psycopg.connect(instance.database_url, autocommit=True) as conn:
        row = conn.execute(GO_ON).fetchone()
        assert row is not None
        backup.await_log(conn, row[0])


async def examined(copy: Settings, moment: Moment, heads: Path | None) -> Found:
    """The copy, asked what it comes to, whether its promises hold and its journal is whole."""
    async with await AsyncConnection.connect(copy.url("auditor"), autocommit=True) as conn:
        told = await totals(conn)
        chains = await chains_at(conn, [moment.head.number])
        chain = chains[moment.head.number].hex() if moment.head.number in chains else None
        promises = await broken(conn)
        deep = await compared(conn, moment.at, heads, HeadsKey(copy.secret))
    for one in promises:
        say(f"✗ {one.promise}: {one.id} ({one.off:+})")
    for difference in deep.differences:
        say(f"✗ {difference}")
    return Found(told, chain == moment.head.chain, len(promises), len(deep.differences))


async def head_of(instance: Settings) -> Head:
    """Where the journal stands now."""
    async with await AsyncConnection.connect(instance.url("auditor"), autocommit=True) as conn:
        return journal_head(await totals(conn))
