"""要求の上限: a client and a till may ask so often, over all processes, and are told when again."""

import asyncio
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from deploy import serve
from deploy.limits import limits as ours
from deploy.limits.buckets import LEASES, LEAST, MOST, Buckets, Limit
from deploy.limits.limits import Limits, line
from tenants.callers import Caller
from tests.conftest import Given
from tests.mall import Answered, Mall, Shop, scopes_of, serving, settings_for
from tests.office import office

SCRIPT = Path(ours.SCRIPT).read_text(encoding="utf-8")
TEN = Limit(per_second=10, burst=20)


def test_a_bucket_lets_a_burst_in_and_then_its_pace() -> None:
    buckets = Buckets()
    assert [buckets.take("till", TEN, 0.0) for _ in range(20)] == [0] * 20
    assert buckets.take("till", TEN, 0.0) == 1
    assert buckets.take("till", TEN, 0.1) == 0
    assert buckets.take("till", TEN, 0.1) == 1
    assert buckets.take("other", TEN, 0.1) == 0
    assert sum(buckets.take("till", TEN, 60.0) == 0 for _ in range(50)) == 20, "never more at once"


def test_a_wait_is_as_long_as_it_is_true() -> None:
    slow, buckets = Limit(per_second=1, burst=1), Buckets()
    assert buckets.take("till", slow, 0.0) == 0
    wait = buckets.take("till", slow, 0.0)
    assert buckets.take("till", slow, wait - 0.01) == 1
    assert buckets.take("till", slow, float(wait)) == 0


def test_a_process_goes_no_further_ahead_of_the_others_than_its_lease() -> None:
    buckets = Buckets()
    buckets.shared = True
    let_in = sum(buckets.take("till", TEN, 0.0) == 0 for _ in range(20))
    assert let_in == TEN.lease == LEAST
    assert buckets.owed() == {"till": 10}
    assert [Limit(1, burst).lease for burst in (3, 30, 400)] == [3, 10, 400 // LEASES]
    assert buckets.owed() == {}
    buckets.told({"till": 1_500, "gone": 1}, 0.0)
    assert buckets.take("till", TEN, 1.0) == 1, "shut by what others let in"
    buckets.told({"till": 0}, 1.0)
    assert buckets.take("till", TEN, 1.0) == 0


def test_names_that_nobody_has_do_not_fill_the_memory() -> None:
    buckets = Buckets()
    for number in range(MOST + 100):
        buckets.take(f"till {number}", TEN, 0.0)
    assert len(buckets._buckets) == MOST
    assert len(buckets.owed()) <= MOST


async def test_two_processes_share_one_bucket_and_a_lease_each(given: Given, mall: Mall) -> None:
    if given.redis_url is None:
        pytest.skip("no Redis")
    connect = lambda: mall.hub.pools.use("counter")  # noqa: E731  as the hub has it
    both = [Limits(given.redis_url, connect) for _ in range(2)]
    caller = Caller("c_sharedbucket", 77, frozenset(), None, wide=False)
    async with line(given.redis_url) as shared:
        script = shared.register_script(SCRIPT)
        let_in, key = 0, "meguri:limit:test:two"
        await shared.delete(key)
        for one in both:
            one.buckets.shared = True
        began = monotonic()
        for _ in range(40):
            for one in both:
                while one.buckets.take(key, TEN, monotonic()) == 0:
                    let_in += 1
                owed = one.buckets.owed()
                shut = await script([key], [owed.get(key, 0), TEN.per_second, TEN.burst])
                one.buckets.told({key: shut[0]}, monotonic())
        passed = monotonic() - began
    most = TEN.burst + TEN.per_second * (passed + 1) + len(both) * TEN.lease
    assert TEN.burst <= let_in <= most
    assert both[0].client(caller) == 0


async def test_a_till_and_a_client_that_ask_too_often_are_told_when_again(
    given: Given, database: str, tmp_path: Path
) -> None:
    async with serving(settings_for(database, given.redis_url, tmp_path)) as mall:
        bakery = await mall.shop("bakery", tills=["T01", "T02"])
        hanako = await mall.member()
        await bakery.sells(hanako, yen=1_100)
        mall.hub.limits._limits = {"": (Limit(1, 1_000), Limit(1, 3))}
        sale = bakery.sale(hanako, 110)
        answers = [await bakery.post("/v1/accruals", **sale) for _ in range(3)]
        assert [one.status for one in answers] == [201, 201, 201]
        refused = await until_refused(bakery, sale)
        assert (refused.slug, refused.headers["retry-after"]) == ("rate-limited", "1")
        other = await bakery.post("/v1/accruals", **bakery.sale(hanako, 110, till="T02"))
        assert other.status == 201, "another till has its own"
        mall.hub.limits._limits = {"": (Limit(1, 3), Limit(1, 1_000))}
        refused = await until_refused(bakery, bakery.sale(hanako, 110))
        assert refused.slug == "rate-limited"
        clerk = await office(mall)
        assert (await clerk.adjust(hanako, 1)).status == 201, "another client is not held up"


async def until_refused(shop: Shop, sale: dict[str, Any]) -> Answered:
    """The first answer that lets nothing in; its pace is one a second."""
    for _ in range(200):
        answer = await shop.post("/v1/accruals", **sale)
        if answer.status == 429:
            return answer
    raise AssertionError("nobody was ever refused")


async def test_limits_are_agreed_by_client_with_a_default(mall: Mall) -> None:
    limits = mall.hub.limits
    await limits.look()
    anybody = Caller("c_anybodyatall", 1, frozenset(), None, wide=False)
    before = limits._of(anybody)
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute(
            "INSERT INTO tenants.limits VALUES ('c_anybodyatall', 5, 6, 7, 8, 'test', 'test')"
        )
    await limits.look()
    assert limits._of(anybody) == (Limit(5, 6), Limit(7, 8))
    other = Caller("c_somebodyelse", 1, frozenset(), None, wide=False)
    assert limits._of(other) == before
    assert limits._of(other)[0] is before[0], "what stayed goes on with its buckets"
    assert scopes_of("till")


async def test_without_redis_each_process_keeps_the_limits_alone(mall: Mall) -> None:
    alone = Limits("redis://127.0.0.1:1/0", lambda: mall.hub.pools.use("counter"))
    task = asyncio.create_task(alone.keep_telling())
    caller = Caller("c_alonealone22", 1, frozenset(), None, wide=False)
    await alone.look()
    alone._limits = {"": (TEN, TEN)}
    assert sum(alone.client(caller) == 0 for _ in range(30)) in range(20, 24)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.done(), "a line that is being made would swallow it"


async def test_whose_limit_it_is_no_header_changes(
    given: Given, database: str, tmp_path: Path
) -> None:
    async with serving(settings_for(database, given.redis_url, tmp_path)) as mall:
        bakery = await mall.shop("bakery")
        await bakery.get("/v1/entries")  # the gate knows it from now on
        mall.hub.limits._limits = {"": (Limit(1, 3), Limit(1, 3))}
        statuses = []
        for number in range(100):
            said = {"x-forwarded-for": f"203.0.113.{number}", "forwarded": f"for=10.0.0.{number}"}
            statuses.append((await bakery.ask("GET", "/v1/entries", headers=said)).status)
        assert statuses.count(200) < 50
        assert 429 in statuses


def test_the_server_believes_no_header_about_whom_it_speaks_with() -> None:
    assert "proxy_headers=False" in Path(serve.__file__).read_text(encoding="utf-8")
