"""What the programme's own terms and a campaign's caps do to a sale. Pure tables."""

from datetime import date, timedelta
from typing import Any

import pytest

from federation.refusals import Validation
from tenants.earning import earn
from tenants.spending import Spend, buy, spend
from tenants.terms import ExpiryPolicy, Programme, RankBonus, Share, Terms
from tests.tenants.test_earning import (
    DAY,
    HUB,
    LONG_AGO,
    TAKAMATSU,
    TOMORROW,
    campaign,
    earned,
    member,
    parts,
    sale,
    till,
)

YESTERDAY = DAY - timedelta(days=1)
OTHER_SHOP = 130
SLIDING = ExpiryPolicy(
    kind="base",
    from_on=LONG_AGO,
    policy="SLIDING",
    months=12,
    qualifying=frozenset({"accrual", "redemption"}),
)


def had(**by_day: int) -> dict[tuple[str, date], int]:
    """What a member has had of the campaign: yesterday, today."""
    days = {"yesterday": YESTERDAY, "today": DAY}
    return {("campaign:x5", days[day]): points for day, points in by_day.items()}


PER_RECEIPT = {"cap_points_per_receipt": 30}
PER_DAY = {"cap_points_per_day": 30}
PER_MEMBER = {"cap_points_per_member": 30}


@pytest.mark.parametrize(
    ("caps", "used", "points"),
    [
        ({}, {}, 40),
        (PER_RECEIPT, {}, 30),
        ({"cap_points_per_receipt": 40}, {}, 40),
        (PER_RECEIPT, had(yesterday=30, today=30), 30),  # each receipt begins anew
        (PER_DAY, {}, 30),
        (PER_DAY, had(yesterday=30), 30),  # each day too
        (PER_DAY, had(today=10), 20),
        (PER_DAY, had(today=29), 1),  # given in part
        (PER_DAY, had(today=30), 0),
        (PER_DAY, had(today=99), 0),  # the cap was lowered meanwhile
        (PER_MEMBER, {}, 30),
        (PER_MEMBER, had(yesterday=10, today=10), 10),
        (PER_MEMBER, had(yesterday=30), 0),
        (PER_MEMBER, {("campaign:other", DAY): 30, ("redemption", DAY): 30}, 30),
        ({**PER_DAY, "cap_points_per_member": 35}, had(yesterday=20), 15),
        ({**PER_DAY, "cap_points_per_receipt": 5}, had(today=28), 2),
        (PER_DAY, {("campaign:other", DAY): 30, ("redemption", DAY): 30}, 30),
    ],
)
def test_a_cap_cuts_what_a_campaign_adds_and_nothing_else(
    caps: dict[str, int], used: dict[tuple[str, date], int], points: int
) -> None:
    booked = earned(sale(1_100), till(campaigns=(campaign(**caps),)), used=used)
    assert booked.points == 10 + points
    assert [grant.rule for grant in booked.grants] == ["base", "campaign:x5"][: 1 + (points > 0)]


def test_what_a_cap_leaves_is_carved_after_it() -> None:
    thirds = (Share("tenant", 2), Share("facility", 1))
    at = till(campaigns=(campaign(shares=thirds, cap_points_per_receipt=10),))
    assert parts(earned(sale(1_100), at))[1] == ("campaign:x5", (("takamatsu", 3), ("B", 7)))


def test_the_best_of_a_group_is_chosen_before_its_cap_cuts() -> None:
    running = (campaign("x5", 5, cap_points_per_receipt=1), campaign("x3", 3))
    assert parts(earned(sale(1_100), till(campaigns=running)))[1] == (
        "campaign:x5",
        (("takamatsu", 1),),
    )


@pytest.mark.parametrize(
    ("caps", "counted"), [({}, False), (PER_RECEIPT, False), (PER_DAY, True), (PER_MEMBER, True)]
)
def test_what_a_member_has_had_is_counted_where_a_cap_asks(
    caps: dict[str, int], counted: bool
) -> None:
    at = till(campaigns=(campaign(**caps),))
    assert earned(sale(1_100), at).grants[1].counted is counted
    assert at.counted == ({"campaign:x5"} if counted else set())


def test_what_is_spent_is_counted_where_the_programme_limits_a_day() -> None:
    limited = Programme(from_on=TOMORROW, redemption_limit_points_per_day=100)
    assert till(programme=(Programme(), limited)).counted == {"redemption"}


@pytest.mark.parametrize(("ring_fenced", "facility"), [(False, None), (True, TAKAMATSU.party_id)])
def test_ring_fenced_points_are_for_the_campaigns_facility(
    ring_fenced: bool, facility: int | None
) -> None:
    base, extra = earned(sale(1_100), till(campaigns=(campaign(ring_fenced=ring_fenced),))).grants
    assert (base.facility_id, extra.facility_id) == (None, facility)


def test_each_kind_of_points_lasts_by_its_own_policy() -> None:
    policies = (
        ExpiryPolicy(),
        ExpiryPolicy(kind="rank", policy="FIXED_MONTHS", months=24, month_end=True),
        ExpiryPolicy(kind="campaign", policy="FIXED_MONTHS", months=1),
    )
    at = till(expiry=policies, campaigns=(campaign(expires_on=None),))
    assert [one.expires_on for one in earned(sale(1_100), at, "premium").grants] == [
        date(2028, 3, 31),
        date(2028, 6, 30),
        date(2026, 7, 6),
    ]
    named = till(expiry=policies, campaigns=(campaign(),))
    assert earned(sale(1_100), named).grants[1].expires_on == date(2026, 8, 31)


def test_sliding_points_have_no_day_of_their_own_and_limited_points_never_slide() -> None:
    at = till(expiry=(SLIDING,), campaigns=(campaign(),))
    booked = earned(sale(1_100), at, "premium")
    assert [(one.expires_on, one.limited) for one in booked.grants] == [
        (None, False),
        (None, False),
        (date(2026, 8, 31), True),
    ]
    assert booked.slides_to == date(2027, 6, 6)
    left_to_policy = till(expiry=(SLIDING,), campaigns=(campaign(expires_on=None),))
    extra = earned(sale(1_100), left_to_policy).grants[1]
    assert (extra.expires_on, extra.limited) == (None, False)


@pytest.mark.parametrize(
    ("qualifying", "paid_yen", "slides"),
    [
        ({"accrual"}, 110, True),
        ({"accrual"}, 109, False),  # a sale that earns nothing
        ({"accrual", "sale-without-points"}, 109, True),
    ],
)
def test_a_sale_that_earns_nothing_qualifies_only_where_that_was_chosen(
    qualifying: Any, paid_yen: int, slides: bool
) -> None:
    policy = ExpiryPolicy(policy="SLIDING", months=12, qualifying=frozenset(qualifying))
    booked = earned(sale(paid_yen), till(expiry=(policy,)))
    assert booked.slides_to == (date(2027, 6, 6) if slides else None)


@pytest.mark.parametrize(
    ("usable_from", "expires_on", "day"),
    [
        ("AT_ONCE", date(2026, 8, 31), DAY),
        ("NEXT_DAY", date(2026, 8, 31), TOMORROW),
        ("NEXT_DAY", DAY, DAY),  # the last day is a day on which it can be used
    ],
)
def test_points_are_usable_at_once_or_from_the_next_day(
    usable_from: Any, expires_on: date, day: date
) -> None:
    at = till(
        programme=(Programme(usable_from=usable_from),),
        campaigns=(campaign(expires_on=expires_on),),
    )
    assert earned(sale(1_100), at).grants[1].usable_from == day


def test_a_change_of_the_programme_goes_by_business_date() -> None:
    at = till(programme=(Programme(), Programme(from_on=DAY, usable_from="NEXT_DAY")))
    assert earned(sale(110, business_date=YESTERDAY), at).grants[0].usable_from == YESTERDAY
    assert earned(sale(110), at).grants[0].usable_from == TOMORROW


def counter(**other: Any) -> Any:
    """A service counter of B's tenant, which has another shop with a register R7."""
    cheap = Terms(LONG_AGO, 100, 0, frozenset({"stamps"}), "PAYMENT")
    return till(
        till="C01",
        counter=True,
        siblings={"C01": 120, "T01": 120, "R7": OTHER_SHOP},
        terms_of={120: till().terms, OTHER_SHOP: (cheap,)},
        campaigns=(campaign(),),
        **other,
    )


@pytest.mark.parametrize(
    ("more", "at", "granted", "days_back"),
    [
        ({"late": True, "receipt_till": "T01"}, counter(), ["base"], 7),
        ({"receipt_till": "T01"}, counter(), ["base", "rank:premium", "campaign:x5"], 1),
        (
            {"late": True},
            till(campaigns=(campaign(),)),
            ["base", "rank:premium", "campaign:x5"],
            1,
        ),
        (
            {"late": True, "receipt_till": "T01"},
            counter(programme=(Programme(late_claim_days=3),)),
            ["base"],
            3,
        ),
    ],
)
def test_a_late_claim_at_a_counter_earns_the_base_alone_and_may_be_some_days_old(
    more: dict[str, Any], at: Any, granted: list[str], days_back: int
) -> None:
    claim = sale(1_100, **more)
    assert [one.rule for one in earned(claim, at, "premium").grants] == granted
    assert claim.days_back(at) == days_back


def test_a_claim_earns_by_the_terms_of_the_shop_that_sold() -> None:
    claim = sale(1_100, late=True, receipt_till="R7")
    assert earned(claim, counter()).points == 11  # 100 円 a point there
    assert claim.receipt().till == "R7"


@pytest.mark.parametrize(
    ("claim", "pointer"),
    [
        (sale(1_100, late=True), "/receipt_till"),  # the register must be named
        (sale(1_100, late=True, receipt_till="X9"), "/receipt_till"),  # and be one of the tenant's
        (sale(1_000, late=True, receipt_till="R7", points=100), "/late"),
    ],
)
def test_a_claim_names_a_register_of_the_tenant_and_spends_nothing(
    claim: Any, pointer: str
) -> None:
    with pytest.raises(Validation) as refused:
        (buy if hasattr(claim, "pin") else earn)(claim, counter(), member())
    assert refused.value.extra == {"pointer": pointer}


def spending(**more: Any) -> Spend:
    return Spend(
        slip="S-2", till="T01", business_date=DAY, at=sale(1).at, card="6304123412341232",
        points=10, payable_yen=100, **more,
    )  # fmt: skip


def test_a_redemption_goes_by_the_programme_of_its_day() -> None:
    plain = spend(spending(), till(), member()).redeem
    assert plain is not None
    assert (plain.limited_first, plain.slides_to, plain.counted) == (False, None, False)
    programme = Programme(spend_order="LIMITED_FIRST", redemption_limit_points_per_day=10)
    at = till(programme=(programme,), expiry=(SLIDING,))
    for order in (spend(spending(), at, member()), buy(sale(110, points=10), at, member())):
        assert order.redeem is not None
        assert (order.redeem.limited_first, order.redeem.counted) == (True, True)
        assert order.redeem.slides_to == date(2027, 6, 6)


def test_a_late_claim_has_the_rank_of_nobody_whatever_a_bonus_says() -> None:
    generous = (RankBonus(LONG_AGO, "premium", 9, HUB),)
    claim = sale(1_100, late=True, receipt_till="T01")
    assert earned(claim, counter(rank_bonuses=generous), "premium").points == 10
