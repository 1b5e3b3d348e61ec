"""The stage: every server of a run side by side, and what one window of load at them comes to."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Literal

import msgspec
import psycopg

from bench import engine
from bench.ground import Ground
from bench.load import Plan, Window
from bench.options import Scale
from bench.pgbench import Pgbench
from bench.servers import HUB, NAIVE, Server, floor_module, started
from bench.tokens import Tokens
from bench.wire import Asker, Script
from deploy.clock import wall
from deploy.embedded import Servers
from federation.days import TOKYO, day_of, fiscal_year_expiry
from federation.packing import told

WAITING = (
    "SELECT count(*) FROM federation.entries WHERE xid >= (SELECT xid FROM federation.numbered) "
    "AND (xid, entry_id, member_id) > (SELECT xid, entry_id, member_id FROM federation.numbered)"
)
BODY = "SELECT body, packed FROM federation.answers ORDER BY booked_at DESC LIMIT 1"
TENANTS_OF_PGBENCH = 16
READY = "/health/ready"
FEW = 16
GLANCE = 0.5


class Stage:
    """Servers that stand ready, and where each window of load begins."""

    def __init__(
        self, ground: Ground, scale: Scale, servers: Servers, hubs: list[Server], naive: Server
    ) -> None:
        self.ground = ground
        self.scale = scale
        self.servers = servers
        self.hubs = hubs
        self.naive = naive
        self.floor: Server | None = None
        self.tokens = Tokens(ground.counters, hubs[0].port)
        self.run = f"b{int(wall().timestamp()):x}"
        self.next = 0
        self.pgbench = Pgbench(
            servers.postgres,
            ground.plain.url("desk"),
            ground.counters[:: len(ground.counters) // TENANTS_OF_PGBENCH],
            ground.members,
            fiscal_year_expiry(day_of(wall())).isoformat(),
        )

    def ask(
        self,
        at: list[Server],
        connections: int,
        *,
        redemptions: int = 0,
        seconds: float | None = None,
        card: str | None = None,
    ) -> Window:
        """One window of load at these servers; whom a token is new to has seen it before."""
        if self.tokens.old:
            self.tokens.renew()
            for server in (*self.hubs, self.naive):
                self.ask([server], FEW, seconds=GLANCE)
        now = wall().astimezone(TOKYO)
        plan = Plan(
            ports=[one.port for one in at],
            connections=connections,
            warm_seconds=self.scale.warm_seconds,
            seconds=self.scale.seconds if seconds is None else seconds,
            script=Script(
                askers=[
                    Asker(one.till, token)
                    for one, token in zip(self.ground.counters, self.tokens.current, strict=True)
                ],
                run=self.run,
                first=self.next,
                members=self.ground.members,
                business_date=now.date().isoformat(),
                at=now.isoformat(timespec="seconds"),
                redemptions=redemptions,
                card=card,
            ),
            app_pids=[one.pid for one in at],
            postgres_pid=self.servers.postgres_pid,
        )
        window = run("bench.load", plan)
        self.next += window.used
        return window

    def settle(self) -> None:
        """Touch the pages once: what a checkpoint costs whoever comes first after it (a page in the
        WAL for each that is changed) is nobody's steady state."""
        if self.scale.settle_seconds:
            self.ask(self.hubs[:1], 64, seconds=self.scale.settle_seconds)
            self.one_call(seconds=self.scale.settle_seconds)
        self.until_sealed()

    def one_call(self, seconds: float | None = None) -> Window:
        """One window of pgbench."""
        return self.pgbench.window(
            self.run,
            day_of(wall()).isoformat(),
            self.scale.pgbench_warm_seconds,
            self.scale.seconds if seconds is None else seconds,
        )

    def at_the_desk(self, verb: Literal["accrual", "redemption"], batch: int) -> Window:
        """One window of the desk without HTTP."""
        plan = engine.Plan(
            settings=self.ground.hub,
            counters=self.ground.counters,
            verb=verb,
            batch=batch,
            batches=self.scale.engine_batches * 250 // batch,
            seconds=self.scale.seconds,
            run=self.run,
            first=self.next,
            members=self.ground.members,
            at=wall(),
            business_date=day_of(wall()),
            postgres_pid=self.servers.postgres_pid,
        )
        window = run("bench.engine", plan)
        self.next += window.used
        return window

    def until_sealed(self) -> float:
        """Wait until the sealer has numbered what was booked, so that its work falls into nobody
        else's window; how long that took."""
        began = time.monotonic()
        with psycopg.connect(self.ground.hub.database_url, autocommit=True) as conn:
            while True:
                row = conn.execute(WAITING).fetchone()
                assert row is not None
                if not row[0]:
                    return time.monotonic() - began
                time.sleep(0.05)

    def bytes_of_a_receipt(self) -> int:
        """How long the last answer was."""
        with psycopg.connect(self.ground.hub.database_url) as conn:
            row = conn.execute(BODY).fetchone()
        return len(told(*row)) if row else 700


def run(module: str, plan: Plan | engine.Plan) -> Window:
    """A window that a process of its own measures."""
    done = subprocess.run(
        [sys.executable, "-m", module],
        input=msgspec.json.encode(plan),
        stdout=subprocess.PIPE,
        check=True,
    )
    return msgspec.json.decode(done.stdout, type=Window)


@contextmanager
def staged(ground: Ground, scale: Scale, servers: Servers) -> Iterator[Stage]:
    """Two hubs on one database, the naive hub on the other, and the floor."""
    starting = (
        started("hub 2", HUB, ground.hub, READY, 1),
        started("naive", NAIVE, ground.plain, place=2),
    )
    with ExitStack() as running:
        # The first to start seals, so that whoever is measured alone is charged for the journal.
        first = running.enter_context(started("hub 1", HUB, ground.hub, READY))
        with ThreadPoolExecutor(len(starting)) as at_once:
            second, naive = at_once.map(running.enter_context, starting)
        hubs = [first, second]
        stage = Stage(ground, scale, servers, hubs, naive)
        stage.ask(hubs, FEW)  # everybody once: tills looked up, statements prepared
        stage.floor = running.enter_context(
            started("floor", floor_module(stage.bytes_of_a_receipt()), ground.plain)
        )
        stage.settle()
        yield stage
