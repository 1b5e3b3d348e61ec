"""What may be spent and earned at most: fences, caps, limits per day, codes that pay once, PINs."""

from datetime import timedelta
from typing import Any

import pytest

from federation import codes
from tenants.layout import Caps
from tests.mall import BEGIN, Mall, Member, Shop
from tests.stories.test_codes import handle_of
from tests.stories.test_holds import ended, held, undone
from tests.stories.test_returns import brings_back, came_to, returned

TODAY = BEGIN.date()
DAY = timedelta(days=1)
LATER = TODAY + 30 * DAY
TODAYS = (TODAY, TODAY)


async def bonus(shop: Shop, member: Member, yen: int, **more: Any) -> int:
    """What a campaign gave on a sale."""
    told = await shop.sells(member, yen, **more)
    return sum(one["points"] for one in told["grants"] if one["rule"] != "base")


async def test_points_of_another_facility_are_refused_with_the_reason(mall: Mall) -> None:
    here, there = await mall.shop("bakery"), await mall.shop("bookshop", "takamatsu")
    await mall.campaign("x5", "tokushima", TODAYS, LATER, 5, {"facility": 1}, ring_fenced=True)
    hanako = await mall.member()
    await here.sells(hanako, yen=1_100)
    refused = await there.post("/v1/redemptions", **there.spending(hanako, 11))
    assert refused.slug == "ring-fenced"
    beyond = await there.post("/v1/redemptions", **there.spending(hanako, 51))
    assert beyond.slug == "not-enough-points"
    told = await there.accepts(hanako, 10)
    assert told["lots"][0]["expires_on"] == "2028-03-31"


async def test_limited_points_go_first_where_the_programme_says_so(mall: Mall) -> None:
    until = TODAY + 800 * DAY  # later than the fiscal year's end
    await mall.campaign("x2", "tokushima", TODAYS, until, 2, {"facility": 1})
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    first = await bakery.accepts(hanako, 4)
    assert first["lots"][0]["expires_on"] == "2028-03-31"
    await mall.programme(from_on=TODAY, spend_order="LIMITED_FIRST")
    second = await bakery.accepts(hanako, 4)
    assert second["lots"][0]["expires_on"] == until.isoformat()


async def test_a_campaign_gives_no_more_than_its_caps(mall: Mall) -> None:
    await mall.campaign(
        "x5",
        "tokushima",
        (TODAY, TODAY + DAY),
        LATER,
        5,
        {"facility": 1, "tenant": 1},
        caps=Caps(cap_points_per_receipt=100, cap_points_per_day=150, cap_points_per_member=200),
    )
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    assert await bonus(bakery, hanako, 1_100) == 40
    assert await bonus(bakery, hanako, 11_000) == 100
    assert await bonus(bakery, hanako, 1_100) == 10, "150 a day"
    assert await bonus(bakery, hanako, 1_100) == 0
    await mall.turn_to(TODAY + DAY)
    assert await bonus(bakery, hanako, 5_500) == 50, "200 in all"
    assert await bonus(bakery, hanako, 5_500) == 0


async def test_a_return_and_a_reversal_give_the_cap_back(mall: Mall) -> None:
    await mall.campaign(
        "x5", "tokushima", TODAYS, LATER, 5, {"facility": 1}, caps=Caps(cap_points_per_member=40)
    )
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    first = await bakery.sells(hanako, yen=1_100)
    assert await bonus(bakery, hanako, 1_100) == 0
    await undone(bakery, first["slip"])
    second = await bakery.sells(hanako, yen=1_100)
    assert second["points"] == 50
    await brings_back(bakery, second, returned_yen=550)
    assert await bonus(bakery, hanako, 1_100) == 20


async def test_a_member_spends_no_more_in_a_day_than_the_programme_allows(mall: Mall) -> None:
    await mall.programme(from_on=TODAY, redemption_limit_points_per_day=100)
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=110_000)
    spent = await bakery.accepts(hanako, 60)
    refused = await bookshop.post("/v1/redemptions", **bookshop.spending(hanako, 41))
    assert refused.slug == "over-limit"
    assert (await bookshop.quote(hanako, yen=5_000))["redeemable_points"] == 40
    hold = await held(bookshop, hanako, 40)
    refused = await bakery.post("/v1/holds", **bakery.asked(hanako, points=1))
    assert refused.slug == "over-limit"
    await ended(bookshop, hold, "capture", points=30)
    await bakery.accepts(hanako, 10)
    await undone(bakery, spent["slip"])
    await bakery.accepts(hanako, 60)
    await mall.turn_to(TODAY + DAY)
    await bakery.accepts(hanako, 100)


async def code_of(mall: Mall, shop: Shop, member: Member) -> Member:
    """The member with a one-time code in the hand."""
    app = await mall.office(shop)
    given = await app.post("/v1/member-codes", member=await handle_of(shop, member))
    return Member(member.member_id, given.json["code"])


async def test_a_code_pays_once_and_earns_as_long_as_it_lives(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", static_card_limit_points=0), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    by_code = await code_of(mall, bakery, hanako)
    told = await bakery.accepts(by_code, 10)
    assert told["print"][0].endswith("*" * 4 + by_code.card[-4:])
    await bakery.sells(by_code, yen=1_100)
    refused = await bakery.post("/v1/redemptions", **bakery.spending(by_code, 1))
    assert refused.slug == "code-used"
    mall.clock.set(mall.now + codes.LIFETIME)
    late = await bakery.post("/v1/accruals", **bakery.sale(by_code, 110))
    assert late.slug == "code-expired"
    assert (await bakery.post("/v1/redemptions", **bakery.spending(by_code, 1))).slug == (
        "code-expired"
    )


async def test_a_code_is_good_for_the_hold_that_it_opened(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", static_card_limit_points=0), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    by_code = await code_of(mall, bakery, hanako)
    hold = await held(bakery, by_code, 50, minutes=60)
    mall.clock.set(mall.now + 2 * codes.LIFETIME)
    captured = await ended(bakery, hold, "capture", points=50)
    assert captured.status == 201, captured


async def with_pin(mall: Mall, shop: Shop, member: Member, pin: str = "4071") -> None:
    """The member's card has a PIN."""
    operator = await mall.operator()
    handle = mall.hub.names.seal("member", 1, member.member_id)
    given = await operator.ask("PUT", f"/v1/admin/members/{handle}/pin", json={"pin": pin})
    assert given.status < 300, given


async def test_a_right_pin_spends_and_five_wrong_ones_shut_it(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery", static_card_limit_points=5), await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await with_pin(mall, bakery, hanako)
    assert (await bakery.post("/v1/redemptions", **bakery.spending(hanako, 6))).slug == (
        "needs-member-code"
    )
    await bakery.accepts(hanako, 6, pin="4071")
    for _ in range(4):
        wrong = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 6, pin="0000"))
        assert wrong.slug == "wrong-pin"
    await bakery.accepts(hanako, 6, pin="4071")
    for _ in range(5):
        wrong = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1, pin="0000"))
        assert wrong.slug == "wrong-pin", "even where no PIN was needed"
    shut = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 6, pin="4071"))
    assert shut.slug == "needs-member-code"
    await bakery.accepts(hanako, 5)


SHORT = {
    "DEDUCT_FROM_REFUND": ({"deducted_points": 60, "owed_points": 0, "waived_points": 0}, 10_940),
    "NEGATIVE_BALANCE": ({"deducted_points": 0, "owed_points": 60, "waived_points": 0}, 11_000),
    "WAIVE": ({"deducted_points": 0, "owed_points": 0, "waived_points": 60}, 11_000),
}


@pytest.mark.parametrize("policy", SHORT)
async def test_what_is_short_goes_by_the_programmes_choice(mall: Mall, policy: str) -> None:
    await mall.programme(from_on=TODAY, shortage_policy=policy)
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    bought = await bakery.sells(hanako, yen=11_000)
    await bakery.accepts(hanako, 60)
    told = await brings_back(bakery, bought, returned_yen=11_000)
    assert came_to(told) == (0, 40, 60, SHORT[policy][1])
    assert told["shortage"] == SHORT[policy][0]
    assert told["balance"]["owed"] == SHORT[policy][0]["owed_points"]


async def test_a_return_that_would_go_short_is_refused_where_the_programme_says_so(
    mall: Mall,
) -> None:
    await mall.programme(from_on=TODAY, shortage_policy="REJECT")
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    bought = await bakery.sells(hanako, yen=11_000)
    await bakery.accepts(hanako, 60)
    before = await mall.points_of(hanako)
    refused = await returned(bakery, bought, returned_yen=11_000)
    assert refused.slug == "not-enough-points"
    assert await mall.points_of(hanako) == before
    told = await brings_back(bakery, bought, returned_yen=4_400)
    assert came_to(told) == (0, 40, 0, 4_400)
