"""Tills that keep a pace, or that insist: an open loop at so many a second, whose latencies count
from when a request was due, and a closed loop that sends again after the seconds it was told.

A process of its own: begins with a `Walk` on its standard input, ends with a `Pace` on its output.
"""

import asyncio
import sys
import time
from collections import Counter as Count
from collections import deque
from collections.abc import Callable, Iterator
from typing import cast

import msgspec
import uvloop
from msgspec import Struct

from bench.figures import percentile
from bench.wire import Script, requests

HEAD_ENDS = b"\r\n\r\n"
LENGTH = b"content-length: "
RETRY = b"retry-after: "
SLOW_MS = 250.0
LAST_ANSWERS = 10.0  # seconds for whoever still waits at the end


class Walk(Struct, frozen=True):
    """What to ask, how fast (a second; 0 as fast as it is answered) and over how many lines."""

    port: int
    lines: int
    rate: float
    seconds: float
    script: Script


class Pace(Struct, frozen=True):
    """What came of it: milliseconds, and shares of what was answered."""

    seconds: float
    answered: int
    refused: int
    p50_ms: float
    p99_ms: float
    most_ms: float
    slow_share: float
    refused_p50_ms: float
    refused_p99_ms: float
    used: int
    errors: dict[str, int] = {}

    @property
    def goodput(self) -> float:
        """Answered a second."""
        return self.answered / self.seconds


Told = Callable[["Line", int, bytes], None]


class Line(asyncio.Protocol):
    """One connection with at most one request on it."""

    def __init__(self, told: Told) -> None:
        self.told = told
        self.asked = b""
        self.due = 0.0
        self._came = b""
        self._wanted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Stand ready."""
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own, of no such class

    def ask(self, asked: bytes, due: float) -> None:
        """Send a request that was due at an instant."""
        self.asked, self.due = asked, due
        self.transport.write(asked)

    def data_received(self, data: bytes) -> None:
        """Part of an answer or all of it."""
        came = self._came + data if self._came else data
        if not self._wanted:
            head = came.find(HEAD_ENDS)
            if head < 0:
                self._came = came
                return
            at = came.index(LENGTH) + len(LENGTH)
            self._wanted = head + len(HEAD_ENDS) + int(came[at : came.index(b"\r", at)])
        if len(came) < self._wanted:
            self._came = came
            return
        self._came, self._wanted = b"", 0
        self.told(self, int(came[9:12]), came)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody hangs up on us but ourselves."""
        self.told(self, 0, b"the server hung up")


class Tills:
    """All lines, what they ask and what they were told."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.requests: Iterator[bytes] = requests(walk.script)
        self.used = 0
        self.idle: deque[Line] = deque()
        self.backlog: deque[tuple[bytes, float]] = deque()
        self.took: list[float] = []
        self.refusals: list[float] = []
        self.errors: Count[str] = Count()
        self.closing = False

    def next(self) -> bytes:
        """Another request."""
        self.used += 1
        return next(self.requests)

    def told(self, line: Line, status: int, came: bytes) -> None:
        """An answer: the next request, or this one again after a while."""
        now = time.perf_counter()
        if self.closing:
            return
        if status == 503:
            self.refusals.append(now - line.due)
            at = came.lower().find(RETRY)
            wait = int(came[at + len(RETRY) : came.index(b"\r", at)]) if at > 0 else 1
            asyncio.get_running_loop().call_later(wait, self.again, line, line.asked)
            return
        if status == 201:
            self.took.append(now - line.due)
        else:
            self.errors[came.decode(errors="replace")[-300:]] += 1
        if self.backlog:
            line.ask(*self.backlog.popleft())
        elif self.walk.rate:
            self.idle.append(line)
        else:
            line.ask(self.next(), now)

    def again(self, line: Line, asked: bytes) -> None:
        """The same slip, once more."""
        if not self.closing:
            line.ask(asked, time.perf_counter())

    def send(self, due: float) -> None:
        """A request that is due; where no line is free it waits, and the wait counts."""
        if self.idle:
            self.idle.popleft().ask(self.next(), due)
        else:
            self.backlog.append((self.next(), due))


async def walked(walk: Walk) -> Pace:
    """Keep the pace for so long."""
    loop = asyncio.get_running_loop()
    tills = Tills(walk)
    lines = []
    for _ in range(walk.lines):
        _, line = await loop.create_connection(lambda: Line(tills.told), "127.0.0.1", walk.port)
        lines.append(line)
    began = time.perf_counter()
    if walk.rate:
        tills.idle.extend(lines)
        for n in range(int(walk.rate * walk.seconds)):
            due = began + n / walk.rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tills.send(due)
        deadline = time.perf_counter() + LAST_ANSWERS
        while len(tills.idle) < walk.lines and time.perf_counter() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        unheard = walk.lines - len(tills.idle) + len(tills.backlog)
        if unheard:
            tills.errors["no answer"] += unheard
    else:
        for line in lines:
            line.ask(tills.next(), time.perf_counter())
        await asyncio.sleep(walk.seconds)
    seconds = walk.seconds
    tills.closing = True
    for line in lines:
        line.transport.close()
    return pace(tills, seconds)


def pace(tills: Tills, seconds: float) -> Pace:
    """What came of it."""
    took, refusals = sorted(tills.took), sorted(tills.refusals)
    us = [round(one * 1e6) for one in took] or [0]
    refused = [round(one * 1e6) for one in refusals] or [0]
    return Pace(
        seconds=seconds,
        answered=len(took),
        refused=len(refusals),
        p50_ms=percentile(us, 0.5) / 1000,
        p99_ms=percentile(us, 0.99) / 1000,
        most_ms=us[-1] / 1000,
        slow_share=sum(one > SLOW_MS * 1000 for one in us) / len(us),
        refused_p50_ms=percentile(refused, 0.5) / 1000,
        refused_p99_ms=percentile(refused, 0.99) / 1000,
        used=tills.used,
        errors=dict(tills.errors.most_common(5)),
    )


def main() -> None:
    """A walk in, a pace out."""
    walk = msgspec.json.decode(sys.stdin.buffer.read(), type=Walk)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(walked(walk))))


if __name__ == "__main__":
    main()
