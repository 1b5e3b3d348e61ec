"""按分の方式: what is spent of points that are alike is borne by their funders in proportion, live;
and statement, sealed file, replay and lots agree on it."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from settlement.verify import examine
from settlement.whatif.thought import Thought
from tenants.refusals import NothingToAttribute
from tests.conftest import Given
from tests.mall import Mall, Shop, serving, settings_for
from tests.races.hubs import cloned
from tests.settlement.thinking import resealed, simulated
from tests.stories.test_returns import brings_back

JUNE, FIRST = date(2026, 6, 3), "2026-06-01"
LOTS = """
SELECT coalesce(json_object_agg(funder, points ORDER BY funder), '{}'::json) FROM (
    SELECT parties.code AS funder, sum(points_left) AS points
    FROM federation.lots INNER JOIN tenants.parties ON party_id = funder_id
    WHERE member_id = %s GROUP BY parties.code
) AS lots
"""


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """All points are granted under a scheme that attributes in proportion."""
    with cloned(given.database_url, template, "meguri_test_attribution") as url:
        folder = tmp_path_factory.mktemp("attribution")
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            await ours.scheme("at-redemption", date(2026, 6, 1), attribution="PROPORTIONAL")
            yield ours


async def left(mall: Mall, member_id: int) -> Any:
    return await mall.value(LOTS, member_id)


def posted(shop: Shop, member: Any, **more: Any) -> dict[str, Any]:
    return {name: said for name, said in shop.asked(member, **more).items() if name != "card"}


async def test_funders_bear_what_is_spent_in_proportion_and_every_paper_says_so(
    mall: Mall,
) -> None:
    """100 of A's, then 300 of B's, all alike: C takes 80; oldest first, A would bear all of it."""
    a, b, c = await mall.shops("A", "B", "C")
    hanako = await mall.member()
    await a.sells(hanako, yen=11_000)
    await b.sells(hanako, yen=33_000)
    await c.accepts(hanako, points=80)
    assert await left(mall, hanako.member_id) == {"A": 80, "B": 240}

    held = (await c.post("/v1/holds", **c.asked(hanako, points=40))).json
    some = posted(c, hanako, points=9)
    captured = await c.post(f"/v1/holds/{held['hold_id']}/capture", **some)
    assert captured.status == 201, captured
    assert await left(mall, hanako.member_id) == {"A": 78, "B": 233}, "2 and 7 of 9"

    undone = await c.accepts(hanako, points=31)
    assert await left(mall, hanako.member_id) == {"A": 70, "B": 210}
    reason = posted(c, hanako, of=undone["slip"], reason="打ち間違い")
    assert (await c.post("/v1/reversals", **reason)).status == 201
    assert await left(mall, hanako.member_id) == {"A": 78, "B": 233}, "each has its own back"

    bought = await c.sells_for_points(hanako, points=8, yen=100)
    assert await left(mall, hanako.member_id) == {"A": 76, "B": 227}
    back = await brings_back(c, bought, returned_yen=108)
    assert back["restored_points"] == 8
    assert await left(mall, hanako.member_id) == {"A": 78, "B": 233}

    assert (await mall.close(JUNE)).status == 200
    assert await mall.nets(JUNE) == {"A": -22, "B": -67, "C": 89}
    source = await (await mall.operator()).get(f"/v1/entries/{captured.json['entry']}/provenance")
    assert sum(one["points"] for one in source.json["sources"]) == 9
    file = await mall.sealed(JUNE)
    assert examine(file).faults == ()
    assert any(b'"attribution":"PROPORTIONAL"' in line for line in file)
    await resealed(mall, JUNE)
    assert await mall.broken() == []

    plain = await simulated(mall, [FIRST], Thought(attribution="FIFO"))
    assert (plain.agrees, plain.unreached_points) == (True, 0)
    assert {one.party: one.thought_yen for one in plain.parties} == {
        "A": -89, "B": 0, "C": 89,
    }  # fmt: skip
    assert {reason.because for one in plain.parties for reason in one.why} == {"attribution"}


async def test_where_nobody_pays_at_redemption_there_is_nothing_to_attribute(mall: Mall) -> None:
    for funding in ("at-issue", "redeemer-bears"):
        with pytest.raises(NothingToAttribute):
            await mall.scheme(funding, date(2026, 9, 1), attribution="PROPORTIONAL")
    query = "SELECT count(*) FROM tenants.schemes WHERE from_on = '2026-09-01'"
    assert await mall.value(query) == 0
