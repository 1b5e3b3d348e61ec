"""利用: which points go first, and from whose part of a grant each one is taken."""

from collections.abc import AsyncIterator
from datetime import date, time
from typing import Any

import pytest

from tests.conftest import Given
from tests.mall import Mall, Member, Shop, serving, settings_for
from tests.races.hubs import cloned

AUGUST = date(2026, 8, 31)
LIKE_BASE = date(2028, 3, 31)  # when plain points of June 2026 lapse
DRAWN = """
WITH sales AS (
    SELECT entry_id, row_number() OVER (ORDER BY entry_id) AS number
    FROM federation.entries WHERE member_id = %(member)s AND kind = 'accrual'
)
SELECT sales.number, draws.rule, parties.code, draws.points
FROM federation.draws
INNER JOIN sales ON sales.entry_id = draws.lot_entry_id
INNER JOIN tenants.parties ON parties.party_id = draws.funder_id
WHERE draws.member_id = %(member)s AND draws.entry_id = (
    SELECT max(entry_id) FROM federation.entries
    WHERE member_id = %(member)s AND kind = 'redemption'
)
ORDER BY sales.number, draws.lot_part
"""
# A campaign's facility, which is also the code of its one shop: factor, last day, shares.
CAMPAIGNS: dict[str, tuple[int, date, dict[str, int]]] = {
    "soon": (2, AUGUST, {"facility": 1, "tenant": 1}),
    "level": (2, LIKE_BASE, {"facility": 1}),
    "sixty-forty": (3, AUGUST, {"facility": 60, "tenant": 40}),
    "thirds": (2, AUGUST, {"facility": 1, "operator": 1, "tenant": 1}),
}

Drawn = tuple[int, str, str, int]  # number of the sale, rule, funder, points


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for the table; each row has a member of its own."""
    folder = tmp_path_factory.mktemp("redeem")
    with cloned(given.database_url, template, "meguri_test_redeem") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def shops(mall: Mall) -> dict[str, Shop]:
    """A shop without a campaign, another one, and one for each campaign."""
    for code, (multiplier, expires_on, shares) in CAMPAIGNS.items():
        today = (mall.today, mall.today)
        await mall.campaign(f"c-{code}", f"f-{code}", today, expires_on, multiplier, shares)
    plain = await mall.shops("plain", "other")
    return {shop.tenant: shop for shop in plain} | {
        code: await mall.shop(code, f"f-{code}") for code in CAMPAIGNS
    }


async def drawn(mall: Mall, member: Member) -> list[Drawn]:
    """What a member's last redemption took, from which sale and whose part."""
    async with mall.hub.pools.use("auditor") as conn:
        rows = await conn.execute(DRAWN, {"member": member.member_id})
        return [tuple(row) for row in await rows.fetchall()]


Sold = list[tuple[str, int]]  # a shop, and yen


@pytest.mark.parametrize(
    ("sold", "spent", "taken"),
    [
        pytest.param(
            [("plain", 1_100), ("soon", 1_100)],
            [10],
            [(2, "campaign:c-soon", "f-soon", 5), (2, "campaign:c-soon", "soon", 5)],
            id="the soonest to expire, though granted last",
        ),
        pytest.param(
            [("plain", 1_100), ("soon", 1_100)],
            [10, 15],
            [(1, "base", "plain", 10), (2, "base", "soon", 5)],
            id="and when it is gone, what is next to expire",
        ),
        pytest.param(
            [("plain", 1_100), ("soon", 1_100)],
            [15],
            [(1, "base", "plain", 5), (2, "campaign:c-soon", "f-soon", 5),
             (2, "campaign:c-soon", "soon", 5)],
            id="over two days of expiry",
        ),
        pytest.param(
            [("plain", 1_100), ("level", 1_100)],
            [10],
            [(2, "campaign:c-level", "f-level", 10)],
            id="limited points first where both expire on the same day",
        ),
        pytest.param(
            [("plain", 1_100), ("level", 1_100)],
            [11],
            [(1, "base", "plain", 1), (2, "campaign:c-level", "f-level", 10)],
            id="then the others",
        ),
        pytest.param(
            [("plain", 1_100), ("other", 1_100)],
            [10],
            [(1, "base", "plain", 10)],
            id="the oldest entry",
        ),
        pytest.param(
            [("other", 110), ("plain", 1_100), ("other", 1_100)],
            [12],
            [(1, "base", "other", 1), (2, "base", "plain", 10), (3, "base", "other", 1)],
            id="one entry after the other",
        ),
        pytest.param(
            [("plain", 1_100)], [10], [(1, "base", "plain", 10)], id="to the last point"
        ),
        pytest.param(
            [("soon", 1_100)],
            [1],
            [(1, "campaign:c-soon", "f-soon", 1)],
            id="a tie goes to the facility",
        ),
        pytest.param(
            [("soon", 1_100)],
            [3],
            [(1, "campaign:c-soon", "f-soon", 2), (1, "campaign:c-soon", "soon", 1)],
            id="a tie after whole points",
        ),
        pytest.param(
            [("soon", 1_100)],
            [3, 1],
            [(1, "campaign:c-soon", "soon", 1)],
            id="pro rata to what is left, 3 to 4",
        ),
        pytest.param(
            [("soon", 4_950)],
            [10],
            [(1, "campaign:c-soon", "f-soon", 5), (1, "campaign:c-soon", "soon", 5)],
            id="the larger remainder of 23 to 22",
        ),
        pytest.param(
            [("soon", 4_950)],
            [45],
            [(1, "campaign:c-soon", "f-soon", 23), (1, "campaign:c-soon", "soon", 22)],
            id="the whole of 45",
        ),
        pytest.param(
            [("sixty-forty", 5_500)],
            [80],
            [(1, "campaign:c-sixty-forty", "f-sixty-forty", 48),
             (1, "campaign:c-sixty-forty", "sixty-forty", 32)],
            id="80 of 60 and 40",  # E3 of domain 1.7
        ),
        pytest.param(
            [("thirds", 3_300)],
            [4],
            [(1, "campaign:c-thirds", "f-thirds", 2), (1, "campaign:c-thirds", "operator", 1),
             (1, "campaign:c-thirds", "thirds", 1)],
            id="three funders and one over",
        ),
        pytest.param(
            [("thirds", 3_300)],
            [5],
            [(1, "campaign:c-thirds", "f-thirds", 2), (1, "campaign:c-thirds", "operator", 2),
             (1, "campaign:c-thirds", "thirds", 1)],
            id="three funders and two over",
        ),
    ],
)  # fmt: skip
async def test_points_are_taken_in_order_and_shared_by_who_pays(
    mall: Mall, shops: dict[str, Shop], sold: Sold, spent: list[int], taken: list[Drawn]
) -> None:
    member = await mall.member()
    for code, yen in sold:
        await shops[code].sells(member, yen)
    for points in spent:
        await shops["plain"].accepts(member, points)
    assert await drawn(mall, member) == taken


@pytest.mark.parametrize(
    ("spent", "taken"),
    [
        (10, [(1, "base", "plain", 10)]),
        (15, [(1, "base", "plain", 10), (1, "rank:premium", "operator", 5)]),
        (21, [(1, "base", "plain", 10), (1, "rank:premium", "operator", 10),
              (2, "base", "other", 1)]),
    ],
)  # fmt: skip
async def test_of_one_entry_the_lower_lot_goes_first(
    mall: Mall, shops: dict[str, Shop], spent: int, taken: list[Drawn]
) -> None:
    member = await mall.member("premium")
    for code in ("plain", "other"):
        await shops[code].sells(member, 1_100)
    await shops["other"].accepts(member, spent)
    assert await drawn(mall, member) == taken


async def test_a_receipt_names_lots_in_the_order_of_spending_and_whose_they_are(
    mall: Mall, shops: dict[str, Shop]
) -> None:
    member = await mall.member()
    for code in ("plain", "soon"):
        await shops[code].sells(member, 1_100)
    receipt = await shops["plain"].accepts(member, 21)
    assert receipt["lots"] == [
        {"points": 5, "expires_on": "2026-08-31"},
        {"points": 5, "expires_on": "2026-08-31"},
        {"points": 10, "expires_on": "2028-03-31", "own": True},
        {"points": 1, "expires_on": "2028-03-31"},
    ]
    assert receipt["balance"] == {
        "points": 9,
        "held": 0,
        "owed": 0,
        "next_to_expire": {"points": 9, "on": "2028-03-31"},
    }


async def test_one_point_too_many_takes_nothing(mall: Mall, shops: dict[str, Shop]) -> None:
    member = await mall.member()
    await shops["soon"].sells(member, 1_100)
    asked: dict[str, Any] = shops["plain"].spending(member, 21)
    refused = await shops["plain"].post("/v1/redemptions", **asked)
    assert (refused.status, refused.slug) == (409, "not-enough-points")
    assert (await drawn(mall, member), await mall.points_of(member)) == ([], 20)


async def test_points_can_be_spent_to_the_end_of_their_last_day(
    mall: Mall, shops: dict[str, Shop]
) -> None:
    early, late = await mall.members(2)
    for member in (early, late):
        await shops["soon"].sells(member, 1_100)
    await mall.turn_to(AUGUST, time(23, 59, 59, 999_999))
    await shops["plain"].accepts(early, 20)
    await mall.turn_to(date(2026, 9, 1), time(0))
    refused = await shops["plain"].post("/v1/redemptions", **shops["plain"].spending(late, 11))
    assert refused.slug == "not-enough-points"
    await shops["plain"].accepts(late, 10)
    assert await drawn(mall, late) == [(1, "base", "soon", 10)]
    lapsed = "SELECT ARRAY[-points, business_date - date '2026-08-31'] FROM federation.entries"
    assert await mall.value(
        f"{lapsed} WHERE member_id = %s AND kind = 'lapse'", late.member_id
    ) == [
        10,
        0,
    ]
