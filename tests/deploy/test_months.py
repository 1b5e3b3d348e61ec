"""Old months leave the books and come back, and the books keep every promise meanwhile."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection

from deploy import months
from deploy.deep import compared
from deploy.heads import HeadsKey
from deploy.months import Month, NotDone
from deploy.portability import NotMoved, totals
from deploy.take_out import take_out
from federation.days import TOKYO
from federation.refusals import SlipFiledAway
from tests.conftest import Given
from tests.deploy.test_deep import sealed_up
from tests.mall import Client, Mall, Member, Shop, serving, settings_for

MARCH, APRIL, MAY, JUNE, JULY = (Month(date(2026, month, 1)) for month in range(3, 8))
LATER = date(2028, 4, 1)
NOON = time(12, 0)


class Story:
    """Two shops and two members in June and July; June is settled."""

    def __init__(self, mall: Mall, conn: AsyncConnection) -> None:
        self.mall = mall
        self.conn = conn
        self.bakery: Shop
        self.bookshop: Shop
        self.operator: Client
        self.members: list[Member] = []
        self.first: dict[str, Any] = {}

    async def trade(self) -> None:
        self.bakery, self.bookshop = await self.mall.shops("bakery", "bookshop")
        self.members = await self.mall.members(2)
        self.operator = await self.mall.operator()
        self.first = self.bakery.sale(self.members[0], 33_000)
        assert (await self.bakery.post("/v1/accruals", **self.first)).status == 201
        for member in self.members:
            await self.bakery.sells(member, yen=22_000)
            await self.bookshop.accepts(member, points=30)
        held = await self.bookshop.post(
            "/v1/holds", **self.bookshop.asked(self.members[0], points=9)
        )
        assert held.status == 201, held
        await self.mall.turn_to(date(2026, 6, 20))
        await self.bookshop.sells(self.members[1], yen=5_500)
        await sealed_up(self.mall)
        for day in (1, 16):
            closed = await self.mall.close(date(2026, 6, day))
            assert closed.status in (200, 201), closed
        await self.mall.turn_to(date(2026, 7, 8))
        await self.bookshop.accepts(self.members[0], points=100)  # of what June granted
        await self.bakery.sells(self.members[1], yen=2_200)
        await self.mall.turn_to(date(2026, 7, 9))
        await sealed_up(self.mall)

    async def detach(self, month: Month, **other: Any) -> None:
        asked = {"today": LATER, "years": 1, "now": self.mall.now, **other}
        await months.detach(self.conn, month, **asked)

    async def detach_to_june(self) -> None:
        for month in (MARCH, APRIL, MAY, JUNE):
            await self.detach(month)

    async def told(self) -> list[Any]:
        """What is told of every instant of July: per funder, and per member."""
        found = []
        for day in (1, 8, 9):
            at = datetime.combine(date(2026, 7, day), NOON, TOKYO) - timedelta(hours=1)
            answer = await self.operator.get("/v1/admin/outstanding", at=at.isoformat())
            assert answer.status == 200, answer
            found.append(answer.json)
            found += [await self.balance(member, at=at.isoformat()) for member in self.members]
        found.append((await self.operator.get("/v1/admin/outstanding")).json["funders"])
        return found

    async def balance(self, member: Member, **asked: str) -> Any:
        handle = self.mall.hub.names.seal("member", self.bakery.tenant_id, member.member_id)
        answer = await self.bakery.get(f"/v1/members/{handle}/balance", **asked)
        assert answer.status == 200, answer
        return answer.json

    async def deep(self) -> tuple[list[str], list[str]]:
        """What the deep check says."""
        settings = self.mall.hub.settings
        key = HeadsKey(settings.secret)
        found = await compared(
            self.conn, self.mall.now + timedelta(hours=1), Path(settings.heads or ""), key
        )
        return [str(one) for one in found.differences], found.notes


@pytest.fixture
async def story(given: Given, database: str, tmp_path: Path) -> AsyncIterator[Story]:
    async with (
        serving(settings_for(database, given.redis_url, tmp_path)) as mall,
        await AsyncConnection.connect(database, autocommit=True) as conn,
    ):
        made = Story(mall, conn)
        await made.trade()
        yield made


async def test_with_june_away_every_promise_holds_and_july_is_told_as_before(story: Story) -> None:
    before = await story.told()
    await story.detach_to_june()
    assert await story.told() == before
    assert await story.mall.broken() == []
    differences, notes = await story.deep()
    assert differences == []
    assert any("2026-06" in note for note in notes), notes
    hanako = story.members[0]
    await story.bakery.sells(hanako, yen=1_100)
    await story.bookshop.accepts(hanako, points=40)
    status = await story.mall.hub.watch.look()
    assert status.sound, status
    assert next(one for one in status.promises if one.promise == "lots").checked > 0


async def test_an_instant_before_what_is_here_is_refused_not_guessed(story: Story) -> None:
    await story.detach_to_june()
    at = datetime.combine(date(2026, 6, 10), NOON, TOKYO).isoformat()
    refused = await story.operator.get("/v1/admin/outstanding", at=at)
    assert (refused.status, refused.slug, refused.json["pointer"]) == (400, "validation", "/at")


async def test_what_comes_back_is_what_left(story: Story) -> None:
    before, told = await totals(story.conn), await story.told()
    await story.detach_to_june()
    assert await totals(story.conn) != before
    assert [one.place for one in await months.standing(story.conn)][:5] == [
        *("archive", "archive", "archive", "archive", "attached")
    ]
    for month in (JUNE, MAY, APRIL, MARCH):
        await months.attach(story.conn, month, None)
    assert await totals(story.conn) == before
    assert await story.told() == told
    assert (await story.deep())[0] == []
    again = await story.bakery.post("/v1/accruals", **story.first)
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_month_in_files_comes_back_and_a_changed_file_does_not(
    story: Story, tmp_path: Path
) -> None:
    before = await totals(story.conn)
    await story.detach_to_june()
    folder = tmp_path / "june"
    await months.write_out(story.conn, JUNE, folder)
    assert [one.place for one in await months.standing(story.conn)][3] == "files"
    with pytest.raises(NotMoved, match=r"2026-03, .*, 2026-06"):
        await take_out(story.mall.hub.settings.database_url, tmp_path / "out", True, story.mall.now)
    file = folder / "entries.csv"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b",33000,", b",34000,"))
    assert file.read_bytes() != whole
    with pytest.raises(NotDone, match="changed"):
        await months.attach(story.conn, JUNE, folder)
    file.write_bytes(whole)
    await months.attach(story.conn, JUNE, folder)
    for month in (MAY, APRIL, MARCH):
        await months.attach(story.conn, month, None)
    assert await totals(story.conn) == before
    assert (await story.deep())[0] == []
    laws = (
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'draws_202606'"
    )
    assert await story.mall.value(laws)


async def test_only_the_oldest_settled_month_that_is_old_enough_leaves(story: Story) -> None:
    with pytest.raises(NotDone, match="not older than 11 fiscal years"):
        await story.detach(APRIL, years=11)
    with pytest.raises(NotDone, match="an older month comes first"):
        await story.detach(JUNE)
    await story.detach_to_june()
    with pytest.raises(NotDone, match="a cycle of it is not sealed"):
        await story.detach(JULY)
    with pytest.raises(NotDone, match="attach 2026-06 first"):
        await months.attach(story.conn, MAY, None)


async def test_an_entry_that_was_taken_out_beside_a_detached_month_is_found(story: Story) -> None:
    await story.detach_to_june()
    await story.conn.execute(
        "UPDATE federation.detached SET entries = entries - 1 WHERE entries > 0"
    )
    differences, _ = await story.deep()
    assert len(differences) == 1
    assert "entries left with this month" in differences[0]
    await story.conn.execute(
        "UPDATE federation.detached SET entries = entries + 1 WHERE entries > 0"
    )


async def test_a_slip_of_a_detached_month_books_nothing_again(story: Story) -> None:
    await story.detach_to_june()
    points = await story.mall.points_of(story.members[0])
    again = await story.bakery.post("/v1/accruals", **story.first)
    assert again.content == SlipFiledAway().body()
    assert (again.status, again.slug) == (409, "slip-filed-away")
    assert await story.mall.points_of(story.members[0]) == points
    await story.bakery.sells(story.members[0], yen=1_100)
