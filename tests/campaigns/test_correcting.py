"""An over-granted campaign is put right: worked out per member and funder, agreed to by another
person, booked once for each member however often it is started, and undone until the next close."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tenants.campaigns import corrections
from tests.campaigns.running import Running, extra, running
from tests.conftest import Given
from tests.mall import Answered, Mall, Member, Shop, serving, settings_for
from tests.office import REASON
from tests.races.hubs import end_desks

BOTH = [{"funder": "tenant", "weight": 1}, {"funder": "facility", "weight": 1}]
SLIPS = "SELECT count(*) FROM federation.entries WHERE slip LIKE 'correction/%%'"
SALE = "SELECT slip FROM federation.entries WHERE kind = 'accrual' AND member_id = %s"
NOTICES = "SELECT count(*) FROM tenants.member_notices WHERE member_id = %s"


@pytest.fixture
async def mall(
    given: Given, database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """A mall whose points are funded when they are granted, so that what is taken back is paid."""
    folder = tmp_path_factory.mktemp("correcting")
    async with serving(settings_for(database, given.redis_url, folder), funding="at-issue") as ours:
        yield ours


class Wrong:
    """A campaign of ten times that should have been of five, and three members it gave to."""

    office: Running
    bakery: Shop
    whole: Member  # has all of it
    spent: Member  # has spent all of it but 30
    back: Member  # has brought half of it back


async def wrong(mall: Mall) -> Wrong:
    here = Wrong()
    here.office = await running(mall)
    here.bakery = await mall.shop("bakery", "naruto")
    await here.office.live(
        "ten", facility="naruto", multiplier=10, shares=BOTH, budget_points=10_000
    )
    here.whole, here.spent, here.back = await mall.members(3)
    for member in (here.whole, here.spent, here.back):
        sold = await here.bakery.sells(member, 11_000)
        assert extra(sold, "ten") == 900
    await here.bakery.accepts(here.spent, 870)
    body = here.bakery.asked(here.back, of=sold["slip"], returned_yen=5_500)
    del body["card"]
    assert (await here.bakery.post("/v1/returns", **body)).status == 201
    return here


async def proposed(here: Wrong, run: str = "r1", **more: Any) -> Any:
    body = {
        "run": run,
        "campaign": "ten",
        "from_on": "2026-06-01",
        "to_on": "2026-06-30",
        "multiplier": 5,
        "reason": REASON,
        **more,
    }
    answer = await here.office.author.client.post("/v1/admin/corrections", **body)
    assert answer.status == 201, answer
    return answer.json


async def step(
    here: Wrong, word: str, other: bool = True, run: str = "r1", **body: Any
) -> Answered:
    client = (here.office.other if other else here.office.author).client
    return await client.post(f"/v1/admin/corrections/{run}/{word}", **body)


async def test_a_correction_is_previewed_agreed_booked_and_undone(mall: Mall) -> None:
    here = await wrong(mall)
    told = await proposed(here)
    assert (told["state"], told["members"]) == ("proposed", 3)
    assert told["funders"] == [
        {
            "party": party, "got_points": 1_125, "due_points": 500, "excess_points": 625,
            "can_take_points": 390,
        }
        for party in ("bakery", "naruto")
    ]  # fmt: skip
    assert (await step(here, "approve", other=False)).slug == "second-person-needed"
    assert (await step(here, "book")).json["booked"] == 0, "nobody has agreed"
    assert (await step(here, "approve")).json["state"] == "approved"
    booked = (await step(here, "book")).json
    assert (booked["state"], booked["booked"], booked["taken_points"]) == ("booked", 3, 780)
    points = [await mall.points_of(one) for one in (here.whole, here.spent, here.back)]
    assert points == [500, 100, 250]
    assert (await here.office.told("ten"))["budget_left_points"] == 10_000 - 2_250 + 780
    assert await mall.value(NOTICES, here.whole.member_id) == 1
    members = await here.office.author.client.get("/v1/admin/corrections/r1/members", limit=2)
    assert [one["waived_points"] for one in members.json["members"]] == [0, 470]
    assert members.json["next"] is not None
    assert (await step(here, "undo", other=False, reason=REASON)).json["state"] == "undo-proposed"
    assert (await step(here, "approve", other=False)).slug == "second-person-needed"
    assert (await step(here, "approve")).json["state"] == "undo-approved"
    undone = (await step(here, "book")).json
    assert (undone["state"], undone["undone"], undone["taken_points"]) == ("undone", 3, 0)
    points = [await mall.points_of(one) for one in (here.whole, here.spent, here.back)]
    assert points == [1_000, 130, 500]
    assert (await here.office.told("ten"))["budget_left_points"] == 10_000 - 2_250


async def test_settlement_shows_what_was_taken_back_and_then_it_is_too_late(mall: Mall) -> None:
    here = await wrong(mall)
    await proposed(here)
    await step(here, "approve")
    await step(here, "book")
    assert (await mall.close(mall.today)).status == 200
    june = mall.today.replace(month=6, day=1)
    yen = await mall.yen(june, "naruto")
    assert (yen[102], yen[112]) == (-1_350, 225 + 390)
    late = await step(here, "undo", other=False, reason=REASON)
    assert late.slug == "too-late-to-undo"


async def test_what_was_spent_is_taken_from_other_points_where_that_is_said(mall: Mall) -> None:
    here = await wrong(mall)
    await here.bakery.sells(here.spent, 110_000)
    await here.office.to("ten", "paused")
    other = await mall.shop("bookshop", "anan")
    await here.office.heard()
    await other.sells(here.spent, 22_000)
    before = await mall.points_of(here.spent)
    await proposed(here, shortage="OTHER_POINTS", cap_points_per_receipt=100)
    await step(here, "approve")
    assert (await step(here, "book")).json["state"] == "booked"
    assert await mall.points_of(here.spent) == before - (900 - 100) - (7_750 - 100)


def killed(*_: Any) -> Any:
    """The process ends here."""
    raise asyncio.CancelledError


async def test_killed_in_the_middle_each_member_is_corrected_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await wrong(mall)
    await proposed(here)
    await step(here, "approve")
    monkeypatch.setattr(corrections, "AT_ONCE", 2)

    async def book() -> None:
        async with mall.hub.pools.bare("worker") as conn:
            await corrections.book_all(conn, mall.hub.desk, mall.hub.mall, mall.now)

    async with mall.hub.pools.bare("worker") as conn:
        with monkeypatch.context() as patched:
            patched.setattr(corrections, "booked_row", killed)  # booked, and nobody has noted it
            with pytest.raises(asyncio.CancelledError):
                await corrections.book(conn, mall.hub.desk, mall.hub.mall, "r1", mall.now)
    assert await mall.value(SLIPS) == 2
    await end_desks(mall.hub.settings)
    await book()
    await book()
    assert await mall.value(SLIPS) == 3
    told = await here.office.author.client.get("/v1/admin/corrections/r1")
    assert (told.json["state"], told.json["taken_points"]) == ("booked", 780)


async def test_goods_that_come_back_after_a_correction_are_not_paid_for_twice(mall: Mall) -> None:
    here = await wrong(mall)
    await proposed(here)
    await step(here, "approve")
    await step(here, "book")
    slip = await mall.value(SALE, here.whole.member_id)
    body = here.bakery.asked(here.whole, of=slip, returned_yen=11_000)
    del body["card"]
    back = await here.bakery.post("/v1/returns", **body)
    assert (back.status, back.json["taken_back_points"]) == (201, 500), back
    assert (await mall.points_of(here.whole), back.json["shortage_points"]) == (0, 0)
    assert (await here.office.told("ten"))["budget_left_points"] == 10_000 - 2_250 + 780 + 400
