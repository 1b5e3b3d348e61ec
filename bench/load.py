"""The load: tills that ask, wait for the answer and ask again; a process of its own.

Requests are bytes before the clock starts. A closed loop: so many connections, each with one
request in flight. What is not a 201 is an error, and a run with an error is not a measurement.
Begins with a plan on its standard input and ends with a `Window` on its standard output.
"""

import asyncio
import sys
import time
from collections import Counter as Count
from collections.abc import Iterator
from itertools import chain, islice
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from bench import cpu
from bench.figures import percentile
from bench.wire import Script, requests

MOST_A_SECOND = 16_000
PATIENCE = 30.0
HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length: "


class Plan(Struct, frozen=True):
    """What to ask whom, for how long, and whose CPU to look at meanwhile."""

    ports: list[int]
    connections: int
    warm_seconds: float
    seconds: float
    script: Script
    app_pids: list[int]
    postgres_pid: int


class Window(Struct, frozen=True):
    """What came of it; latencies and CPU per request are in microseconds. `late` requests were
    rendered while the clock ran; `sealed_after` so many seconds the journal had all of it."""

    seconds: float
    answered: int
    rate: float
    p50_us: float
    p95_us: float
    p99_us: float
    most_us: float
    app_us: float
    postgres_us: float
    load_us: float
    used: int
    late: int
    sealed_after: float = 0.0
    errors: dict[str, int] = {}


class Till(asyncio.Protocol):
    """One connection; it asks again as soon as it was answered."""

    def __init__(self, crowd: "Crowd") -> None:
        self.crowd = crowd
        self.asked_at = 0
        self.came = b""
        self.wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait until all stand in line."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own, of no such class

    def ask(self) -> None:
        """The next request, unless the shop is closing."""
        crowd = self.crowd
        if crowd.closing:
            crowd.left()
            return
        asked = next(crowd.requests)
        crowd.used += 1
        self.asked_at = time.perf_counter_ns()
        self.transport.write(asked)

    def data_received(self, data: bytes) -> None:
        """Part of an answer or all of it."""
        came = self.came + data if self.came else data
        if not self.wanted:
            head = came.find(HEAD_ENDS)
            if head < 0:
                self.came = came
                return
            at = came.index(LENGTH) + len(LENGTH)
            self.wanted = head + len(HEAD_ENDS) + int(came[at : came.index(b"\r", at)])
        if len(came) < self.wanted:
            self.came = came
            return
        if came[9:12] == b"201":
            self.crowd.took.append(time.perf_counter_ns() - self.asked_at)
        else:
            self.crowd.errors[came[: self.wanted].decode(errors="replace")] += 1
        self.came, self.wanted = b"", 0
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up has failed, unless we are leaving."""
        if not self.crowd.closing:
            self.crowd.errors["the server hung up"] += 1
            self.crowd.gone.set()


class Crowd:
    """All tills together, what they ask, and what they were told."""

    def __init__(self, requests: Iterator[bytes], tills: int) -> None:
        self.requests = requests
        self.used = 0
        self.took: list[int] = []
        self.errors: Count[str] = Count()
        self.closing = False
        self.inside = tills
        self.gone = asyncio.Event()

    async def open_for(self, seconds: float) -> None:
        """So long, or until somebody was answered if that takes longer, or all were hung up on."""
        gone = asyncio.ensure_future(self.gone.wait())
        until = time.perf_counter() + PATIENCE
        while not gone.done() and time.perf_counter() < until:
            await asyncio.wait([gone], timeout=seconds)
            if self.took:
                break
        gone.cancel()

    def left(self) -> None:
        """One less."""
        self.inside -= 1
        if not self.inside:
            self.gone.set()


async def measure(plan: Plan) -> Window:
    """Ask for so long, after a while that does not count."""
    loop = asyncio.get_running_loop()
    endless = requests(plan.script)
    ready = list(islice(endless, int(MOST_A_SECOND * (plan.warm_seconds + plan.seconds))))
    crowd = Crowd(chain(ready, endless), plan.connections)
    tills = []
    for n in range(plan.connections):
        port = plan.ports[n % len(plan.ports)]
        _, till = await loop.create_connection(lambda: Till(crowd), "127.0.0.1", port)
        tills.append(till)
    for till in tills:
        till.ask()
    await crowd.open_for(plan.warm_seconds)
    crowd.took.clear()
    began, before = time.perf_counter(), used(plan)
    await crowd.open_for(plan.seconds)
    seconds, after = time.perf_counter() - began, used(plan)
    took = sorted(crowd.took)
    crowd.closing = True
    await asyncio.wait_for(crowd.gone.wait(), PATIENCE)
    for till in tills:
        till.transport.close()
    answered = len(took)
    assert answered, crowd.errors
    app, postgres, load = ((b - a) / answered for a, b in zip(before, after, strict=True))
    return Window(
        seconds=seconds,
        answered=answered,
        rate=answered / seconds,
        p50_us=percentile(took, 0.5) / 1000,
        p95_us=percentile(took, 0.95) / 1000,
        p99_us=percentile(took, 0.99) / 1000,
        most_us=took[-1] / 1000,
        app_us=app,
        postgres_us=postgres,
        load_us=load,
        used=crowd.used,
        late=max(0, crowd.used - len(ready)),
        errors=dict(crowd.errors.most_common(5)),
    )


def used(plan: Plan) -> tuple[float, float, float]:
    """CPU so far: of the app, of PostgreSQL, of the load itself."""
    app = cpu.all_us(plan.app_pids)
    postgres = cpu.tree_us(plan.postgres_pid)
    return app, postgres, time.process_time_ns() / 1000


def main() -> None:
    """A plan in, a window out."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    window = uvloop.run(measure(plan))
    sys.stdout.buffer.write(msgspec.json.encode(window))


if __name__ == "__main__":
    main()
