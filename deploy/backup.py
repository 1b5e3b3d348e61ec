"""A base backup, the log that follows it, and the server that both make again somewhere else.

PostgreSQL's own tools do it, over a replication connection: the instance that is backed up needs no
setting changed, only a role that may replicate. Nothing here writes where the instance lives.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from click import ClickException
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from deploy.embedded import (
    GLANCE_SECONDS,
    HOST,
    SETTINGS,
    child,
    dying_with_us,
    end,
    guise_of,
    hand_over,
    unused_port,
)

RECEIVER = "meguri drill"
MAJOR = 18
PATIENCE_SECONDS = 60.0
ASKED = """
SELECT
    current_setting('server_version_num')::integer / 10000,
    (SELECT rolreplication OR rolsuper FROM pg_roles WHERE rolname = current_user),
    (SELECT count(*) - 2 FROM pg_tablespace),
    current_setting('wal_level') <> 'minimal' AND current_setting('max_wal_senders')::integer >= 3,
    (SELECT sum(pg_database_size(oid))::bigint FROM pg_database)
"""
RECEIVED = """
SELECT count(*) FROM pg_stat_replication
WHERE application_name = %s AND flush_lsn >= %s::pg_lsn
"""
# What the copy must not take over from the instance that it was made of.
ALONE = {
    "hot_standby": "off",
    "archive_mode": "off",
    "archive_command": "",
    "primary_conninfo": "",
    "synchronous_standby_names": "",
    "shared_preload_libraries": "",
    "shared_buffers": "128MB",
    "ssl": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "recovery_target_inclusive": "off",
    "recovery_target_action": "promote",
    "recovery_target_timeline": "current",
}
ADMITTED = f"host all all {HOST}/32 scram-sha-256\n"


class NotBackedUp(ClickException):
    """A backup or a restore that did not come about; the message says why, in both languages."""


class Backup:
    """A folder with a base backup and the log that follows it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.archive = folder / "wal"
        self.log = folder / "backup.log"
        self.guise = guise_of(folder)
        self._url = url
        passwords = folder / "passwords"
        told = conninfo_to_dict(url)
        with open(passwords, "x", opener=lambda name, how: os.open(name, how, mode=0o600)) as file:
            file.write(f"*:*:*:*:{_escaped(str(told.pop('password', '')))}\n")
        self._asked = make_conninfo(
            **{name: str(word) for name, word in told.items()},
            passfile=str(passwords),
            application_name=RECEIVER,
        )
        self.archive.mkdir(mode=0o700)

    def ask(self) -> int:
        """Whether the instance can be backed up from here; how many bytes it is."""
        with psycopg.connect(self._url, autocommit=True) as conn:
            row = conn.execute(ASKED).fetchone()
        assert row is not None
        major, replicates, spaces, logs, size = row
        reasons = {
            f"PostgreSQL {MAJOR} ではなく {major} です / it is {major}, not {MAJOR}": major
            != MAJOR,
            "役割に REPLICATION がありません / its role may not replicate": not replicates,
            "別のテーブル空間があります / it has tablespaces elsewhere": spaces > 0,
            "wal_level か max_wal_senders が足りません / it sends no log": not logs,
            f"{self.folder} に空きがありません / there is too little room": size * 2
            > shutil.disk_usage(self.folder).free,
        }
        for reason, holds in reasons.items():
            if holds:
                raise NotBackedUp(reason)
        return int(size)

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """The log arrives here, record by record, until the block is left."""
        receiver = self._tool("pg_receivewal", "-D", str(self.archive), "--synchronous", "-n")
        try:
            self.until(lambda: any(self.archive.iterdir()), receiver)
            yield
        finally:
            end(receiver, signal.SIGINT, signal.SIGKILL)

    def copy(self) -> None:
        """Copy the data as they are, with enough of the log to open them, and verify the copy."""
        where = ("-D", str(self.data), "-X", "stream", "--checkpoint=fast", "--no-sync")
        self._done(self._tool("pg_basebackup", *where))
        self._done(self._tool("pg_verifybackup", "-q", str(self.data), asks=False))

    def await_log(self, conn: psycopg.Connection, target: str) -> None:
        """Until what was written before this place lies here, flushed."""
        self.until(lambda: conn.execute(RECEIVED, (RECEIVER, target)).fetchone() != (0,))

    @contextmanager
    def opened(self, target: str) -> Iterator[str]:
        """The data as they were at a place of the log, served on a port of their own; their URL."""
        port = unused_port()
        settings = SETTINGS | ALONE | self._settings(target)
        for path in (self.data, self.archive):
            hand_over(path, self.guise.owner)
        command = (*self.guise.prefix, *dying_with_us("INT"), str(self.guise.binaries / "postgres"))
        words = [f"--{name}={setting}" for name, setting in settings.items()]
        server = child(
            *(*command, "-D", str(self.data), "-p", str(port), *words),
            log=self.log,
            user=self.guise.user,
        )
        try:
            url = elsewhere(self._url, port)
            self.until(lambda: _recovered(url), server, patience=float("inf"))
            yield url
        finally:
            end(server, signal.SIGINT, signal.SIGQUIT)

    def until(
        self,
        done: Callable[[], bool],
        tool: subprocess.Popen[bytes] | None = None,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        """Wait for something to have happened, as long as its program runs."""
        deadline = time.monotonic() + patience
        while not done():
            if time.monotonic() > deadline or (tool is not None and tool.poll() is not None):
                raise NotBackedUp(self._last())
            time.sleep(GLANCE_SECONDS)

    def _settings(self, target: str) -> dict[str, str]:
        """Files of the copy's own, and where it fetches its log and stops."""
        ours, admitted = self.data / "meguri.conf", self.data / "meguri_hba.conf"
        ours.write_text("")
        admitted.write_text(ADMITTED)
        (self.data / "postgresql.auto.conf").write_text("")
        (self.data / "recovery.signal").touch()
        kept = f"'{self.archive}/%f'"
        return {
            "config_file": str(ours),
            "hba_file": str(admitted),
            "ident_file": str(ours),
            "restore_command": f"cp {kept} '%p' || cp {kept}.partial '%p'",
            "recovery_target_lsn": target,
        }

    def _tool(self, program: str, *arguments: str, asks: bool = True) -> subprocess.Popen[bytes]:
        where = ("-d", self._asked, "-w") if asks else ()
        tool = str(self.guise.binaries / program)
        return child(*dying_with_us("INT"), tool, *arguments, *where, log=self.log)

    def _done(self, tool: subprocess.Popen[bytes]) -> None:
        if tool.wait() != 0:
            raise NotBackedUp(self._last())

    def _last(self) -> str:
        last = "\n".join(self.log.read_text(errors="replace").splitlines()[-6:])
        return f"バックアップが進みません · the backup does not go on:\n{last}"


def elsewhere(url: str, port: int) -> str:
    """The same user and database, at a port of this machine."""
    parts = urlsplit(url)
    who = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{who}@{HOST}:{port}", query=""))


def _escaped(password: str) -> str:
    return password.replace("\\", "\\\\").replace(":", "\\:")


def _recovered(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            return conn.execute("SELECT pg_is_in_recovery()").fetchone() == (False,)
    except psycopg.OperationalError as why:
        if "password" in str(why):
            raise NotBackedUp(str(why)) from why
        return False
