"""Whatever tills do: three cycles in a row, booked by the desk under schemes that change, with
fees, carries and disputes, are written again by a replay of the live scheme: every sealed file,
byte for byte. What others compute from such files is the matter of test_random_cycles.

`MEGURI_REPLAYS=100 pytest tests/settlement/test_random_replays.py` tries that many.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import given as whatever
from hypothesis import strategies as st
from psycopg import AsyncConnection, sql

from federation.days import TOKYO
from settlement import agreeing
from settlement.close import close
from settlement.schemes import Offer
from settlement.verify import examine
from tenants.callers import Caller
from tenants.earning import Sale
from tenants.holding import Capture, SetAside
from tenants.holds_api import about
from tenants.returning import BringBack
from tenants.spending import Purchase, Spend
from tenants.undoing import Undo
from tests.conftest import Given
from tests.laws.asks import RULES, Ask
from tests.mall import WHY, Mall, Member, settings_for
from tests.races.hubs import cloned, lay_out, mall_of
from tests.settlement.conftest import Books
from tests.settlement.mornings import DAYS, Objected, number, objects, offers, ruled
from tests.settlement.thinking import simulated

EXAMPLES = int(os.environ.get("MEGURI_REPLAYS", "2"))
BEGIN = datetime(2026, 6, 1, 9, tzinfo=TOKYO)
# Points are granted under one scheme after the other.
SCHEMES: list[Any] = [
    ("at-redemption", date(2026, 6, 4), "PROMO_FUND", "PROPORTIONAL"),
    ("at-issue", date(2026, 6, 18), "RETURN_TO_FUNDER", "FIFO"),
    ("at-redemption", date(2026, 6, 27), "HUB_REVENUE", "PROPORTIONAL"),
]


class Wish(NamedTuple):
    """Something a till asks: what, at whose shop, by whose card, how much, about which slip."""

    what: str
    shop: str
    card: int
    yen: int
    points: int
    back: int
    day: int


KINDS = "sale sale buy buy spend spend hold capture undo goods goods"
wishes = st.builds(
    Wish,
    what=st.sampled_from(KINDS.split()),
    shop=st.sampled_from("abc"),
    card=st.integers(0, 2),
    yen=st.one_of(st.integers(1, 400), st.integers(2_000, 60_000)),
    points=st.one_of(st.integers(1, 4), st.integers(1, 200)),
    back=st.integers(0, 6),
    day=st.integers(0, 14),
)
weeks = st.lists(st.lists(wishes, min_size=4, max_size=14), min_size=3, max_size=3)


class Laid(NamedTuple):
    """A mall that is laid out and has no books yet, and who is in it."""

    database: str
    callers: dict[str, Caller]
    cards: list[str]


@pytest.fixture(scope="module")
def laid(given: Given, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laid]:
    """Three shops in two facilities, a campaign of two funders, points that soon lapse."""
    name = f"meguri_replays_{os.getpid()}"
    with cloned(given.database_url, template, name) as url:
        ours = settings_for(url, given.redis_url, tmp_path_factory.mktemp("laid"))
        callers, members = asyncio.run(town(ours))
        yield Laid(name, callers, [one.card for one in members])


async def town(ours: Any) -> tuple[dict[str, Caller], list[Member]]:
    async with mall_of(ours) as mall:
        await lay_out(mall, BEGIN, date(2026, 9, 15))
        async with mall.hub.pools.use("worker") as conn:
            await conn.execute("SELECT federation.open_months('2026-05-01', 5)")
        for scheme in SCHEMES:
            await mall.scheme(*scheme)
        callers = {}
        for code, facility in (("a", "tokushima"), ("b", "takamatsu"), ("c", "takamatsu")):
            shop = await mall.shop(code, facility)
            callers[code] = Caller(shop.client_id, shop.tenant_id, frozenset(), None, False)
        await mall.shop("a-2", "takamatsu", of=shop_of(callers["a"]), tills=["T02"])
        days = date(2026, 6, 1), date(2026, 6, 20)
        shares = {"facility": 2, "tenant": 1}
        await mall.campaign("x3", "takamatsu", days, date(2026, 7, 5), 3, shares)
        await mall.campaign("all", "tokushima", days, None, 2, {"operator": 1, "tenant": 1})
        await mall.expiry(policy="FIXED_DATE", expires_on=date(2026, 6, 22))
        await mall.expiry(from_on=date(2026, 6, 3))
        return callers, [*await mall.members(2), await mall.member("premium")]


class shop_of:  # noqa: N801  what `Mall.shop` asks of another's shop
    """The tenant of a caller."""

    def __init__(self, caller: Caller) -> None:
        self.tenant, self.tenant_id = "a", caller.tenant_id


class Tills:
    """Ask the desk, and remember what one can come back to; whatever is refused is refused."""

    def __init__(self, mall: Mall, laid: Laid) -> None:
        self.mall = mall
        self._laid = laid
        self._slips: list[tuple[str, str]] = []
        self._sold: list[tuple[str, str, int]] = []
        self._holds: list[tuple[str, str]] = []
        self.booked = 0

    async def ask(self, wish: Wish) -> None:
        """One request, if there is anything that it could be about."""
        made = self._made(wish)
        if made is None:
            return
        shop, ask, hold_id = made
        hub = self.mall.hub
        caller = msgspec.structs.replace(self._laid.callers[shop], vouched=hub.desk.moved)
        till = await hub.mall.till(caller, "T01")
        where = about(hold_id, hub.names, till.tenant_id) if hold_id else None
        answer = await hub.desk.book(ask, RULES[type(ask)], till, where)
        assert answer.status < 500, answer
        if answer.status == 201:
            self._slips.append((shop, ask.slip))
            self.booked += 1
            if isinstance(ask, SetAside):
                self._holds.append((shop, msgspec.json.decode(answer.body)["hold_id"]))
            elif isinstance(ask, Sale):
                self._sold.append((shop, ask.slip, wish.yen))

    def _made(self, wish: Wish) -> tuple[str, Ask, str | None] | None:
        mall, slip = self.mall, f"S-{next(self.mall.numbers)}"
        said: dict[str, Any] = {
            "slip": slip, "till": "T01", "business_date": mall.today, "at": mall.now,
        }  # fmt: skip
        card = {**said, "card": self._laid.cards[wish.card]}
        match wish.what:
            case "sale":
                return wish.shop, Sale(**card, paid_yen=wish.yen, receipt_no=slip), None
            case "buy":
                sold = {"paid_yen": wish.yen, "points": wish.points, "receipt_no": slip}
                return wish.shop, Purchase(**card, **sold), None
            case "spend":
                return wish.shop, Spend(**card, points=wish.points, payable_yen=wish.points), None
            case "hold":
                return wish.shop, SetAside(**card, points=wish.points, minutes=9_000), None
            case "capture" if self._holds:
                shop, held = self._holds.pop(wish.back % len(self._holds))
                return shop, Capture(**said, points=wish.points), held
            case "undo" if self._slips:
                shop, of = self._slips[-1 - wish.back % len(self._slips)]
                return shop, Undo(**said, of=of, reason="打ち間違い"), None
            case "goods" if self._sold:
                shop, of, yen = self._sold[-1 - wish.back % len(self._sold)]
                part = max(1, yen * (wish.points % 4 + 1) // 4)
                return shop, BringBack(**said, of=of, returned_yen=part), None
        return None


@asynccontextmanager
async def opened(ours: Any, laid: Laid) -> AsyncIterator[Tills]:
    async with mall_of(ours) as mall:
        mall.hub.desk.start()
        try:
            yield Tills(mall, laid)
        finally:
            await mall.hub.desk.drain()


async def happens(
    ours: Any,
    laid: Laid,
    asked: list[list[Wish]],
    agreed: list[dict[str, Any]],
    disputed: list[list[Objected]],
) -> int:
    """Three cycles, each closed when it is due; then the replay writes all their files."""
    owner = await AsyncConnection.connect(ours.database_url, autocommit=True)
    async with owner, opened(ours, laid) as tills:
        mall, books = tills.mall, Books(ours.database_url, owner)
        mall.clock.set(BEGIN)
        async with mall.hub.pools.use("worker") as worker:
            for said in agreed:
                mine = {**said, "left_on": said["left_on"] if said["party"] else None}
                await agreeing.agree(worker, Offer(**mine), WHY, BEGIN)
        for cycle, (first_on, last_on) in enumerate(DAYS):
            for wish in sorted(asked[cycle], key=lambda one: one.day):
                day = min(first_on + timedelta(wish.day), last_on)
                mall.clock.set(max(mall.now, datetime.combine(day, time(12), TOKYO)))
                await tills.ask(wish)
            due = datetime.combine(last_on + timedelta(3), time(12), TOKYO)
            mall.clock.set(max(mall.now, due))
            await close(mall.hub.closing, number(cycle), "c_tester", mall.now)
            for one in disputed[cycle]:
                await objects(books, cycle, one)
        await written_again(mall, books)
        return tills.booked


async def written_again(mall: Mall, books: Books) -> None:
    """Each by itself, and all of them together."""
    names = [first_on.isoformat() for first_on, _ in DAYS]
    seals = {}
    for cycle, name in enumerate(names):
        verdict = examine(await books.file(number(cycle)))
        assert verdict.faults == ()
        seals[name] = verdict.seal
    for some in (names[1:2], names):
        found = await simulated(mall, some)
        assert (found.differing, found.unreached_points) == ((), 0)
        assert found.agrees
        assert found.seals == {name: seals[name] for name in some}


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="MEGURI_REPLAYS" not in os.environ,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@whatever(weeks, st.lists(offers, max_size=4), ruled)
def test_a_replay_of_the_live_scheme_writes_every_sealed_file_again(
    given: Given,
    laid: Laid,
    tmp_path: Path,
    asked: list[list[Wish]],
    agreed: list[dict[str, Any]],
    disputed: list[list[Objected]],
) -> None:
    copy = f"{laid.database}_copy"
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        ours, theirs = sql.Identifier(copy), sql.Identifier(laid.database)
        conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(ours))
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(ours, theirs))
        own = settings_for(given.database(copy), given.redis_url, tmp_path)
        booked = asyncio.run(happens(own, laid, asked, agreed, disputed))
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(ours))
    assert booked or not any(one.what == "sale" for week in asked for one in week)
