"""A day of many tills at two hubs, of which one is killed now and then: what the tills were told is
held against the journal. A longer day: `MEGURI_HISTORY=6000`."""

import asyncio
import json
import os
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import Given
from tests.laws.history import Acknowledged, audit
from tests.mall import Mall, Member, Shop, settings_for
from tests.races.hubs import (
    TURNED_AWAY,
    Asks,
    HubProcess,
    hubs,
    lay_out,
    mall_of,
    once,
    through,
    until,
    until_so,
)

TILLS = 24
CARDS = 16
ANSWERS = int(os.environ.get("MEGURI_HISTORY", "400"))
KILLS = max(2, ANSWERS // 500)
NUMBERED = "SELECT (SELECT count(*) FROM federation.journal) = (SELECT count(*) FROM {entries})"
CALLS = {"capture": "captures", "release": "releases"}


class Day:
    """Tills that ask without a pause, whichever hub answers, and all that they were told."""

    def __init__(self, lines: list[list[Shop]], members: list[Member]) -> None:
        self.lines = lines  # by hub, then by shop
        self.members = members
        self.acknowledged: list[Acknowledged] = []
        self.slips: list[tuple[int, str, int]] = []  # shop, slip, yen
        self.holds: list[tuple[int, str]] = []
        self.broken_lines = 0
        self.open = True
        self.dice = random.Random(11)

    def wish(self) -> tuple[int, str, Asks]:
        """A shop, and something to ask there."""
        at = self.dice.randrange(2)
        shop, member = self.lines[0][at], self.dice.choice(self.members)
        about = {k: v for k, v in shop.asked(member).items() if k != "card"}
        points = self.dice.randint(1, 20)
        ask = self.dice.choice(
            ("accruals", "accruals", "redemptions", "purchases", "holds", "end", "returns", "undo")
        )
        if ask == "end" and self.holds:
            at, hold_id = self.holds.pop(self.dice.randrange(len(self.holds)))
            how = self.dice.choice(("capture", "release"))
            more = {"points": 1} if how == "capture" else {}
            return at, f"/v1/holds/{hold_id}/{how}", {**about, **more}
        if ask in ("returns", "undo") and self.slips:
            at, of, yen = self.dice.choice(self.slips[-40:])
            if ask == "undo":
                return at, "/v1/reversals", {**about, "of": of, "reason": "test"}
            part = self.dice.choice((yen, yen // 2, 110)) or 1
            return at, "/v1/returns", {**about, "of": of, "returned_yen": part}
        if ask == "redemptions":
            return at, "/v1/redemptions", shop.spending(member, points)
        if ask == "purchases":
            return at, "/v1/purchases", shop.sale(member, 330, points=points)
        if ask == "holds":
            return at, "/v1/holds", shop.asked(member, points=points)
        return at, "/v1/accruals", shop.sale(member, self.dice.choice((109, 110, 2_200, 5_500)))

    async def till(self) -> None:
        """One till: the same slip at either hub until it is answered for good."""
        while self.open:
            at, path, body = self.wish()
            for attempt in range(2_000):
                line = self.lines[(attempt + at) % 2][at]
                answer = await once(line, path, body)
                self.broken_lines += answer is None
                if answer is not None and answer.status != TURNED_AWAY:
                    break
                await asyncio.sleep(0.02)
            else:
                pytest.fail(f"nobody answers {body['slip']}")
            self.remember(at, path, body, answer.status, answer.content)

    def remember(self, at: int, path: str, body: Asks, status: int, content: bytes) -> None:
        """What a till knows after an answer."""
        assert status in (201, 409), content
        name = path.rpartition("/")[2]
        call = CALLS.get(name, name)
        self.acknowledged.append(
            Acknowledged(self.lines[0][at].shop_id, call, body, status, content)
        )
        if status == 201 and call == "holds":
            self.holds.append((at, json.loads(content)["hold_id"]))
        if status == 201 and call in ("accruals", "purchases"):
            self.slips.append((at, body["slip"], body["paid_yen"] + body.get("points", 0)))

    async def grow(self, count: int) -> None:
        """Wait until so many more were told."""
        enough = len(self.acknowledged) + count
        while len(self.acknowledged) < enough:
            before = len(self.acknowledged)
            await until(lambda: len(self.acknowledged) > before)  # noqa: B023


@asynccontextmanager
async def many_tills(
    mall: Mall, shops: list[Shop], processes: list[HubProcess]
) -> AsyncIterator[Day]:
    """A day in full swing; at its end every till has its last answer."""
    mall.url = processes[0].url
    for shop in shops:
        await shop.token()
    day = Day([[through(s, hub) for s in shops] for hub in processes], await mall.members(CARDS))
    async with asyncio.TaskGroup() as tills:
        for _ in range(TILLS):
            tills.create_task(day.till())
        yield day
        day.open = False


async def test_what_every_till_was_told_is_what_the_journal_says(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    say: Callable[[Any], None] = print
    async with mall_of(settings) as mall:
        await lay_out(mall)
        shops = [await mall.shop("bakery"), await mall.shop("bookshop", "takamatsu")]
        async with hubs(settings, tmp_path, count=2) as processes:
            async with many_tills(mall, shops, processes) as day:
                for kill in range(KILLS):
                    await day.grow(ANSWERS // (KILLS + 1))
                    hub = processes[kill % 2]
                    hub.send(signal.SIGKILL)
                    assert await hub.gone() == -signal.SIGKILL
                    hub.start()
                    await hub.ready()
                    say(f"▸ {len(day.acknowledged)} answers, {kill + 1} kills")
                await day.grow(ANSWERS // (KILLS + 1))
            async with await psycopg.AsyncConnection.connect(database, autocommit=True) as conn:
                await until_so(conn, NUMBERED.format(entries="federation.entries"))
        assert await mall.broken() == []
    found = audit(database, day.acknowledged)
    say(f"▸ {len(day.acknowledged)} answers, {day.broken_lines} broken lines: {found}")
    calls = ["accruals", "redemptions", "purchases", "holds", "captures", "releases", "returns"]
    assert found.keys() >= {*calls, "reversals", "refused"}
    assert day.broken_lines >= KILLS
