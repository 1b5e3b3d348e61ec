"""A year, day by day: sales, points that lapse, ranks on 4/1, reminders and greetings. Now and then
a day's job is started three times, and killed in the middle once; every mail is counted.

What a mail should say comes from a model of twenty lines, which knows nothing of the hub.
"""

import asyncio
import calendar
import contextlib
import random
from collections import Counter, defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from deploy import sealer
from deploy.jobs.runner import Runner, Taken
from deploy.jobs.tools import Tools
from federation import profiles
from federation.days import TOKYO
from federation.profiles import Profile
from tests.conftest import Given
from tests.jobs.following import followed, sealed
from tests.jobs.mailbox import mailbox
from tests.mall import BEGIN, LONG_AGO, Mall, Member, serving, settings_for

DAYS = 372
MONTHS = 6
OFTEN = 0.15  # how often a job is started three times
SPENT = "ポイントのご利用がありました"
MORNING = ("lapse", "expiry-reminders", "birthday-greetings", "dormant-letters", "mail")
EVENING = ("rank-basis", "ranks")
MAY = random.Random(20260603)
RULE = {
    "rule": "premium-by-spend", "from_on": "2020-04-01", "rank": "premium", "measure": "spend",
    "span": "fiscal-year", "threshold": 200_000, "reason": "会員規約",
}  # fmt: skip


class Model:
    """What one member has by last day, when they came last, what they were told."""

    def __init__(self, born: date) -> None:
        self.born = born
        self.lots: Counter[date] = Counter()
        self.came_on: date | None = None
        self.spent: Counter[int] = Counter()  # yen by fiscal year
        self.told: Counter[str] = Counter()
        self.paid: Counter[str] = Counter()
        self.premium_in: set[int] = set()

    def buys(self, day: date, yen: int) -> None:
        self.came_on = day
        fiscal_year = day.year - (day.month < 4)
        rate = 2 if fiscal_year in self.premium_in else 1
        self.lots[last_day(day)] += yen // 110 * rate
        self.spent[fiscal_year] += yen
        if self.spent[fiscal_year] >= 200_000 and fiscal_year + 1 not in self.premium_in:
            self.premium_in.add(fiscal_year + 1)
            self.told["プレミアム会員になりました"] += 1

    def pays(self, points: int, day: date) -> int:
        """Pay with what lapses first; how many points."""
        paid = 0
        for last in sorted(day_ for day_, n in self.lots.items() if n and day_ >= day):
            some = min(self.lots[last], points - paid)
            self.lots[last] -= some
            paid += some
        return paid

    def morning(self, day: date) -> None:
        """Nine o'clock."""
        for days in (60, 30, 7):
            last = day + timedelta(days=days)
            if self.lots[last]:
                told = f"{last.year}年{last.month}月{last.day}日"
                self.told[f"{self.lots[last]:,}ポイントが{told}に失効します"] += 1
        leap = calendar.isleap(day.year)
        born = self.born if leap or self.born.timetuple()[1:3] != (2, 29) else date(2023, 2, 28)
        if (born.month, born.day) == (day.month, day.day):
            self.told["お誕生日おめでとうございます"] += 1
        if self.came_on == day - timedelta(days=60):
            self.told["またのお越しをお待ちしています"] += 1


def last_day(day: date) -> date:
    """Six months later, to the month's end."""
    month = day.month + MONTHS
    year, month = day.year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, calendar.monthrange(year, month)[1])


async def runs(runner: Runner, name: str, slot: datetime) -> None:
    """Once, as on most days; sometimes worse."""
    if MAY.random() < OFTEN:
        await three_times(runner, name, slot)
    else:
        await runner.run(name, slot)


async def three_times(runner: Runner, name: str, slot: datetime) -> None:
    """Begun and killed, done, and done again."""
    killed = asyncio.create_task(runner.run(name, slot))
    for _ in range(MAY.randrange(40)):
        await asyncio.sleep(0)
    await asyncio.sleep(MAY.random() * 0.02)
    killed.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await killed
    await once_free(runner, name, slot)
    await once_free(runner, name, slot, asked=True)


async def once_free(runner: Runner, name: str, slot: datetime, *, asked: bool = False) -> None:
    """As the bell rings again: what was killed holds the job until its server has seen it go."""
    while True:
        with contextlib.suppress(Taken):
            await runner.run(name, slot, asked=asked)
            return
        await asyncio.sleep(0.01)


async def joins(mall: Mall, born: date) -> Member:
    """A member with an address."""
    one = await mall.member()
    told = Profile(name="会員", email=f"m{one.member_id}@example.jp", birth_on=born)
    async with mall.hub.pools.use("worker") as conn:
        await profiles.write(conn, one.member_id, told, mall.now)
    return one


# Who is killed while it connects leaves its connection to the collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.long
async def test_a_year_of_jobs_tells_each_member_each_thing_once(  # noqa: C901  a year has its days
    given: Given, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealer, "EVERY_SECONDS", 0.03)
    async with (
        serving(settings_for(database, given.redis_url, tmp_path)) as mall,
        mailbox(mall) as box,
    ):
        hub = mall.hub
        told = structs.replace(hub.settings, smtp=box.url, mail_from="point@example.jp")
        tools = Tools(told, hub.pools, hub.desk, hub.clock, hub._keep, hub.mall, hub.gifts)
        runner = Runner(tools, hub.pools.job, hub.settings.url("worker"))
        await mall.programme()
        for kind in ("base", "rank"):
            await mall.expiry(
                kind=kind, policy="FIXED_MONTHS", months=MONTHS, month_end=True,
                from_on=LONG_AGO + timedelta(days=1),
            )  # fmt: skip
        operator = await mall.operator()
        assert (await operator.post("/v1/admin/rank-rules", **RULE)).status == 204
        bakery = await mall.shop("bakery")
        births = [date(2004, 2, 29), date(1990, 4, 1), *(date(1980, m, 15) for m in range(3, 11))]
        members = {await joins(mall, born): Model(born) for born in births}
        for number in range(DAYS):
            day = BEGIN.date() + timedelta(days=number)
            await mall.turn_to(day, time(9, 30))
            for model in members.values():
                model.morning(day)
            for name in MORNING:
                await runs(runner, name, datetime.combine(day, time(9, 30), TOKYO))
            if number % 5 == 0:
                bakery._token = ""  # it lives for five minutes by the wall
            await mall.turn_to(day, time(12, 0))
            for place, (member, model) in enumerate(members.items()):
                if MAY.random() < 0.25 / (1 + place):
                    yen = MAY.choice((900, 11_000, 33_000))
                    await bakery.sells(member, yen=yen)
                    model.buys(day, yen)
                if MAY.random() < 0.03 and (points := model.pays(MAY.randrange(1, 300), day)):
                    await bakery.accepts(member, points=points)
                    model.came_on = day
                    model.spent[day.year - (day.month < 4)] += points
                    model.paid[f"{points:,}{SPENT}"] += 1
            await sealed(mall)
            await mall.turn_to(day, time(22, 0))
            for name in EVENING:
                await runs(runner, name, datetime.combine(day, time(22, 0), TOKYO))
        await mall.turn_to(mall.today + timedelta(days=1), time(9, 30))
        await three_times(runner, "mail", mall.now)
        await followed(mall)
        heard: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for reader, letters in box.came.items():
            for letter in letters:  # at least once: one that came twice bears one name
                heard[reader][letter["Message-ID"]] = letter["Subject"]
        for member, model in members.items():
            found = Counter(heard[f"m{member.member_id}@example.jp"].values())
            paid = Counter({name: n for name, n in found.items() if name.endswith(SPENT)})
            assert paid <= model.paid, "the last may still wait, none comes twice"
            assert found - paid == model.told, model.born
            standing = await mall.value(
                "SELECT rank FROM federation.wallets WHERE member_id = %s", member.member_id
            )
            assert standing == ("premium" if 2027 in model.premium_in else "general")
        assert sum(2027 in model.premium_in for model in members.values()) >= 1
        assert sum(model.told.total() for model in members.values()) > 60
