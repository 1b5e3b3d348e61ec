"""Pains that others have had with points, by their numbers: here they cannot happen."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from settlement import calendar
from tests.conftest import Given
from tests.fuzz.contract import DOCUMENT, SCHEMAS
from tests.mall import Answered, Client, Mall, Member, Shop, serving, settings_for
from tests.office import office
from tests.races.hubs import cloned

WRITERS = 64
CYCLE = calendar.cycle_of(date(2026, 6, 1))
NEXT = calendar.cycle_of(date(2026, 6, 16))


@pytest.fixture(scope="module")
async def town(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One mall for those pains that need none of their own."""
    folder = tmp_path_factory.mktemp("pains")
    with cloned(given.database_url, template, "meguri_test_pains") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture
async def bakery(town: Mall) -> Shop:
    shop = await town.shop(f"bakery-{next(town.numbers)}")
    town.hub.forget()  # as the bell does
    return shop


@pytest.mark.parametrize(
    ("paid_yen", "points", "amounts", "earned"),
    [
        (1_000, 0, [(1_000, 10)], 9),  # a line of 1,100 with 100 off is a line of 1,000
        (0, 1_100, [(1_100, 10)], 0),  # all of it paid with points
        (1_000, 100, [(1_100, 10)], 9),
        (100, 1_000, [(1_100, 10)], 0),
        (110, 990, [(1_100, 10)], 1),
        (1_000, 100, [(1_080, 8), (20, 10)], 9),  # the tax in it makes no difference
        (1_000, 100, [(1_100, 8)], 9),
    ],
)
async def test_pain_3_points_are_earned_on_what_was_paid_in_money_alone(
    town: Mall,
    bakery: Shop,
    paid_yen: int,
    points: int,
    amounts: list[tuple[int, int]],
    earned: int,
) -> None:
    hanako = await town.member()
    await bakery.sells(hanako, yen=220_000)
    lines = [{"amount_yen": yen, "tax_rate": rate} for yen, rate in amounts]
    tenders = [{"kind": "cash", "amount_yen": paid_yen}, {"kind": "points", "amount_yen": points}]
    bought = await bakery.sells_for_points(hanako, points, paid_yen, lines=lines, tenders=tenders)
    assert bought["points"] == earned
    assert await town.points_of(hanako) == 2_000 - points + earned


async def test_pain_3_a_discount_is_no_line_of_its_own(town: Mall, bakery: Shop) -> None:
    hanako = await town.member()
    lines = [{"amount_yen": 1_100}, {"amount_yen": -100}]
    refused = await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_000, lines=lines))
    assert (refused.status, refused.slug) == (400, "validation")
    quoted = await bakery.quote(hanako, yen=1_000, points=0, lines=[{"amount_yen": 1_000}])
    assert (quoted["points"], quoted["yen_to_next_point"]) == (9, 100)


class Writer:
    """A till that sells and accepts in turns, and remembers what it was told."""

    def __init__(self, shop: Shop, member: Member) -> None:
        self.shop = shop
        self.member = member
        self.told: list[Any] = []

    async def write(self) -> None:
        """One more slip of yesterday's business; the clock has gone on by a millisecond."""
        mall = self.shop.mall
        mall.clock.set(mall.now + timedelta(milliseconds=1))
        yesterday = CYCLE.last_on.isoformat()
        if len(self.told) % 3 == 2:
            answer = await self.shop.accepts(self.member, 7, business_date=yesterday)
        else:
            answer = await self.shop.sells(self.member, 1_100, business_date=yesterday)
        self.told.append(answer)


ENTRIES = """
SELECT cycle_id, array_agg(slip), sum(points) FILTER (WHERE kind = 'accrual')::bigint,
    -coalesce(sum(points) FILTER (WHERE kind = 'redemption'), 0)::bigint
FROM federation.entries GROUP BY cycle_id
"""
FLOWS = """
SELECT cycle_id, coalesce(sum(points) FILTER (WHERE movement = 'granted'), 0)::bigint,
    coalesce(sum(points) FILTER (WHERE movement = 'used'), 0)::bigint
FROM settlement.flows GROUP BY cycle_id
"""


async def test_pain_5_a_close_under_64_writers_leaves_each_entry_in_one_cycle(mall: Mall) -> None:
    shops = await mall.shops("bakery", "bookshop", "florist", "greengrocer")
    members = await mall.members(WRITERS)
    writers = [Writer(shops[n % 4], member) for n, member in enumerate(members)]
    for shop in shops:
        await shop.token()
    operator = await mall.operator()
    await mall.turn_to(CYCLE.last_on + calendar.DAY)
    closing: asyncio.Task[Answered] | None = None

    async def writes(writer: Writer) -> None:
        for _ in range(2):
            await writer.write()
        while closing is None or not closing.done():
            await writer.write()
        await writer.write()

    async def close() -> Answered:
        return await operator.ask("POST", f"/v1/admin/cycles/{CYCLE.first_on}/close")

    writing = [asyncio.create_task(writes(writer)) for writer in writers]
    while sum(len(writer.told) for writer in writers) < 3 * WRITERS:
        await writers[0].write()
    closing = asyncio.create_task(close())
    closed, _ = await asyncio.gather(closing, asyncio.gather(*writing))
    assert closed.status == 200, closed

    told = {one["slip"]: one for writer in writers for one in writer.told}
    async with mall.hub.pools.use("auditor") as conn:
        entries = {row[0]: row[1:] for row in await (await conn.execute(ENTRIES)).fetchall()}
    slips = Counter(slip for row in entries.values() for slip in row[0])
    assert slips == Counter(told.keys()), "what was answered is booked once"
    assert entries.keys() == {CYCLE.cycle_id, NEXT.cycle_id}, "the close came amid the writers"
    assert sum(row[1] for row in entries.values()) == 10 * sum("points" in t for t in told.values())

    assert (await mall.close(NEXT.first_on)).status == 200
    async with mall.hub.pools.use("auditor") as conn:
        flows = {row[0]: row[1:] for row in await (await conn.execute(FLOWS)).fetchall()}
    assert flows == {cycle_id: row[1:] for cycle_id, row in entries.items()}
    for cycle in (CYCLE, NEXT):
        assert sum((await mall.nets(cycle.first_on)).values()) == 0


async def test_pain_11_a_slip_is_not_lost_to_a_failure_of_ours(town: Mall, bakery: Shop) -> None:
    """A failed call may be sent again with the same number; it is neither burnt nor doubled."""
    hanako = await town.member()
    sale, owner = bakery.sale(hanako, yen=1_100), town.hub.settings.database_url
    with psycopg.connect(owner, autocommit=True) as conn:
        conn.execute(
            "ALTER TABLE federation.lots ADD CONSTRAINT broken CHECK (points < 0) NOT VALID"
        )
        failed = await bakery.post("/v1/accruals", **sale)
        assert (failed.status, failed.slug, failed.json["do"]) == (500, "broken", "retry")
        assert (await bakery.get("/v1/slips", till="T01", slip=sale["slip"])).slug == "not-arrived"
        conn.execute("ALTER TABLE federation.lots DROP CONSTRAINT broken")
    retries = await asyncio.gather(*(bakery.post("/v1/accruals", **sale) for _ in range(50)))
    assert {answer.status for answer in retries} == {201}
    assert len({answer.content for answer in retries}) == 1
    assert Counter("idempotent-replayed" in one.headers for one in retries) == {True: 49, False: 1}
    changed = await bakery.post("/v1/accruals", **{**sale, "paid_yen": 2_200})
    assert (changed.status, changed.slug) == (422, "slip-reused")
    assert await town.points_of(hanako) == 10


async def test_pain_12_twenty_tills_of_two_shops_cannot_spend_the_same_points(
    town: Mall, bakery: Shop
) -> None:
    """Each till has a client, a token and a line of its own, and all begin at once."""
    bookshop, hanako = await town.shop("bookshop"), await town.member()
    await bakery.sells(hanako, yen=11_000)
    tills: list[tuple[Shop, Client]] = []
    for number in range(20):
        shop = (bakery, bookshop)[number % 2]
        scopes = ["points:redeem", "points:accrue"]
        tills.append(
            (shop, Client(town, shop.tenant, await town.register(shop.tenant, "till", scopes)))
        )
    barrier = asyncio.Barrier(len(tills))

    async def at_once(shop: Shop, till: Client, call: str, body: dict[str, Any]) -> Answered:
        await till.token()
        await barrier.wait()
        return await till.post(call, **body)

    spent = await asyncio.gather(
        *(at_once(*till, "/v1/redemptions", till[0].spending(hanako, 100)) for till in tills)
    )
    assert Counter(one.slug or "booked" for one in spent) == {"booked": 1, "not-enough-points": 19}
    assert await town.points_of(hanako) == 0
    given = await asyncio.gather(
        *(at_once(*till, "/v1/accruals", till[0].sale(hanako, 11_000)) for till in tills)
    )
    assert sorted(one.json["balance"]["points"] for one in given) == [100 * n for n in range(1, 21)]


# What an operator changes without saying why, and why that is so.
NEEDS_NO_REASON = {
    "POST /v1/admin/blank-cards": "cards that belong to nobody",
    "PUT /v1/admin/clock": "the clock of a demo",
    "POST /v1/admin/corrections/{run}/approve": "the run bears the reason",
    "POST /v1/admin/corrections/{run}/reject": "nothing is changed by it",
    "POST /v1/admin/corrections/{run}/book": "the run bears the reason",
    "POST /v1/admin/cycles/{cycle_id}/close": "the calendar is the reason",
    "POST /v1/admin/cycles/{cycle_id}/confirm": "likewise",
    "POST /v1/admin/disclosures": "says on what ground of law (`basis`)",
    "POST /v1/admin/imports": "a file, whose name and digest stand for it",
    "POST /v1/admin/members/{handle}/consents": "the member's own will",
    "PUT /v1/admin/members/{handle}/pin": "likewise",
    "PUT /v1/admin/members/{handle}/profile": "a correction that the member asks for (APPI 34)",
    "POST /v1/admin/members/{handle}/referral": "who brought whom",
    "POST /v1/admin/proposals/{proposal}/approve": "the proposal bears the reason",
    "POST /v1/admin/ranks": "a name, under which a rule with its reason comes",
    "POST /v1/admin/segments/{segment}/count": "only counts",
    "POST /v1/admin/settlement/cycles/{cycle_id}/approve": "the plan that was shown, by its hash",
    "POST /v1/admin/settlement/cycles/{cycle_id}/results": "the bank's own file",
    "POST /v1/admin/settlement/cycles/{cycle_id}/send": "what was approved",
}
LOOKS_ONLY = re.compile(r"/(preview|previews|member-listings|member-searches|simulations)$")


def test_pain_20_whoever_changes_something_says_why() -> None:
    """The rest of it: the tokens of others in test_matrix.py, what is sealed in pain 16, ids and
    sequences of events in tests/webhooks/test_endpoints.py and test_sequence.py."""
    silent = set()
    for path, told in DOCUMENT["paths"].items():
        for method, one in told.items():
            if method == "get" or "/v1/admin/" not in path or LOOKS_ONLY.search(path):
                continue
            content = one.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            name = schema.get("$ref", "").rpartition("/")[2]
            if "reason" not in SCHEMAS.get(name, schema).get("required", ()):
                silent.add(f"{method.upper()} {path}")
    assert silent == NEEDS_NO_REASON.keys()


@pytest.mark.parametrize("reason", ["", " ", "　", None])
async def test_pain_20_a_reason_that_says_nothing_is_none(town: Mall, reason: str | None) -> None:
    clerk, hanako = await office(town), await town.member()
    for path, body in (
        (clerk.path(hanako, "/freeze"), {}),
        ("/v1/admin/adjustments", clerk.asked(
            member=clerk.handle(hanako), points=10, funder="operator"
        )),
    ):  # fmt: skip
        answer = await clerk.client.ask("POST", path, json={**body, "reason": reason})
        assert (answer.status, answer.slug) == (400, "validation"), answer
    assert await town.points_of(hanako) == 0
