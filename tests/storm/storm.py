"""One storm: the mall is laid out, the tills sail, the faults strike, the cycles close; then it is
quiet, and everything that can be known is written down for the audit."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import monotonic

import psycopg

from auth.scopes import OPERATOR, TILL
from deploy.migrate import migrate
from tests.mall import BEGIN, scopes_of
from tests.races.hubs import lay_out, mall_of
from tests.storm.faults import Faults
from tests.storm.fleet import Fleet
from tests.storm.proxy import Proxy
from tests.storm.record import Record
from tests.storm.site import Site
from tests.storm.wishes import Place, Wishes
from tests.storm.year import Year

SHOPS = (("bakery", "tokushima"), ("bookshop", "takamatsu"), ("cafe", "matsuyama"))
CARDS = 256
MONTHS = 28
SAYS_SECONDS = 5.0
NUMBERED = """
SELECT (SELECT count(*) FROM federation.journal) = (SELECT count(*) FROM federation.entries)
"""


@dataclass(frozen=True)
class Order:
    """What is asked of a storm."""

    operations: int
    kinds: list[str]
    seed: int
    tills: int = 36
    hubs: int = 2
    closes: int = 6
    crowd_percent: int = 0  # of the wishes, for a handful of cards


@dataclass
class Outcome:
    """What the storm itself can tell of it."""

    operations: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    statuses: dict[int, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    recoveries: list[tuple[str, float]] = field(default_factory=list)
    closed: int = 0
    wrong: list[str] = field(default_factory=list)


class Storm:
    """Everything of one run, on a site that stands."""

    def __init__(self, site: Site, order: Order, say: Callable[[str], None]) -> None:
        self.site = site
        self.order = order
        self.say = say
        self.record_path = site.folder / "record.ndjson"
        self.outcome = Outcome()
        self.began = monotonic()

    async def run(self, weather: "Weather | None" = None) -> None:
        """The whole of it; `weather` strikes in another way than by the plan."""
        places, operator, cards = await self._laid_out()
        await self.site.start()
        self.proxies = [Proxy(hub.port) for hub in self.site.hubs]
        for proxy in self.proxies:
            await proxy.open()
        dice = random.Random(self.order.seed)
        wishes = Wishes(places, cards, dice, self.order.crowd_percent)
        self.year = Year(self.site.folder / "clock", BEGIN + timedelta(seconds=1))
        with Record(self.record_path) as record:
            ports = [proxy.port for proxy in self.proxies]
            self.fleet = Fleet(wishes, ports, record, lambda: self.year.now)
            self.faults = Faults(self.site, self.proxies, self.fleet, self.year, self.order.seed)
            side = [asyncio.create_task(one) for one in (self.year.run(), self._speaks())]
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.fleet.sail(self.order.tills))
                    await (weather(self) if weather else self._weather(operator))
                    self.say("▸ the storm is over; every till waits for its last answer")
                    self.fleet.open = False
                await self.year.seal_again(self.fleet, operator)
            finally:
                for task in side:
                    task.cancel()
                for proxy in self.proxies:
                    proxy.shut()
        await self._numbered()
        ends = await self.site.stop()
        if any(end not in (0, -15) for end in ends):
            self.fleet.wrong.append(f"hubs ended with {ends}")
        self._written_down()

    def broke_off(self, why: str) -> None:
        """It did not come to its end; what is known of it is written down all the same."""
        self.fleet.wrong.append(f"the storm broke off: {why}")
        self._written_down()

    def _written_down(self) -> None:
        fleet, outcome = self.fleet, self.outcome
        outcome.operations = fleet.operations
        outcome.counts = {name: fleet.counts[name] for name in sorted(fleet.counts)}
        for kind in ("answer lost", "answer torn", "line half closed"):
            outcome.counts[f"times {kind}"] = sum(one.done[kind] for one in self.proxies)
        outcome.statuses = dict(sorted(fleet.statuses.items()))
        outcome.faults = dict(sorted(self.faults.done.items()))
        outcome.recoveries = self.faults.recoveries
        outcome.closed = len(self.year.closed)
        outcome.wrong = fleet.wrong

    async def _laid_out(self) -> tuple[list[Place], Place, list[str]]:
        """A mall of some shops with two tills' worth of clients each, and an operator's."""
        await asyncio.to_thread(migrate, self.site.settings, BEGIN - timedelta(days=31))
        async with mall_of(self.site.settings) as mall:
            await lay_out(mall, BEGIN, date(2028, 6, 30))
            async with mall.hub.pools.use("worker") as conn:
                opens = "SELECT federation.open_months(%s, %s)"
                await conn.execute(opens, (BEGIN.date(), MONTHS))
            shops = [await mall.shop(*one) for one in SHOPS]
            places = []
            for shop in shops:
                known = await mall.register(shop.tenant, TILL, scopes_of(TILL))
                places.append(Place(shop.shop_id, known.client_id, str(known.secret)))
            known = await mall.register("operator", OPERATOR, scopes_of(OPERATOR))
            operator = Place(0, known.client_id, str(known.secret))
            cards = [one.card for one in await mall.members(CARDS, "premium")]
        return places, operator, cards

    async def _weather(self, operator: Place) -> None:
        """The faults of the plan, while there is load, and a cycle that closes now and then."""
        kinds, closes = self.order.kinds, self.order.closes
        due = {len(kinds) * (n + 1) // (closes + 1) for n in range(closes)}
        self.fleet.pause_seconds = lambda: self._pause(len(kinds))
        for struck, kind in enumerate(kinds):
            if self.fleet.wrong_enough:
                return
            if struck in due:
                closing = asyncio.create_task(self.year.close_next(self.fleet, operator))
                await self.faults.strike(kind)
                self.faults.now = "a cycle closes"
                await closing
            else:
                await self.faults.strike(kind)
        self.faults.now = "load alone"
        while self.fleet.operations < self.order.operations:
            if self.fleet.wrong_enough:
                return
            await asyncio.sleep(0.05)

    def _pause(self, faults: int) -> float:
        """Tills that are ahead of the faults take their time."""
        struck = sum(self.faults.done.values()) + 2
        ahead = self.fleet.operations * faults > self.order.operations * struck
        return 0.12 if ahead else 0.0

    async def _speaks(self) -> None:
        """A line every few seconds."""
        while True:
            await asyncio.sleep(SAYS_SECONDS)
            struck = sum(self.faults.done.values())
            self.say(
                f"▸ {monotonic() - self.began:5.0f} s  {self.fleet.operations:7} operations  "
                f"{struck:4} faults  {len(self.year.closed):2} cycles  {self.faults.now}"
            )

    async def _numbered(self) -> None:
        """The journal comes after the entries, within a minute."""
        url = self.site.servers.database_url
        for _ in range(600):
            async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
                row = await (await conn.execute(NUMBERED)).fetchone()
                if row is not None and row[0]:
                    return
            await asyncio.sleep(0.1)
        self.fleet.wrong.append("a minute later entries have no number yet")


Weather = Callable[[Storm], Awaitable[None]]
