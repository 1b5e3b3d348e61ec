"""計測: what a process tells about its answers, its promises and its database; never whose.

The API of OpenTelemetry alone, as in `federation/gauges.py`: where nothing collects, nothing is
kept. A route is told by its template, so that no id and no card can make a series.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from time import perf_counter

from msgspec import Struct
from opentelemetry import metrics

from deploy.asgi import App, Message, Receive, Scope, Send

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BOUNDS = (*map(str, SECONDS), "+Inf")
UNROUTED = "unrouted"

_meter = metrics.get_meter("meguri")
# Answers by method, route and status, and within which bound of seconds. Counted by hand and read
# when somebody collects: a histogram's own `record` took eight times as long, at every sale.
_answers: defaultdict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0] * len(BOUNDS))


def _within(_: metrics.CallbackOptions) -> Iterator[metrics.Observation]:
    """As a histogram of Prometheus has it: each bound counts what was quicker too."""
    for (method, route, status), counts in list(_answers.items()):
        told = {"method": method, "route": route, "status": str(status)}
        for bound, count in zip(BOUNDS, accumulate(counts), strict=True):
            yield metrics.Observation(count, {**told, "le": bound})


_meter.create_observable_counter(
    "meguri.answers.within",
    [_within],
    unit="{answer}",
    description="answers by route and status, given within so many seconds (le)",
)
promise_broken = _meter.create_gauge(
    "meguri.promise.broken", unit="{row}", description="rows that break a promise, at the last look"
)
watch_looked = _meter.create_gauge(
    "meguri.watch.looked", unit="s", description="when the watch last looked, in Unix time"
)
lapse_done = _meter.create_gauge(
    "meguri.lapse.done", unit="s", description="when this process last booked what is due; 0: never"
)
connections = _meter.create_gauge(
    "meguri.postgres.connections", unit="{connection}", description="sessions of this database"
)
connections_allowed = _meter.create_gauge(
    "meguri.postgres.connections.allowed", unit="{connection}", description="max_connections"
)
deadlocks = _meter.create_gauge(
    "meguri.postgres.deadlocks", unit="{deadlock}", description="since the statistics began"
)
database_size = _meter.create_gauge(
    "meguri.postgres.size", unit="By", description="bytes of this database"
)


class Database(Struct, frozen=True):
    """PostgreSQL's own figures of this database."""

    connections: int
    allowed: int
    deadlocks: int
    bytes: int

    def tell(self) -> None:
        """Put them on the gauges."""
        connections.set(self.connections)
        connections_allowed.set(self.allowed)
        deadlocks.set(self.deadlocks)
        database_size.set(self.bytes)


STAY_OPEN = frozenset({"/console/live", "/status/live"})


class Timed:
    """Times every answer, whoever gave it."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, and note route, status and seconds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), 500

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note)
        finally:
            route = scope.get("path_template", UNROUTED)
            if route not in STAY_OPEN:  # how long somebody looked is no answer's time
                counts = _answers[scope["method"], route, status]
                counts[bisect_left(SECONDS, perf_counter() - began)] += 1
