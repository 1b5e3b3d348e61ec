"""What a sale earns, by which rules, and who pays: the worked figures of domain 1, 6.1 and 6.2."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from federation.refusals import Validation
from federation.slips import Accrual, Holder
from tenants.earning import Line, Sale, Tender, best, carve, earn, excluded, why_nothing
from tenants.spending import Purchase, buy
from tenants.terms import Campaign, NotYetInForce, Party, RankBonus, Scheme, Share, Terms, Till

DAY = date(2026, 6, 6)
TOMORROW = date(2026, 6, 7)
LONG_AGO = date(2020, 4, 1)
HUB = Party(1, "hub")
SHOP_B = Party(12, "B")
TAKAMATSU = Party(20, "takamatsu")
TERMS = Terms(LONG_AGO, 110, 500, frozenset({"tobacco"}), "PAYMENT")


def till(**other: Any) -> Till:
    """A till of shop B in Takamatsu, as the mall's books know it."""
    known: dict[str, Any] = {
        "client_id": "c_test",
        "tenant_id": SHOP_B.party_id,
        "shop_id": 120,
        "till": "T01",
        "vouched": 0,
        "shop": "B",
        "tenant": SHOP_B,
        "facility": TAKAMATSU,
        "operator": HUB,
        "day_starts": time(0),
        "terms": (TERMS,),
        "schemes": (Scheme(LONG_AGO, 1),),
        "rank_bonuses": (RankBonus(LONG_AGO, "premium", 2, HUB),),
        "campaigns": (),
    }
    return Till(**{**known, **other})


def campaign(code: str = "x5", multiplier: int = 5, **other: Any) -> Campaign:
    """A campaign at Takamatsu on the day, shared half and half."""
    known: dict[str, Any] = {
        "facility_id": TAKAMATSU.party_id,
        "from_on": DAY,
        "to_on": DAY,
        "stack_group": "campaign",
        "expires_on": date(2026, 8, 31),
        "shares": (Share("tenant", 1), Share("facility", 1)),
    }
    return Campaign(code, multiplier=multiplier, **{**known, **other})


def member(rank: str = "general", points: int = 10_000, **other: Any) -> Holder:
    known: dict[str, Any] = {
        "points_held": 0,
        "points_owed": 0,
        "state": "active",
        "carrier_kind": "code",
        "carrier_state": "active",
    }
    return Holder(member_id=7, rank=rank, points=points, **{**known, **other})


def sale(paid_yen: int, **more: Any) -> Sale:
    """A sale of the day; with points it is a purchase."""
    asked: dict[str, Any] = {
        "slip": "S-1",
        "till": "T01",
        "business_date": DAY,
        "at": datetime(2026, 6, 6, 3, tzinfo=UTC),
        "card": "6304123412341232",
        "receipt_no": "0042",
        **more,
    }
    return (Purchase if "points" in more else Sale)(paid_yen=paid_yen, **asked)


def earned(bought: Sale, at: Till | None = None, rank: str = "general", **known: Any) -> Accrual:
    """What a sale earns, by the rule of its own route."""
    rule: Any = buy if isinstance(bought, Purchase) else earn
    accrual = rule(bought, at or till(), member(rank, **known)).accrue
    assert accrual is not None
    return accrual


def lines(*amounts: tuple[int, str | None]) -> list[Line]:
    return [Line(amount_yen=yen, category=category) for yen, category in amounts]


EATEN, SMOKED = "food", "tobacco"


@pytest.mark.parametrize(
    ("paid_yen", "more", "points"),
    [
        (0, {}, 0),
        (109, {}, 0),
        (110, {}, 1),
        (219, {}, 1),
        (220, {}, 2),
        (10_000_000, {}, 90_909),
        (1_800, {"points": 180}, 16),  # a total of 1,980
        (3_240, {"points": 60}, 29),  # a total of 3,300
        (1_400, {"points": 100, "lines": lines((1_000, EATEN), (500, SMOKED))}, 8),
        (1_400, {"points": 100, "excluded_yen": 500}, 8),
        (1_500, {"lines": lines((1_000, EATEN), (500, SMOKED))}, 9),
        (500, {"points": 1_000, "lines": lines((1_000, EATEN), (500, SMOKED))}, 0),
        (110, {"lines": lines((55, EATEN), (55, "toys"))}, 1),  # floored per receipt, not per line
    ],
)
def test_a_sale_earns_a_point_for_each_whole_110_yen_paid_in_money(
    paid_yen: int, more: dict[str, Any], points: int
) -> None:
    assert earned(sale(paid_yen, **more)).points == points


@pytest.mark.parametrize(
    ("paid_yen", "more", "reason"),
    [
        (109, {}, "below-unit"),
        (0, {}, "below-unit"),
        (1, {"points": 1_000}, "below-unit"),
        (500, {"excluded_yen": 500}, "excluded"),
        (500, {"points": 1_000, "excluded_yen": 500}, "excluded"),
        (0, {"points": 1_000}, "paid-by-points"),
        (110, {}, None),
    ],
)
def test_a_sale_that_earns_nothing_says_why(
    paid_yen: int, more: dict[str, Any], reason: str | None
) -> None:
    booked = earned(sale(paid_yen, **more))
    assert (booked.reason, bool(booked.grants)) == (reason, reason is None)


def test_why_nothing_looks_at_the_goods_before_the_tender() -> None:
    assert why_nothing(sale(50), eligible_yen=50) == "below-unit"
    assert why_nothing(sale(500, points=100), eligible_yen=0) == "excluded"
    assert why_nothing(sale(0, points=100), eligible_yen=0) == "paid-by-points"


@pytest.mark.parametrize(
    ("paid_yen", "more", "to_go"),
    [
        (0, {}, 110),
        (109, {}, 1),
        (110, {}, 110),
        (3_240, {"points": 60}, 60),
        (500, {"excluded_yen": 500}, 110),
    ],
)
def test_a_receipt_names_the_yen_to_the_next_point(
    paid_yen: int, more: dict[str, Any], to_go: int
) -> None:
    assert earned(sale(paid_yen, **more)).yen_to_next_point == to_go


def parts(accrual: Accrual) -> list[tuple[str, tuple[tuple[str, int], ...]]]:
    """Each rule with what each funder pays, in the order in which the lots are numbered."""
    return [
        (grant.rule, tuple((part.party, part.points) for part in grant.parts))
        for grant in accrual.grants
    ]


def test_a_premium_member_at_five_times_costs_three_parties_their_own_parts() -> None:
    booked = earned(sale(7_700), till(campaigns=(campaign(),)), "premium")  # T2 of domain 1.6
    assert parts(booked) == [
        ("base", (("B", 70),)),
        ("rank:premium", (("hub", 70),)),
        ("campaign:x5", (("takamatsu", 140), ("B", 140))),
    ]
    base, rank, extra = booked.grants
    assert (base.expires_on, rank.expires_on) == (date(2028, 3, 31), date(2028, 3, 31))
    assert (extra.expires_on, extra.limited) == (date(2026, 8, 31), True)
    assert not base.limited
    assert not rank.limited


def test_three_times_by_sixty_to_forty() -> None:
    shares = (Share("tenant", 40), Share("facility", 60))  # E1 of domain 1.7
    at = till(campaigns=(campaign("x3", 3, shares=shares),))
    assert parts(earned(sale(5_500), at)) == [
        ("base", (("B", 50),)),
        ("campaign:x3", (("takamatsu", 60), ("B", 40))),
    ]


@pytest.mark.parametrize(
    ("points", "shares", "carved"),
    [
        (45, {"tenant": 1, "facility": 1}, {"takamatsu": 23, "B": 22}),  # a tie goes to facility
        (45, {"tenant": 1, "operator": 1}, {"hub": 23, "B": 22}),  # and to the operator
        (1, {"tenant": 1, "facility": 1, "operator": 1}, {"takamatsu": 1}),
        (2, {"tenant": 1, "facility": 1, "operator": 1}, {"takamatsu": 1, "hub": 1}),
        (100, {"tenant": 40, "facility": 60}, {"takamatsu": 60, "B": 40}),
        (1, {"tenant": 2, "facility": 1}, {"B": 1}),  # the largest remainder comes before a tie
        (10, {"tenant": 2, "facility": 1}, {"takamatsu": 3, "B": 7}),
        (7, {"tenant": 1}, {"B": 7}),
        (100, {"tenant": 1, "facility": 999}, {"takamatsu": 100}),
    ],
)
def test_co_funded_points_are_carved_into_whole_ones(
    points: int, shares: dict[Any, int], carved: dict[str, int]
) -> None:
    given = campaign(shares=tuple(Share(funder, weight) for funder, weight in shares.items()))
    for told in (given, campaign(shares=tuple(reversed(given.shares)))):
        ours = carve(points, told, till())
        assert {part.party: part.points for part in ours} == carved
        assert sum(part.points for part in ours) == points


def test_a_shop_of_no_facility_has_the_operator_for_landlord() -> None:
    given = campaign(facility_id=None)
    assert parts(earned(sale(1_100), till(facility=None, campaigns=(given,)))) == [
        ("base", (("B", 10),)),
        ("campaign:x5", (("hub", 20), ("B", 20))),
    ]


X2, X3, X5 = campaign("x2", 2), campaign("x3", 3), campaign("x5", 5)
OTHER_GROUP = campaign("visit", 2, stack_group="visit")
LONGER = campaign("x5-longer", 5, expires_on=date(2026, 9, 30))


@pytest.mark.parametrize(
    ("running", "points"),
    [
        ((), 10),
        ((X2,), 20),
        ((X2, X3, X5), 50),  # the best of a group
        ((X5, X3, X2), 50),
        ((X3, OTHER_GROUP), 40),  # groups add up: 10 + 20 + 10
        ((X2, X5, OTHER_GROUP), 60),
    ],
)
def test_of_a_group_the_best_counts_and_groups_add_up(
    running: tuple[Campaign, ...], points: int
) -> None:
    assert earned(sale(1_100), till(campaigns=running)).points == points


def test_of_equally_generous_campaigns_the_one_that_lasts_longer_counts() -> None:
    assert best([X5, LONGER, X3]) == best([LONGER, X3, X5]) == [LONGER]
    assert best([OTHER_GROUP, X5, X2]) == [X5, OTHER_GROUP]


@pytest.mark.parametrize(
    ("rank", "multipliers", "points"),
    [
        ("general", {LONG_AGO: 2}, 10),
        ("premium", {LONG_AGO: 2}, 20),
        ("premium", {}, 10),
        ("premium", {TOMORROW: 2}, 10),
        ("premium", {DAY: 3, LONG_AGO: 2}, 30),
        ("premium", {LONG_AGO: 2, DAY: 1}, 10),  # it adds nothing any more
    ],
)
def test_a_rank_adds_to_the_base_from_its_day_on(
    rank: str, multipliers: dict[date, int], points: int
) -> None:
    bonuses = tuple(RankBonus(on, "premium", most, HUB) for on, most in multipliers.items())
    assert earned(sale(1_100), till(rank_bonuses=bonuses), rank).points == points


@pytest.mark.parametrize(
    ("business_date", "points"),
    [
        (date(2026, 6, 4), 10),
        (date(2026, 6, 5), 11),  # 100 yen a point from this business date on
        (date(2026, 6, 6), 55),  # and five times on this one
        (date(2026, 6, 7), 11),
        (date(2026, 7, 1), 22),
    ],
)
def test_a_sale_earns_by_the_terms_of_its_business_date(business_date: date, points: int) -> None:
    terms = tuple(
        Terms(from_on, yen, 500, frozenset(), "PAYMENT")
        for from_on, yen in ((date(2026, 7, 1), 50), (LONG_AGO, 110), (date(2026, 6, 5), 100))
    )
    at = till(terms=terms, campaigns=(campaign(),))
    assert earned(sale(1_100, business_date=business_date), at).points == points


@pytest.mark.parametrize(
    ("facility", "at", "points"),
    [
        (TAKAMATSU.party_id, TAKAMATSU, 50),
        (None, TAKAMATSU, 50),  # everywhere
        (None, None, 50),
        (TAKAMATSU.party_id, Party(21, "matsuyama"), 10),
        (TAKAMATSU.party_id, None, 10),
    ],
)
def test_a_campaign_runs_in_its_own_facility(
    facility: int | None, at: Party | None, points: int
) -> None:
    here = till(facility=at, campaigns=(campaign(facility_id=facility),))
    assert earned(sale(1_100), here).points == points


@pytest.mark.parametrize(
    ("business_date", "expires_on"),
    [
        (date(2026, 3, 31), date(2027, 3, 31)),
        (date(2026, 4, 1), date(2028, 3, 31)),
        (date(2026, 12, 31), date(2028, 3, 31)),
        (date(2027, 1, 1), date(2028, 3, 31)),
        (date(2027, 3, 31), date(2028, 3, 31)),
    ],
)
def test_points_last_to_the_end_of_the_next_fiscal_year(
    business_date: date, expires_on: date
) -> None:
    (base,) = earned(sale(110, business_date=business_date)).grants
    assert (base.expires_on, base.usable_from) == (expires_on, business_date)


def test_the_scheme_of_a_point_is_that_of_its_business_date() -> None:
    schemes = (Scheme(LONG_AGO, 1), Scheme(TOMORROW, 2))
    for day, scheme_id in ((DAY, 1), (TOMORROW, 2)):
        assert earned(sale(110, business_date=day), till(schemes=schemes)).scheme_id == scheme_id


@pytest.mark.parametrize("nothing", ["terms", "schemes"])
def test_before_anything_was_agreed_a_sale_is_refused_and_its_slip_not_burnt(nothing: str) -> None:
    with pytest.raises(NotYetInForce):
        earned(sale(110), till(**{nothing: ()}))
    assert not NotYetInForce.burns


CASH, BY_POINTS = Tender("cash", 1_000), Tender("points", 100)
BASKET = lines((600, EATEN), (500, SMOKED))


@pytest.mark.parametrize(
    ("bought", "excluded_yen"),
    [
        (sale(1_100), 0),
        (sale(1_100, excluded_yen=1_100), 1_100),
        (sale(1_100, lines=BASKET), 500),
        (sale(1_100, lines=BASKET, excluded_yen=500), 500),
        (sale(1_000, points=100, lines=BASKET, tenders=[CASH, BY_POINTS]), 500),
        (sale(1_100, tenders=[Tender("credit", 1_100)]), 0),
        (sale(0, lines=lines((0, SMOKED))), 0),
    ],
)
def test_what_earns_nothing_is_summed_by_category_or_told_by_the_till(
    bought: Sale, excluded_yen: int
) -> None:
    assert excluded(bought, TERMS) == excluded_yen


@pytest.mark.parametrize(
    ("bought", "pointer"),
    [
        (sale(1_100, excluded_yen=1_101), "/excluded_yen"),
        (sale(1_100, lines=BASKET, excluded_yen=499), "/excluded_yen"),
        (sale(1_100, lines=BASKET, excluded_yen=0), "/excluded_yen"),
        (sale(1_099, lines=BASKET), "/lines"),
        (sale(1_100, points=1, lines=BASKET), "/lines"),
        (sale(1_100, tenders=[CASH]), "/tenders"),
        (sale(1_100, tenders=[CASH, BY_POINTS]), "/tenders"),  # no points were spent here
        (sale(1_000, points=100, tenders=[Tender("cash", 1_100)]), "/tenders"),
        (sale(900, points=200, tenders=[CASH, BY_POINTS]), "/tenders"),
    ],
)
def test_a_receipt_that_does_not_add_up_is_refused_where_it_does_not(
    bought: Sale, pointer: str
) -> None:
    with pytest.raises(Validation) as refused:
        excluded(bought, TERMS)
    assert refused.value.extra == {"pointer": pointer}
