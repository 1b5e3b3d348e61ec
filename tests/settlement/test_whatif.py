"""A period under another scheme, to the yen; and as it was, byte for byte."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import msgspec
import pytest
from psycopg import AsyncConnection

from settlement.whatif.carving import Carver, capped
from settlement.whatif.simulate import Simulated, Simulation, simulate
from settlement.whatif.thought import AS_IT_IS, Thought, steps
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.races.hubs import cloned
from tests.settlement.replays import off, rebuilt
from tests.stories.test_returns import brings_back

JUNE = "2026-06-01"
SCENE = date(2026, 6, 3)


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """Worked example 1 at redemption, then a hold, a reversal, a merge, and a lapse; closed."""
    with cloned(given.database_url, template, "meguri_test_whatif") as url:
        folder = tmp_path_factory.mktemp("whatif")
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            await june(ours)
            yield ours


async def june(mall: Mall) -> None:
    """Half a month, with all that can happen to a point."""
    a = await mall.shop("A", "tokushima")
    b = await mall.shop("B", "takamatsu")
    c = await mall.shop("C", "matsuyama")
    await mall.expiry(policy="FIXED_DATE", expires_on=date(2026, 6, 10))
    await mall.expiry(from_on=date(2026, 6, 4))
    m1, m2, m3, m4, m5 = [*await mall.members(3), await mall.member("premium"), await mall.member()]
    days, end = (date(2026, 6, 6), date(2026, 6, 7)), date(2026, 8, 31)
    await mall.campaign("x5", "takamatsu", days, end, 5, {"facility": 1, "tenant": 1})
    await a.sells(m3, yen=22_000)  # lapses on 6/10
    await mall.turn_to(date(2026, 6, 4))
    t1 = await a.sells(m1, yen=11_000)
    await mall.turn_to(date(2026, 6, 6))
    await b.sells(m4, yen=7_700)
    await b.sells(m5, yen=7_700)
    await mall.turn_to(date(2026, 6, 8))
    await b.sells_for_points(m1, points=60, yen=3_240)
    held = (await c.post("/v1/holds", **c.asked(m5, points=91))).json
    asked = {k: v for k, v in c.asked(m5, points=33).items() if k != "card"}
    assert (await c.post(f"/v1/holds/{held['hold_id']}/capture", **asked)).status == 201
    await mall.turn_to(date(2026, 6, 10))
    t4 = await c.sells_for_points(m4, points=300, yen=1_900)
    spent = await a.accepts(m5, points=77)
    await brings_back(c, t4, returned_yen=1_000)
    undone = {k: v for k, v in a.asked(m5).items() if k != "card"}
    done = await a.post("/v1/reversals", **undone, of=spent["slip"], reason="打ち間違い")
    assert done.status == 201, done
    await mall.turn_to(date(2026, 6, 12))
    await brings_back(a, t1, returned_yen=11_000)
    await a.sells(m2, yen=5_500)
    await a.accepts(m2, points=7)
    assert (await mall.close(SCENE)).status == 200


async def asked(mall: Mall, **thought: Any) -> Simulated:
    async with mall.hub.pools.bare("auditor") as conn:
        thinking = msgspec.convert(thought, Thought)
        return await simulate(conn, Simulation((JUNE,), thinking), mall.now)


def by(found: Simulated) -> dict[str, int]:
    return {one.party: one.difference_yen for one in found.parties}


async def test_as_things_were_the_replay_writes_the_sealed_file_byte_for_byte(mall: Mall) -> None:
    async with mall.hub.pools.bare("worker") as conn:
        names = mall.hub.names
        sealed, again = await rebuilt(conn, JUNE, lambda *of: names.seal("entry", *of))
        assert again == sealed
        assert await off(conn, mall.now) == []


async def test_nothing_thought_nothing_differs(mall: Mall) -> None:
    found = await asked(mall)
    assert (found.agrees, found.parties) == (True, ())


async def test_paying_at_issue_shows_who_pays_earlier_and_into_what(mall: Mall) -> None:
    found = await asked(mall, funding="at-issue")
    assert (found.agrees, found.unreached_points) == (True, 0)
    assert by(found)["fund"] > 0
    assert sum(by(found).values()) == 0
    for one in found.parties:
        assert [reason.because for reason in one.why] == ["funding"]
        assert sum(line.yen for reason in one.why for line in reason.lines) == one.difference_yen
        assert sum(o.yen for reason in one.why for o in reason.facing) == one.difference_yen


async def test_sharing_the_base_points_moves_half_of_them_to_the_landlord(mall: Mall) -> None:
    found = await asked(mall, shares={"base": {"tenant": 1, "facility": 1}})
    assert found.agrees
    moved = by(found)
    assert moved["tokushima"] < 0 < moved["A"]
    assert sum(moved.values()) == 0


async def test_each_change_has_its_own_reasons_and_they_sum_to_the_difference(mall: Mall) -> None:
    found = await asked(
        mall,
        funding="at-issue",
        breakage="HUB_REVENUE",
        shares={"campaign:x5": {"operator": 2, "tenant": 1}},
        attribution="PROPORTIONAL",
        calendar="WEEKLY",
        cap_points=200,
        tax_bp=800,
        terms=[{"from_on": "2026-06-01", "point_fee_milliyen": 500, "minimum_yen": 100}],
    )
    assert found.agrees
    assert {reason.because for one in found.parties for reason in one.why} >= {
        "cap_points", "shares", "attribution", "funding", "breakage", "terms",
    }  # fmt: skip
    for one in found.parties:
        assert sum(reason.yen for reason in one.why) == one.difference_yen
        assert one.thought_yen - one.live_yen == one.difference_yen
    assert sum(by(found).values()) == 0
    assert [(one.first_on.day, one.last_on.day) for one in found.then] == [
        (1, 7), (8, 14), (15, 15),
    ]  # fmt: skip


async def test_other_cycles_pay_the_same_points(mall: Mall) -> None:
    """Without fees or carries a calendar changes when, not how much."""
    assert (await asked(mall, calendar="DAILY")).parties == ()


async def test_a_least_transfer_is_carried_on_by_the_operator(mall: Mall) -> None:
    found = await asked(mall, terms=[{"from_on": "2026-06-01", "minimum_yen": 1_000_000}])
    assert {line.code for one in found.parties for r in one.why for line in r.lines} == {402}


async def test_over_http_it_is_the_operators_and_within_limits(mall: Mall) -> None:
    operator = await mall.operator()
    asked = {"cycles": [JUNE], "thought": {"funding": "at-issue"}}
    found = await operator.post("/v1/admin/simulations", **asked)
    assert (found.status, found.json["agrees"]) == (200, True)
    for wrong, slug in (
        ({"cycles": ["2026-06-02"], "thought": {}}, "not-found"),
        ({"cycles": ["2026-06-01", "2026-07-01"], "thought": {}}, "cycles-apart"),
        ({"cycles": [JUNE], "thought": {"shares": {"base": {"nobody": 1}}}}, "validation"),
        ({"cycles": [JUNE], "thought": {"funding": "never"}}, "validation"),
    ):
        assert (await operator.post("/v1/admin/simulations", **wrong)).slug == slug
    async with mall.hub.pools.bare("auditor") as conn:
        with pytest.raises(Exception, match="too-much-history"):
            await simulate(conn, Simulation((JUNE,), AS_IT_IS), mall.now, most=3)


async def test_nothing_is_written(mall: Mall) -> None:
    counted = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_all_tables"
    async with mall.hub.pools.bare("auditor") as conn:
        await simulate(conn, Simulation((JUNE,), Thought(funding="at-issue")), mall.now)
        assert await value(conn, counted) in (0, None)


async def value(conn: AsyncConnection, query: str) -> object:
    row = await (await conn.execute(query.encode())).fetchone()
    return row[0] if row else None


def test_a_thought_is_laid_out_one_change_upon_the_other() -> None:
    thought = Thought(funding="at-issue", cap_points=5, tax_bp=0)
    assert [name for name, _ in steps(thought)] == ["", "cap_points", "funding", "tax_bp"]
    assert steps(thought)[-1][1] == thought
    assert callable(capped)
    assert Carver is not None
