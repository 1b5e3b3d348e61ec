"""The desk without HTTP: one booking desk in a process of its own, given whole batches at once.

Asks are structs before the clock starts. The next batch is asked when the last was answered, so
that a batch is as large as it says. Begins with a plan on its standard input and ends with a
`Window` on its standard output.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, Literal

import msgspec
import uvloop
from msgspec import Struct

from bench import cpu
from bench.figures import percentile
from bench.ground import Counter
from bench.load import Window
from bench.wire import STRIDE, card
from deploy.hub import Hub
from deploy.serve import rest_collector
from deploy.settings import Settings
from federation.slips import Answer
from tenants.callers import Caller
from tenants.earning import Sale, earn
from tenants.spending import Spend, spend
from tenants.terms import Till

WARM_BATCHES = 3


class Plan(Struct, frozen=True):
    """What to book, and in batches of which size."""

    settings: Settings
    counters: tuple[Counter, ...]
    verb: Literal["accrual", "redemption"]
    batch: int
    batches: int
    seconds: float
    run: str
    first: int
    members: int
    at: datetime
    business_date: date
    postgres_pid: int


def asks(plan: Plan) -> Iterator[tuple[Sale | Spend, int]]:
    """What the n-th till in turn asks for the n-th member in turn."""
    n = plan.first
    while True:
        place = n % len(plan.counters)
        told: dict[str, Any] = {
            "slip": f"{plan.run}-{n}",
            "till": plan.counters[place].till,
            "business_date": plan.business_date,
            "at": plan.at,
            "card": card(n * STRIDE % plan.members + 1),
        }
        if plan.verb == "accrual":
            paid_yen = 1100 + n * 131 % 8800
            yield Sale(**told, receipt_no=f"{plan.run}{n}", paid_yen=paid_yen), place
        else:
            yield Spend(**told, points=1 + n % 10, payable_yen=1000), place
        n += 1


async def measure(plan: Plan) -> Window:
    """Book batch after batch, for so long at most."""
    hub = Hub(plan.settings)
    rule = earn if plan.verb == "accrual" else spend
    async with hub.pools:
        tills = await looked_up(hub, plan.counters)
        hub.desk.start()
        endless = asks(plan)
        ready = [list(islice(endless, plan.batch)) for _ in range(plan.batches + WARM_BATCHES)]
        for batch in ready[:WARM_BATCHES]:
            await book(hub, batch, rule, tills)
            tills = await looked_up(hub, plan.counters)  # as of the doors that the desk has seen
        rest_collector()  # as every process that serves does
        took: list[int] = []
        began, mine, theirs = looked(plan)
        for batch in ready[WARM_BATCHES:]:
            asked_at = time.perf_counter_ns()
            await book(hub, batch, rule, tills)
            took.append(time.perf_counter_ns() - asked_at)
            if time.perf_counter() - began > plan.seconds:
                break
        ended, mine_after, theirs_after = looked(plan)
        await hub.desk.drain()
    answered = len(took) * plan.batch
    took.sort()
    return Window(
        seconds=ended - began,
        answered=answered,
        rate=answered / (ended - began),
        p50_us=percentile(took, 0.5) / 1000,
        p95_us=percentile(took, 0.95) / 1000,
        p99_us=percentile(took, 0.99) / 1000,
        most_us=took[-1] / 1000,
        app_us=(mine_after - mine) / answered,
        postgres_us=(theirs_after - theirs) / answered,
        load_us=0.0,
        used=len(ready) * plan.batch,
        late=0,
    )


async def book(
    hub: Hub, batch: list[tuple[Sale | Spend, int]], rule: object, tills: list[Till]
) -> list[Answer]:
    """One batch, whole; anything but a 201 ends the run."""
    answers = await asyncio.gather(
        *(hub.desk.book(ask, rule, tills[place]) for ask, place in batch)  # type: ignore[arg-type]
    )
    wrong = [one for one in answers if one.status != 201]
    assert not wrong, wrong[:3]
    return answers


async def looked_up(hub: Hub, counters: tuple[Counter, ...]) -> list[Till]:
    """Every till, as a request of its client would find it."""
    return [await hub.mall.till(caller(one, hub.desk.moved), one.till) for one in counters]


def caller(counter: Counter, vouched: int) -> Caller:
    """A till's client as the gate would know it."""
    scopes = frozenset(("points:accrue", "points:redeem"))
    tills = frozenset((counter.till,))
    return Caller(counter.client_id, counter.tenant_id, scopes, tills, False, vouched)


def looked(plan: Plan) -> tuple[float, float, float]:
    """The clock, this process's CPU, and PostgreSQL's."""
    return time.perf_counter(), time.process_time_ns() / 1000, cpu.tree_us(plan.postgres_pid)


if __name__ == "__main__":
    asked = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(measure(asked))))
