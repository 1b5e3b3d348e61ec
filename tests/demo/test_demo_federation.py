"""The federation's facts hold together: names, cards, and who pays with points."""

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from deploy.demo.federation import (
    CAMPAIGN,
    EXCLUDED_CATEGORIES,
    FACILITIES,
    OPERATOR,
    PREMIUM,
    TRADES,
    Bought,
    card_number,
    luhn_digit,
    recipient,
    spends,
    tenants,
    trade,
    tries_to_redeem,
)
from settlement.paper.registration import is_corporate

HOUSEHOLDS = range(1, 2_501)


def receipt(number: int, *, excluded: bool = False) -> Bought:
    return Bought(
        facility=1,
        trade="bakery",
        household=number % 40,
        at=datetime(2025, 6, 6, 10, tzinfo=timezone(timedelta(hours=9))),
        business_date=date(2025, 6, 6),
        receipt_no=f"{number:04}",
        paid_yen=1_100,
        category="bakery",
        excluded=excluded,
    )


@pytest.mark.parametrize("language", ["name_ja", "name_en"])
def test_no_two_parties_share_a_name(language):
    parties = [OPERATOR, *FACILITIES, *tenants().values()]
    names = [getattr(party, language) for party in parties]
    assert len(set(names)) == len(names)
    assert all(names)


def test_no_two_parties_share_a_code():
    codes = [party.code for party in (OPERATOR, *FACILITIES, *tenants().values())]
    assert len(set(codes)) == len(codes)


def test_every_trade_stands_in_every_facility():
    assert len(tenants()) == len(TRADES) * len(FACILITIES) == 69
    assert len({sells.code for sells in TRADES.values()}) == len(TRADES)


def test_every_party_is_somebody_on_paper_with_a_number_of_its_own():
    parties = [*FACILITIES, *tenants().values()]
    papers = [recipient(party, number) for number, party in enumerate(parties, start=1)]
    numbers = {one.registration_number for one in papers}
    assert len(numbers) == len(papers)
    assert all(number and is_corporate(number) for number in numbers)
    bakery = recipient(tenants()["takamatsu-bakery"], 7)
    assert (bakery.legal_name, bakery.address) == (
        "高松ベーカリー 麦の香",
        "高松市架空町7番地",
    )


def test_a_shop_says_where_it_stands_and_what_it_sells():
    bakery = tenants()["takamatsu-bakery"]
    assert (bakery.name_ja, bakery.name_en) == (
        "高松ベーカリー 麦の香",
        "Muginoka Bakery Takamatsu",
    )


def test_the_large_shops_have_several_tills_and_each_its_own_code():
    assert tenants()["matsuyama-supermarket"].tills == ("T01", "T02", "T03", "T04")
    assert tenants()["matsuyama-bakery"].tills == ("T01",)


def test_fuel_and_spirits_are_excluded_and_nothing_else():
    assert {name for name, sells in TRADES.items() if sells.excluded} == {"FUEL", "SPIRITS"}
    assert {trade("FUEL").category, trade("SPIRITS").category} == set(EXCLUDED_CATEGORIES)


def test_a_department_we_do_not_know_is_no_trade():
    with pytest.raises(KeyError):
        trade("COUPON")


def test_the_campaign_is_takamatsu_at_five_times_for_three_days():
    assert FACILITIES[CAMPAIGN.facility].city_ja == "高松"
    assert (CAMPAIGN.to_on - CAMPAIGN.from_on).days == 2
    assert (CAMPAIGN.multiplier, CAMPAIGN.expires_on) == (5, date(2025, 8, 31))
    assert dict(CAMPAIGN.weights) == {"facility": 1, "tenant": 1}


def test_premium_members_earn_twice_the_base_and_the_operator_pays_the_second_half():
    assert (PREMIUM.year_yen, PREMIUM.multiplier, PREMIUM.funder) == (200_000, 2, "operator")


@pytest.mark.parametrize(
    ("digits", "check"),
    [("7992739871", "3"), ("424242424242424", "2"), ("411111111111111", "1"), ("0", "0")],
)
def test_the_check_digit_is_the_one_known_numbers_carry(digits, check):
    assert luhn_digit(digits) == check


def test_every_household_has_a_card_of_its_own():
    cards = [card_number(household) for household in HOUSEHOLDS]
    assert len(set(cards)) == len(cards)
    assert {len(card) for card in cards} == {16}
    assert {card[:4] for card in cards} == {"6304"}
    assert all(luhn_digit(card[:-1]) == card[-1] for card in cards)


def test_card_numbers_show_no_sequence():
    middles = [int(card_number(household)[4:15]) for household in HOUSEHOLDS]
    rising = sum(here < then for here, then in pairwise(middles))
    assert 1_100 < rising < 1_400
    assert min(abs(here - then) for here, then in pairwise(middles)) > 1_000


def test_a_card_is_the_same_for_the_same_seed_and_another_for_another():
    assert card_number(7, 1) == card_number(7, 1) != card_number(7, 2)


def test_who_pays_with_points_does_not_depend_on_whose_turn_it_is():
    receipts = [receipt(number) for number in range(1, 1_001)]
    forwards = {one.receipt_no: tries_to_redeem(one) for one in receipts}
    backwards = {one.receipt_no: tries_to_redeem(one) for one in reversed(receipts)}
    assert forwards == backwards


def test_eight_receipts_in_a_hundred_ask_to_pay_with_points():
    asked = sum(tries_to_redeem(receipt(number)) for number in range(1, 10_000))
    assert 700 < asked < 900


def test_another_seed_chooses_other_receipts():
    receipts = [receipt(number) for number in range(1, 1_001)]
    assert [tries_to_redeem(one, 1) for one in receipts] != [
        tries_to_redeem(one, 2) for one in receipts
    ]


def test_nobody_pays_with_points_where_points_are_not_given():
    assert not any(tries_to_redeem(receipt(number, excluded=True)) for number in range(1, 1_001))


@pytest.mark.parametrize(
    ("balance", "payable", "points"),
    [
        (0, 1_000, 0),
        (49, 1_000, 0),
        (50, 1_000, 50),
        (60, 60, 60),
        (120, 119, 119),
        (499, 9_999, 499),
        (500, 9_999, 500),
        (501, 9_999, 500),
    ],
)
def test_a_member_pays_what_is_there_up_to_the_price_and_the_cards_limit(balance, payable, points):
    assert spends(balance, payable) == points
