"""The till fleet: sells the receipts again, through the hub's HTTP API, as tills do."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Final

import aiohttp
from msgspec import Struct

from deploy.demo.federation import SEED, Bought
from deploy.demo.till import TIME_OUT, Reply, Till, TillClient, Wire

IN_FLIGHT: Final = 64
# Below the five seconds after which servers commonly hang up on a quiet connection.
KEEP_ALIVE_SECONDS: Final = 4

NewDay = Callable[[date], Awaitable[None]]
Progress = Callable[[int, int], None]


class Tally(Struct, frozen=True):
    """What the fleet counted: receipts sent, refusals by slug, points, and requests of any kind."""

    receipts: int
    refused: dict[str, int]
    accrued_points: int
    redeemed_points: int
    voided: int
    requests: int


def queues(clients: Sequence[TillClient], receipts: Sequence[Bought]) -> list[list[int]]:
    """For each till, in its order, which receipts it sells: a shop's tills take turns by number."""
    tills: dict[str, list[int]] = defaultdict(list)
    for place, client in enumerate(clients):
        tills[client.tenant].append(place)
    queued: list[list[int]] = [[] for _ in clients]
    for turn, bought in enumerate(receipts):
        own = tills[bought.tenant]
        queued[own[(int(bought.receipt_no) - 1) % len(own)]].append(turn)
    return queued


def waits_for(receipts: Sequence[Bought]) -> list[int | None]:
    """For each receipt the member's one before it: nobody pays at two tills at once."""
    last: dict[int, int] = {}
    before: list[int | None] = []
    for turn, bought in enumerate(receipts):
        before.append(last.get(bought.household))
        last[bought.household] = turn
    return before


class Fleet:
    """All tills of the federation, selling in parallel what was bought."""

    def __init__(
        self,
        hub_url: str,
        issuer: str,
        clients: Sequence[TillClient],
        seed: int = SEED,
        in_flight: int = IN_FLIGHT,
    ) -> None:
        self._hub_url = hub_url
        self._issuer = issuer
        self._clients = clients
        self._seed = seed
        self._in_flight = in_flight
        self._sold = 0
        self._voided = 0
        self._points: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    async def replay(
        self, receipts: Sequence[Bought], new_day: NewDay, progress: Progress
    ) -> Tally:
        """Sell all receipts, day by day: a day is announced when the day before is answered."""
        connector = aiohttp.TCPConnector(
            limit=self._in_flight, keepalive_timeout=KEEP_ALIVE_SECONDS
        )
        async with aiohttp.ClientSession(connector=connector, timeout=TIME_OUT) as session:
            wire = Wire(session, self._hub_url, self._in_flight)
            tills = [Till(client, wire, self._issuer, self._seed) for client in self._clients]
            for day, bought in groupby(receipts, key=lambda one: one.business_date):
                await new_day(day)
                await self._sell_day(tills, [*bought], lambda: progress(self._sold, len(receipts)))
        return Tally(
            receipts=self._sold,
            refused=dict(sorted(self._refused.items())),
            accrued_points=self._points["accrued"],
            redeemed_points=self._points["redeemed"],
            voided=self._voided,
            requests=wire.requests,
        )

    async def _sell_day(
        self, tills: Sequence[Till], receipts: Sequence[Bought], sold: Callable[[], None]
    ) -> None:
        answered = [asyncio.Event() for _ in receipts]
        before = waits_for(receipts)

        async def work(till: Till, turns: Sequence[int]) -> None:
            for turn in turns:
                if (earlier := before[turn]) is not None:
                    await answered[earlier].wait()
                self._count(*await till.sell(receipts[turn]))
                answered[turn].set()
                sold()

        try:
            async with asyncio.TaskGroup() as group:
                for till, turns in zip(tills, queues(self._clients, receipts), strict=True):
                    group.create_task(work(till, turns))
        except ExceptionGroup as stopped:
            raise stopped.exceptions[0] from None

    def _count(self, reply: Reply, undone: Reply | None) -> None:
        self._sold += 1
        if undone is not None and undone.booked:
            self._voided += 1  # what it gave and what it spent is as if it had not been
        elif reply.booked:
            answer = reply.read()
            self._points["accrued"] += answer.points
            self._points["redeemed"] += answer.redeemed_points
        else:
            self._refused[reply.slug] += 1
