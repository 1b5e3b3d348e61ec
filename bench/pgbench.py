"""pgbench: the same accrual, one call and one commit at a time, by the database's own load tool."""

import math
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psycopg

from bench import cpu
from bench.figures import percentile
from bench.ground import Counter
from bench.load import Window
from bench.options import PATIENT, PGBENCH_CLIENTS
from deploy.embedded import Postgres
from federation.close import CLOSE_LOCK

SCRIPT = """\
\\set member random(1, {members})
\\set yen random(1100, 9899)
\\set n :n + 1
SELECT status, body FROM bench.accrue_one(
    {tenant_id}::bigint, {shop_id}::bigint, '{till}'::text, '{client_id}'::text,
    ('{run}-' || :client_id || '-' || :n)::text, sha256(:n::text::bytea),
    ('6304' || lpad(:member::text, 12, '0'))::text, :yen::bigint, (:yen / 110)::bigint,
    ('{run}-' || :client_id || '-' || :n)::text, '{today}'::date, now(), '{lapses_on}'::date, 1,
    {close_lock}::bigint
);
"""
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgbench'"
LEAST_SECONDS = 1.0
SHOWN = 2_000
# Its clock starts before its clients are in; where they take longer than this, it runs again.
SPARE_SECONDS = (1.5, 5.0, 15.0)


class NotWatched(Exception):
    """pgbench could not be looked at while it worked."""


class Pgbench:
    """Runs of pgbench against one database."""

    def __init__(
        self,
        postgres: Postgres,
        url: str,
        counters: Sequence[Counter],
        members: int,
        lapses_on: str,
    ) -> None:
        self._postgres = postgres
        self._url = url
        self._counters = counters
        self._members = members
        self._lapses_on = lapses_on
        self._runs = 0

    def window(self, run: str, today: str, warm_seconds: float, seconds: float) -> Window:
        """So many clients for so long, after a while that does not count."""
        seconds = max(seconds, LEAST_SECONDS)
        for spare in SPARE_SECONDS:
            self._runs += 1
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place)
                command = [
                    str(self._postgres.guise.binaries / "pgbench"),
                    *("-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", "1", "-D", "n=0"),
                    *("-T", str(math.ceil(warm_seconds + seconds + spare))),
                    *("-l", f"--log-prefix={folder}/log"),
                    *self._scripts(folder, f"{run}p{self._runs}", today),
                    self._url,
                ]
                found = self._watched(command, folder, warm_seconds, seconds)
                if found is not None:
                    return found
        raise NotWatched("pgbench ends before it was looked at, however long it runs")

    def _scripts(self, folder: Path, run: str, today: str) -> list[str]:
        """One script per till, of which pgbench takes any."""
        named = []
        for n, one in enumerate(self._counters):
            path = folder / f"{n}.sql"
            path.write_text(
                SCRIPT.format(
                    members=self._members,
                    run=run,
                    today=today,
                    lapses_on=self._lapses_on,
                    close_lock=CLOSE_LOCK,
                    tenant_id=one.tenant_id,
                    shop_id=one.shop_id,
                    till=one.till,
                    client_id=one.client_id,
                )
            )
            named += ["-f", str(path)]
        return named

    def _watched(
        self, command: list[str], folder: Path, warm_seconds: float, seconds: float
    ) -> Window | None:
        """Run it; count what ended between two looks at the clock and at the CPU. None if it was
        over before the second."""
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PGOPTIONS": PATIENT},
        ) as running:
            self._until_all_in(running)
            time.sleep(warm_seconds)
            looks = [self._look(running.pid)]
            time.sleep(seconds)
            looks.append(self._look(running.pid))
            early = running.poll() is not None
            told, _ = running.communicate()
        assert running.returncode == 0, told[:SHOWN]
        assert "number of failed transactions: 0 " in told, told[:SHOWN]
        (began, postgres, load), (ended, postgres_end, load_end) = looks
        took = sorted(
            int(fields[2])
            for log in folder.glob("log.*")
            for fields in map(str.split, log.read_text().splitlines())
            if began < int(fields[4]) + int(fields[5]) / 1e6 <= ended
        )
        if early or not took:
            return None
        answered = len(took)
        return Window(
            seconds=ended - began,
            answered=answered,
            rate=answered / (ended - began),
            p50_us=percentile(took, 0.5),
            p95_us=percentile(took, 0.95),
            p99_us=percentile(took, 0.99),
            most_us=took[-1],
            app_us=0.0,
            postgres_us=(postgres_end - postgres) / answered,
            load_us=(load_end - load) / answered,
            used=answered,
            late=0,
        )

    def _until_all_in(self, running: subprocess.Popen[str]) -> None:
        """Connecting is no part of it: wait until every client has its server process."""
        with psycopg.connect(self._url, autocommit=True) as conn:
            while running.poll() is None:
                row = conn.execute(CONNECTED).fetchone()
                assert row is not None
                if row[0] >= PGBENCH_CLIENTS:
                    return
                time.sleep(0.02)

    def _look(self, pid: int) -> tuple[float, float, float]:
        """The clock, PostgreSQL's CPU, and that of pgbench; nothing more of one that has ended."""
        with suppress(OSError):
            return time.time(), cpu.tree_us(self._postgres.pid), cpu.own_us(pid)
        return time.time(), 0, 0
