"""Two hubs at one database, on connections of their own: a visit is had once, the last stamp issues
one reward, whoever comes first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from federation import journal
from federation.slips import Answer
from tenants import layout, occasions
from tenants.callers import Caller
from tenants.earning import Sale, earn
from tenants.giving import Visit, visit
from tenants.occasion import Occasion
from tests.bonuses.occasions import behind, given
from tests.conftest import Given
from tests.mall import WHY, Mall, Member, Shop, settings_for
from tests.races.hubs import held_up, lay_out, mall_of


class Two:
    """One mall, a shop and a till of it at each of two hubs."""

    def __init__(self, malls: list[Mall], shop: Shop) -> None:
        self.malls = malls
        self.mall = malls[0]
        self.shop = shop

    async def book(self, mall: Mall, asked: Any, rule: Any) -> Answer:
        """One slip at one of the hubs, sent again while it is busy, as a till does."""
        moved = mall.hub.desk.moved
        caller = Caller(
            self.shop.client_id, self.shop.tenant_id, frozenset(), None, False, vouched=moved
        )
        till = await mall.hub.mall.till(caller, self.shop.till)
        answer = await mall.hub.desk.book(asked, rule, till)
        for tries in range(20):
            if told(answer) != "busy":
                break
            await asyncio.sleep(tries / 20)
            answer = await mall.hub.desk.book(asked, rule, till)
        return answer

    async def all_at_once(self, asked: list[Any], rule: Any) -> Counter[str]:
        """Each at the hubs in turn; how many were told what."""
        answers = await asyncio.gather(
            *(self.book(self.malls[n % 2], one, rule) for n, one in enumerate(asked))
        )
        return Counter(told(one) for one in answers)

    def asked(self, member: Member) -> dict[str, Any]:
        today, now = self.mall.today, self.mall.now
        slip = f"S-{next(self.mall.numbers)}"
        said = {"slip": slip, "till": self.shop.till, "business_date": today, "at": now}
        return {**said, "card": member.card}

    async def lays_out(self, code: str, kind: Any, **more: Any) -> None:
        one = Occasion(
            occasion_id=0, code=code, kind=kind, from_on=self.mall.today, name=code, name_en=code,
            operator_weight=1, **more,
        )  # fmt: skip
        async with self.mall.hub.pools.use("worker") as conn:
            await occasions.lay_out(conn, one, WHY, self.mall.now, self.mall.today)
            await layout.moved(conn)
        for mall in self.malls:
            mall.hub.forget()

    async def number(self) -> None:
        """The sealer's work."""
        async with await self.mall.hub.pools.sealer() as conn:
            await journal.number(conn, None)


def told(answer: Answer) -> str:
    """A refusal's name, or `booked`."""
    if answer.status < 400:
        return "booked"
    return str(msgspec.json.decode(answer.body)["type"]).rpartition("/")[2]


@pytest.fixture
async def two(given: Given, database: str, tmp_path: Path) -> AsyncIterator[Two]:
    async with AsyncExitStack() as stack:
        settings = settings_for(database, given.redis_url, tmp_path)
        malls = [await stack.enter_async_context(serving(settings)) for _ in range(2)]
        await lay_out(malls[0])
        shop = await malls[0].shop("bakery", "orne")
        yield Two(malls, shop)
        assert await malls[0].broken() == []


@asynccontextmanager
async def serving(settings: Any) -> AsyncIterator[Mall]:
    """A hub with a desk that books, and nothing that works in the background."""
    async with mall_of(settings) as mall:
        mall.hub.desk.start()
        yield mall
        await mall.hub.desk.drain()


async def test_sixty_four_tills_give_one_visit(two: Two) -> None:
    hanako = await two.mall.member()
    await two.lays_out("hello", "visit", points=5, per="facility")
    asked = [Visit(**two.asked(hanako)) for _ in range(64)]
    assert await two.all_at_once(asked, visit) == {"booked": 1, "already-visited": 63}
    assert await two.mall.points_of(hanako) == 5


async def test_two_hubs_in_the_midst_of_it_give_one_visit(two: Two) -> None:
    """Both desks stand before the books when these are let go."""
    hanako = await two.mall.member()
    await two.lays_out("hello", "visit", points=5)
    asked = [Visit(**two.asked(hanako)) for _ in range(2)]
    async with held_up(two.mall.hub.settings, "federation.entries", desks=2) as desks_wait:
        booking = asyncio.create_task(two.all_at_once(asked, visit))
        await desks_wait()
    assert await booking == {"booked": 1, "already-visited": 1}
    assert await two.mall.points_of(hanako) == 5


async def test_a_till_that_does_not_know_of_a_benefit_yet_gives_it_once(two: Two) -> None:
    """Both slips were taken before it was laid out; the desk looks again before it books."""
    hanako = await two.mall.member()
    desk = two.mall.hub.desk
    await two.book(two.mall, Sale(**two.asked(hanako), paid_yen=109, receipt_no="R-1"), earn)
    caller = Caller(two.shop.client_id, two.shop.tenant_id, frozenset(), None, False, desk.moved)
    till = await two.mall.hub.mall.till(caller, two.shop.till)
    await two.lays_out("hello", "visit", points=5)
    answers = [await desk.book(Visit(**two.asked(hanako)), visit, till) for _ in range(2)]
    assert [told(one) for one in answers] == ["booked", "already-visited"]


async def test_every_fifth_stamp_issues_one_reward_however_many_follow(two: Two) -> None:
    hanako = await two.mall.member()
    await two.lays_out("coffee", "stamp", stamps=5, paid_yen_from=100, points=70)
    noon = datetime.combine(two.mall.today, time(12), two.mall.now.tzinfo)
    asked = [
        Sale(**two.asked(hanako) | {"at": noon}, paid_yen=100, receipt_no=f"R-{n}")
        for n in range(40)
    ]
    assert await two.all_at_once(asked, earn) == {"booked": 40}
    while await behind(two.mall.hub) or await unnumbered(two.mall):
        await two.number()
        await asyncio.gather(*(mall.hub.gifts.round() for mall in two.malls * 4))
    found = await given(two.mall, hanako)
    assert [one[:3] for one in found] == [["stamp:coffee", "operator", 70]] * 8
    cards = "SELECT string_agg(state, ' ') FROM tenants.stamp_cards"
    assert await two.mall.value(cards) == " ".join(["full"] * 8)


async def unnumbered(mall: Mall) -> bool:
    """Whether the sealer has work."""
    return bool(
        await mall.value(
            "SELECT (SELECT count(*) FROM federation.entries)"
            " > (SELECT count(*) FROM federation.journal)"
        )
    )
