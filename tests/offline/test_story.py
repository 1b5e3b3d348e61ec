"""A mall whose lines were down: queues replayed, out of order, by clocks that are wrong; and files
that are no files at all."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tests.conftest
from auth.scopes import TILL
from tests.mall import BEGIN, Client, Mall, Member, Shop, scopes_of, serving, settings_for
from tests.offline.files import (
    accept_risk,
    decided,
    offline_till,
    outcomes,
    send,
    settled,
    states,
    unasked,
)
from tests.offline_till import OfflineTill, canonical, file_of
from tests.races.hubs import cloned

LEDGER = """
SELECT json_agg(json_build_array(slip, kind, points) ORDER BY slip COLLATE "C", kind, points)
FROM federation.entries WHERE shop_id = %s
"""


def queue(shop: Shop, till: OfflineTill, members: list[Member]) -> list[bytes]:
    """An afternoon without a line: sales, some of them undone, some paid in part with points."""
    lines = []
    for number, member in enumerate(members * 4):
        sale = shop.sale(member, 2_200 + 110 * number, slip=f"{shop.till}-{number}")
        lines.append(till.line("accrual", sale))
        if number % 5 == 1:
            undo = unasked(shop, member, sale["slip"], slip=f"{shop.till}-{number}-void")
            lines.append(till.line("reversal", undo))
        if number % 5 == 2:
            spend = shop.spending(member, 3, slip=f"{shop.till}-{number}-p")
            lines.append(till.line("redemption", spend))
    return lines


async def test_a_queue_replayed_twice_out_of_order_by_a_wrong_clock_is_the_same_ledger(
    mall: Mall,
) -> None:
    """Pain 17: whatever way the queue comes in, the books are the same."""
    members = await mall.members(5)
    ledgers = []
    rng = random.Random(17)
    shops = await mall.shops("in-order", "replayed", "shuffled", "fast-clock", "slow-clock")
    for shop in shops:
        code = shop.tenant
        await accept_risk(mall, shop)
        for member in members:
            await shop.sells(member, yen=11_000, slip=f"before-{member.card[-4:]}")
        till = await offline_till(mall, shop)
        wrong = {"fast-clock": 10, "slow-clock": -10}.get(code, 0)
        mall.clock.set(mall.now + timedelta(minutes=wrong))
        lines = queue(shop, till, members)
        mall.clock.set(mall.now - timedelta(minutes=wrong))
        files = [lines]
        if code == "replayed":
            files = [lines[:7], lines, lines[3:]]
        if code == "shuffled":
            mixed = rng.sample(lines, len(lines))
            files = [mixed[:10], mixed[10:], mixed[5:]]
        batches = [(await send(shop, file_of(*content))).json["batch"] for content in files]
        for batch in batches:
            await decided(shop, batch)
        told = await settled(shop, *lines, b"")  # once more, in a file of its own
        assert {one["state"] for one in told[:-1]} == {"repeat"}
        assert {one.get("skew_seconds") for one in told[:-1]} == {600 if wrong > 0 else None}
        ledgers.append(await mall.value(LEDGER, shop.shop_id))
    assert ledgers[0]
    assert all(ledger == ledgers[0] for ledger in ledgers)


async def decided_or_waiting(shop: Shop, batch: str) -> None:
    """Wait until nothing of a batch is undecided but what waits for a later file."""
    for waiting in range(2_000):
        del waiting
        await shop.mall.hub.uploads.round()
        counts = (await shop.get(f"/v1/batches/{batch}", limit=1)).json["counts"]
        if counts.keys() <= {"booked", "refused", "repeat", "waiting"}:
            return
    pytest.fail(f"{batch} stands still")


@pytest.fixture(scope="module")
async def fuzzed(
    given: tests.conftest.Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Mall, Shop, OfflineTill]]:
    """One hub for all the files that are none."""
    folder = tmp_path_factory.mktemp("files")
    with cloned(given.database_url, template, "meguri_test_files") as url:
        async with serving(settings_for(url, given.redis_url, folder), BEGIN) as mall:
            bakery = await mall.shop("bakery")
            yield mall, bakery, await offline_till(mall, bakery)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
FIELDS = st.sampled_from(
    ["slip", "till", "at", "business_date", "card", "paid_yen", "kind", "seq", "prev", "kid",
     "signature", "staff", "lines", "tenders", "receipt_no", "of", "points"]
)  # fmt: skip
SPELLED = st.sampled_from(
    ["9999-12-31T23:59:59-09:00", "0001-01-01T00:00:00+09:00", "2026-02-30", "0001-01-01", "\ud800",
     "\x00", "T01", 2**63, 2**53, 0, -1, "", [[]], {"": {}}]
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.binary(max_size=200) | st.tuples(FIELDS, SPELLED | JSON), min_size=1, max_size=8)
)
async def test_no_file_ever_breaks_the_hub(
    fuzzed: tuple[Mall, Shop, OfflineTill], sent: list[Any]
) -> None:
    """Random bytes, and signed lines of random fields: each line has its outcome, never a 5xx."""
    mall, bakery, till = fuzzed
    hanako = await mall.member()
    lines = [one if isinstance(one, bytes) else signed(bakery, hanako, till, *one) for one in sent]
    answer = await send(bakery, file_of(*lines))
    if answer.status == 400:
        assert not file_of(*lines).strip()
        return
    assert answer.status == 202, answer
    for one in await decided_all(bakery, answer.json["batch"]):
        assert one["state"] in ("booked", "refused", "repeat", "waiting"), one
        assert one.get("status", 0) < 500, one


def signed(shop: Shop, member: Member, till: OfflineTill, field: str, value: Any) -> bytes:
    """A line that its till signed over one field that is not as it should be."""
    body = shop.sale(member, 1_100)
    till.seq += 2  # nothing stands before it: what its till signed is read on
    chained = {"kind": "accrual", "seq": till.seq, "prev": till.prev, "kid": till.kid}
    fields = {**body, **chained, field: value}
    try:
        return till.signed(fields)
    except UnicodeEncodeError:  # a lone surrogate, which only an escape can write
        return canonical({**body, **chained, field: "@"}).replace(b'"@"', rb'"\ud800"')


async def decided_all(shop: Shop, batch: str) -> list[Any]:
    """The outcomes, when nothing is undecided but what waits."""
    await decided_or_waiting(shop, batch)
    return (await outcomes(shop, batch))[1]


async def test_a_file_of_another_tenant_does_not_exist(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    unknown = bakery.sale(hanako, 1_100, card="6304000011112222")
    content = file_of(till.line("accrual", unknown), till.line("accrual", bakery.sale(hanako, 110)))
    batch = (await send(bakery, content)).json["batch"]
    await decided(bakery, batch, waiting=1)
    theirs = await bookshop.get(f"/v1/batches/{batch}")
    nobodys = await bookshop.get("/v1/batches/" + "a" * 26)
    assert (theirs.status, theirs.content) == (404, nobodys.content)
    for junk in ("%00", "%ff", "a", batch.upper(), batch + "%0a"):
        answer = await bakery.get(f"/v1/batches/{junk}")
        assert (answer.status, answer.content) == (404, nobodys.content), junk
    assert (await bookshop.get("/v1/suspense")).json["lines"] == []
    cursor = (await bakery.get(f"/v1/batches/{batch}", limit=1)).json["next"]
    assert (await bookshop.get("/v1/suspense", after=cursor)).status == 404
    copied = await send(bookshop, content)
    assert copied.json["batch"] != batch
    lines = await decided(bookshop, copied.json["batch"])
    assert states(lines) == ["refused:bad-signature"] * 2
    assert await mall.points_of(hanako) == 1


async def test_a_client_of_one_till_sends_for_no_other(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute(
            "INSERT INTO tenants.tills (tenant_id, till, shop_id) VALUES (%s, 'S02', %s)",
            (bakery.tenant_id, bakery.shop_id),
        )
        await conn.execute("UPDATE federation.doors SET moved = moved + 1")
    mall.hub.forget()
    registered = await mall.register("bakery", TILL, scopes_of(TILL), ["S02"])
    limited = Client(mall, "bakery", registered)
    line = till.line("accrual", bakery.sale(hanako, 1_100))
    assert states(await settled(limited, line)) == ["refused:not-found"]
    assert states(await settled(bakery, line)) == ["booked"], "what it could not send is not lost"
    other = await offline_till(mall, bakery, "S02")
    theirs = other.line("accrual", bakery.sale(hanako, 1_100, till="T01"))
    assert states(await settled(bakery, theirs)) == ["refused:bad-signature"]
