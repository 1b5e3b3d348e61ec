"""Pains that others have had with the books of points, by their numbers. 3, 5, 11 and 12 stand in
`test_pains.py`; 17 in `tests/offline/test_story.py`."""

import os
import time as clock
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from federation.days import TOKYO
from settlement import calendar
from tests.conftest import Given
from tests.mall import Mall, Shop, serving, settings_for
from tests.stories.test_holds import ended, held, undone
from tests.stories.test_returns import brings_back, came_to, returned

DAY = timedelta(days=1)
LAST_INSTANT = time(23, 59, 59, 999_999)
BY_KIND = """
SELECT json_object_agg(kind, points) FROM (
    SELECT kind, sum(points) AS points FROM federation.entries WHERE member_id = %s GROUP BY kind
) AS summed
"""


@pytest.fixture
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.mark.parametrize(
    ("policy", "shortage", "refund_yen"),
    [
        (
            "DEDUCT_FROM_REFUND",
            {"deducted_points": 30, "owed_points": 0, "waived_points": 0},
            3_270,
        ),
        ("NEGATIVE_BALANCE", {"deducted_points": 0, "owed_points": 30, "waived_points": 0}, 3_300),
        ("WAIVE", {"deducted_points": 0, "owed_points": 0, "waived_points": 30}, 3_300),
    ],
)
async def test_pain_1_a_refund_keeps_no_points_and_what_was_spent_of_them_is_seen(
    mall: Mall, bakery: Shop, policy: str, shortage: Any, refund_yen: int
) -> None:
    await mall.programme(shortage_policy=policy, from_on=mall.today)
    bookshop, hanako = await mall.shop("bookshop"), await mall.member()
    kept = await bakery.sells(hanako, yen=3_300)
    assert came_to(await brings_back(bakery, kept, returned_yen=3_300)) == (0, 30, 0, 3_300)
    assert await mall.points_of(hanako) == 0
    spent = await bakery.sells(hanako, yen=3_300)
    await bookshop.accepts(hanako, 30)
    told = await brings_back(bakery, spent, returned_yen=3_300)
    assert (told["shortage"], told["refund_yen"]) == (shortage, refund_yen)
    assert told["balance"]["owed"] == shortage["owed_points"]
    shown = await bookshop.quote(hanako)
    assert (shown["balance"]["points"], shown["balance"]["owed"]) == (0, shortage["owed_points"])


async def test_pain_1_where_a_shortage_is_refused_the_goods_stay(mall: Mall, bakery: Shop) -> None:
    await mall.programme(shortage_policy="REJECT", from_on=mall.today)
    hanako = await mall.member()
    sold = await bakery.sells(hanako, yen=3_300)
    await bakery.accepts(hanako, 30)
    assert (await returned(bakery, sold, returned_yen=3_300)).slug == "not-enough-points"
    assert await mall.value("SELECT count(*) FROM federation.entries WHERE kind = 'return'") == 0


@pytest.mark.parametrize("parts", [(1_000, 1_000, 1_500), (1, 3_498, 1), (109, 111, 3_280)])
async def test_pain_2_three_partial_returns_are_one_full_return(
    mall: Mall, bakery: Shop, parts: tuple[int, int, int]
) -> None:
    """Each sent twice, as a till does: nothing is taken or given twice."""
    whole, in_parts = await mall.members(2)
    told = []
    for member, yens in ((whole, (3_500,)), (in_parts, parts)):
        await bakery.sells(member, yen=22_000)
        bought = await bakery.sells_for_points(member, points=150, yen=3_350)
        returns = []
        for yen in yens:
            body = {k: v for k, v in bakery.asked(member).items() if k != "card"}
            body |= {"of": bought["slip"], "returned_yen": yen}
            first, again = [await bakery.post("/v1/returns", **body) for _ in range(2)]
            assert first.content == again.content
            returns.append(came_to(first.json))
        told.append(tuple(map(sum, zip(*returns, strict=True))))
        assert (await returned(bakery, bought, returned_yen=1)).slug == "already-returned"
    assert told[0] == told[1] == (150, 30, 0, 3_350)
    assert await mall.points_of(whole) == await mall.points_of(in_parts) == 200


async def test_pain_4_whatever_way_points_go_the_totals_tie_by_kind(
    mall: Mall, bakery: Shop
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    await bakery.accepts(hanako, 10)
    bought = await bakery.sells_for_points(hanako, points=20, yen=1_100)
    hold = await held(bakery, hanako, 50)
    captured = (await ended(bakery, hold, "capture", points=30)).json
    await ended(bakery, await held(bakery, hanako, 40), "release")
    await brings_back(bakery, captured, returned_yen=30)
    await undone(bakery, bought["slip"])
    assert await mall.value(BY_KIND, hanako.member_id) == {
        "accrual": 200 + 10,
        "redemption": -10 - 20 - 30,
        "hold": 0,
        "release": 0,
        "return": 30,
        "reversal": 20 - 10,
    }
    assert await mall.points_of(hanako) == 190
    used = "SELECT sum(points)::bigint FROM federation.postings WHERE account = %s"
    assert await mall.value(used, f"shop:{bakery.shop_id}") == 10


async def test_pain_9_every_entry_counts_in_one_cycle_settled_or_not(
    mall: Mall, bakery: Shop
) -> None:
    """Two cycles are closed and unpaid, one runs, one slip came late: what is owed counts all."""
    bookshop, hanako = await mall.shop("bookshop", "takamatsu"), await mall.member()
    for first in (date(2026, 6, 3), date(2026, 6, 18), date(2026, 7, 3)):
        await mall.turn_to(max(first, mall.today))
        await bakery.sells(hanako, yen=11_000)
        await bookshop.accepts(hanako, 40)
        if first != date(2026, 7, 3):
            assert (await mall.close(first)).status == 200
    orphans = """
        SELECT count(*) FROM federation.entries
        LEFT JOIN federation.cycles USING (cycle_id) WHERE cycles.cycle_id IS NULL
    """
    assert await mall.value(orphans) == 0
    closed = [(await mall.nets(day))["bookshop"] for day in (date(2026, 6, 3), date(2026, 6, 18))]
    running = """
        SELECT sum(draws.points)::bigint FROM federation.draws
        LEFT JOIN settlement.cycles ON cycles.cycle_id = draws.cycle_id
        WHERE shop_id = %s AND cycles.cycle_id IS NULL
    """
    still = await mall.value(running, bookshop.shop_id)
    used = "SELECT sum(points)::bigint FROM federation.postings WHERE account = %s"
    assert sum(closed) + still == await mall.value(used, f"shop:{bookshop.shop_id}") == 120


async def test_pain_10_holds_and_balance_never_exceed_and_a_dead_hold_is_dead(
    mall: Mall, bakery: Shop
) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    first = await held(bakery, hanako, 60, minutes=5)
    over = await bakery.post("/v1/holds", **bakery.asked(hanako, points=41))
    assert over.slug == "not-enough-points"
    await held(bakery, hanako, 40)
    assert (await bakery.quote(hanako, yen=999))["redeemable_points"] == 0
    await mall.turn_to(mall.today, time(12, 5))
    await bakery.accepts(hanako, 60)
    for how in ({"how": "capture", "points": 1}, {"how": "release"}):
        assert (await ended(bakery, first, **how)).slug == "hold-expired"
    assert (await bakery.quote(hanako))["balance"]["held"] == 40
    assert await mall.points_of(hanako) == 40


async def test_pain_10_a_release_sent_twice_frees_once(mall: Mall, bakery: Shop) -> None:
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    hold = await held(bakery, hanako, 60)
    body = {k: v for k, v in bakery.asked(hanako).items() if k != "card"}
    path = f"/v1/holds/{hold['hold_id']}/release"
    first, again = [await bakery.post(path, **body) for _ in range(2)]
    assert (first.status, first.content) == (201, again.content)
    assert (await bakery.quote(hanako))["balance"]["points"] == 100
    assert await mall.value("SELECT count(*) FROM federation.entries WHERE kind = 'release'") == 1


async def test_pain_13_the_soonest_lapse_first_then_limited_then_the_oldest_then_the_lower(
    mall: Mall, bakery: Shop
) -> None:
    day, until = mall.today, date(2028, 3, 31)
    await mall.campaign("x2", "tokushima", (day, day), until, 2, {"facility": 1})
    await mall.campaign("x3", "tokushima", (day + DAY, day + DAY), day + 9 * DAY, 3, {"tenant": 1})
    hanako = await mall.member()
    await bakery.sells(hanako, yen=550)  # base 5 and limited 5, both to the fiscal year's end
    await mall.turn_to(day + DAY)
    await bakery.sells(hanako, yen=550)  # base 5, and limited 10 that go much sooner
    asked = "SELECT array_agg(lot_part::integer ORDER BY entry_id, n) FROM federation.draws"
    for points in (10, 5, 5, 5):
        await bakery.accepts(hanako, points)
    rules = """
        SELECT array_agg(rule || ' ' || points ORDER BY entry_id, n) FROM federation.draws
    """
    assert await mall.value(rules) == ["campaign:x3 10", "campaign:x2 5", "base 5", "base 5"]
    assert await mall.value(asked) == [1, 1, 0, 0]
    sales = "SELECT array_agg(lot_entry_id ORDER BY entry_id, n) FROM federation.draws"
    assert sorted((await mall.value(sales))[2:]) == (await mall.value(sales))[2:], "the oldest"


async def test_pain_13_every_day_on_which_something_lapses_is_shown(
    mall: Mall, bakery: Shop
) -> None:
    day, hanako = mall.today, await mall.member()
    await mall.campaign("x2", "tokushima", (day, day), day + 9 * DAY, 2, {"facility": 1})
    await bakery.sells(hanako, yen=550)
    handle = (await bakery.quote(hanako))["member"]
    shown = (await bakery.get(f"/v1/members/{handle}/lots")).json["lots"]
    assert [lot["expires_on"] for lot in shown] == [
        (day + 9 * DAY).isoformat(),
        "2028-03-31",
    ]


async def test_pain_14_a_lapse_is_true_before_any_job_and_the_job_takes_up_where_it_was(
    mall: Mall, bakery: Shop
) -> None:
    day, members = mall.today, await mall.members(120)
    await mall.campaign("x2", "tokushima", (day, day), day, 2, {"facility": 1})
    for member in members:
        await bakery.sells(member, yen=110)
    await mall.turn_to(day + DAY, time(0, 0))
    assert (await bakery.quote(members[0]))["balance"]["points"] == 1
    late = await bakery.post("/v1/redemptions", **bakery.spending(members[1], 2))
    assert late.slug == "not-enough-points"
    assert late.status == 409
    assert await mall.hub.desk.lapse_due(day - DAY) == 0, "nothing was over by then"
    owner = mall.hub.settings.database_url
    first = sorted(member.member_id for member in members)[:1]
    with psycopg.connect(owner) as conn:  # the job meets a member whom someone else holds
        conn.execute(
            "SELECT FROM federation.wallets WHERE member_id = ANY(%s) FOR UPDATE", (first,)
        )
        with pytest.raises(psycopg.errors.LockNotAvailable):
            await mall.hub.desk.lapse_due(day)
    assert await mall.hub.desk.lapse_due(day) == 119
    assert await mall.hub.desk.lapse_due(day) == 0
    lapsed = "SELECT count(*), min(business_date), max(business_date) FROM federation.entries"
    with psycopg.connect(owner) as conn:
        found = conn.execute(lapsed + " WHERE kind = 'lapse'").fetchone()
    assert found == (120, day, day)


@pytest.fixture(params=["UTC", "America/New_York", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the server believes it stands."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    clock.tzset()
    yield str(request.param)
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    clock.tzset()


@pytest.fixture
async def abroad(given: Given, database: str, tmp_path: Path, zone: str) -> AsyncIterator[Mall]:
    """A hub and a database that both stand in another zone."""
    name = database.rpartition("/")[2]
    with psycopg.connect(database, autocommit=True) as conn:
        zoned = sql.SQL("ALTER DATABASE {} SET timezone = {}")
        conn.execute(zoned.format(sql.Identifier(name), sql.Literal(zone)))
    async with serving(settings_for(database, given.redis_url, tmp_path)) as ours:
        yield ours


async def test_pain_15_a_day_ends_at_midnight_in_japan_wherever_the_server_stands(
    abroad: Mall,
) -> None:
    bakery, hanako = await abroad.shop("bakery"), await abroad.member()
    day = date(2026, 6, 30)  # the last of its cycle; an earlier one is still open
    await abroad.campaign("x2", "tokushima", (day, day), day, 2, {"facility": 1})
    await abroad.turn_to(day, LAST_INSTANT)
    sold = await bakery.sells(hanako, yen=550)
    assert sold["points"] == 10
    assert sold["balance"]["next_to_expire"] == {"points": 5, "on": "2026-06-30"}
    await bakery.accepts(hanako, 1)
    assert (await bakery.quote(hanako))["balance"]["points"] == 9
    await abroad.turn_to(day + DAY, time(0, 0))
    assert (await bakery.quote(hanako))["balance"]["points"] == 5
    later = await bakery.sells(hanako, yen=550)
    assert (later["points"], later["balance"]["points"]) == (5, 10)
    booked = """
        SELECT array_agg(kind || ' ' || business_date || ' ' || cycle_id ORDER BY entry_id)
        FROM federation.entries
    """
    assert await abroad.value(booked) == [
        "accrual 2026-06-30 20260616",
        "redemption 2026-06-30 20260616",
        "lapse 2026-06-30 20260616",
        "accrual 2026-07-01 20260701",
    ]
    kept = await abroad.value("SELECT booked_at FROM federation.entries WHERE kind = 'lapse'")
    assert kept == datetime(2026, 7, 1, 0, 0, tzinfo=TOKYO)


async def test_pain_15_a_shop_that_opens_late_ends_its_day_at_five(mall: Mall) -> None:
    izakaya, hanako = await mall.shop("izakaya", day_starts=time(5)), await mall.member()
    day = mall.today
    for at, open_on in (
        (time(0, 0), day),
        (time(4, 59, 59, 999_999), day),
        (time(5, 0), day + DAY),
    ):
        await mall.turn_to(day + DAY, at)
        facts = (await izakaya.get("/v1/tills/T01")).json
        assert facts["business_date"] == open_on.isoformat()
        sold = await izakaya.sells(hanako, yen=110, business_date=facts["business_date"])
        assert sold["points"] == 1
    kept = "SELECT array_agg(business_date ORDER BY entry_id) FROM federation.entries"
    assert await mall.value(kept) == [day, day, day + DAY]


async def test_pain_16_a_refund_after_the_seal_stands_in_the_next_cycle_and_names_the_sealed(
    mall: Mall, bakery: Shop
) -> None:
    """Ten of a hundred come back: ten are taken, and the sealed file is what it was."""
    hanako = await mall.member()
    first, following = calendar.cycle_of(mall.today), calendar.cycle_of(date(2026, 6, 16))
    bought = await bakery.sells(hanako, yen=11_000)
    assert (await mall.close(first.first_on)).status == 200
    file = "SELECT string_agg(body, '' ORDER BY piece) FROM settlement.pieces WHERE cycle_id = %s"
    seal = "SELECT seal FROM settlement.seals WHERE cycle_id = %s"
    sealed = [await mall.value(one, first.cycle_id) for one in (file, seal)]
    told = await brings_back(bakery, bought, returned_yen=1_100)
    assert came_to(told) == (0, 10, 0, 1_100)
    assert told["original"]["closed"] is True
    assert told["original"]["cycle"] == first.cycle_id
    assert told["original"]["entry"] == bought["entry"]
    went = "SELECT cycle_id, of_entry_id FROM federation.entries WHERE kind = 'return'"
    with psycopg.connect(mall.hub.settings.database_url) as conn:
        cycle_id, of = conn.execute(went).fetchone() or (0, 0)
    assert cycle_id == following.cycle_id
    named = "SELECT slip FROM federation.entries WHERE entry_id = %s"
    assert await mall.value(named, of) == bought["slip"]
    assert [await mall.value(one, first.cycle_id) for one in (file, seal)] == sealed
    assert (await mall.hub.desk.lapse_due(mall.today)) == 0


LINES = {"food": (3_300, 8), "books": (1_100, 10)}


@pytest.mark.parametrize(
    ("amounts", "earned"),
    [
        ([(54, 8), (56, 10)], 1),  # the receipt, not the line: 110 in all
        ([(109, 8), (109, 10)], 1),
        ([(109, 8), (1, 10)], 1),
        ([(109, 8)], 0),
        ([(3_300, 8), (1_100, 10)], 40),
        ([(3_300, 8), (1_099, 10)], 39),
        ([(110, 0)], 1),
    ],
)
async def test_pain_18_points_are_rounded_once_per_receipt_whatever_the_tax(
    mall: Mall, bakery: Shop, amounts: list[tuple[int, int]], earned: int
) -> None:
    hanako = await mall.member()
    lines = [{"amount_yen": yen, "tax_rate": rate} for yen, rate in amounts]
    sold = await bakery.sells(hanako, yen=sum(yen for yen, _ in amounts), lines=lines)
    assert sold["points"] == earned


async def test_pain_18_a_discount_is_shared_by_rate_to_the_yen(mall: Mall) -> None:
    bakery = await mall.shop("bakery", tax_treatment="DISCOUNT")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    for points, by_rate in ((400, (300, 100)), (1, (1, 0)), (2, (1, 1)), (3, (2, 1))):
        lines = [{"amount_yen": yen, "tax_rate": rate} for yen, rate in LINES.values()]
        bought = await bakery.sells_for_points(hanako, points, 4_400 - points, lines=lines)
        shared = {one["rate"]: one["yen"] for one in bought["discount_by_rate"]}
        assert (shared.get(8, 0), shared.get(10, 0)) == by_rate
        assert sum(shared.values()) == points
        assert bought["points"] == (4_400 - points) // 110


def test_each_pain_of_the_books_has_a_test_that_bears_its_number() -> None:
    """19, the merge of members, is told where members are."""
    folder = Path(__file__).parents[1]
    told = "".join(path.read_text().lower() for path in folder.rglob("test_*.py"))
    wanted = [*range(1, 6), *range(9, 19)]
    missing = [n for n in wanted if f"test_pain_{n}_" not in told and f"pain {n}:" not in told]
    assert missing == []
