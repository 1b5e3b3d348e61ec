"""Stamp cards, rallies and what else the journal leads to, as tables: no database is asked."""

from datetime import date, timedelta
from typing import Any

import pytest

from tenants.occasion import Occasion, running
from tenants.stamping import Card
from tenants.unfolding import Brought, Happening, Unfolded

BEGIN = date(2026, 6, 3)
DAY = timedelta(days=1)
HANAKO, TARO = 1, 2


def occasion(code: str, kind: Any, **more: Any) -> Occasion:
    told = {"occasion_id": 7, "from_on": BEGIN, "points": 100, "operator_weight": 1, **more}
    return Occasion(code=code, kind=kind, **told)


def came(number: int, **more: Any) -> Happening:
    """A sale of 1,000 yen that earned, on the first day, at the first shop."""
    told = {
        "kind": "accrual", "points": 9, "paid_yen": 1_000, "business_date": BEGIN, "shop_id": 11,
        "facility_id": 21, "member_id": HANAKO, "booked_for": HANAKO, **more,
    }  # fmt: skip
    return Happening(number=number, entry_id=100 + number, **told)


def undone(number: int, of: int, **more: Any) -> Happening:
    return came(number, kind="reversal", of_entry_id=100 + of, of_on=BEGIN, **more)


def unfolded(what: list[Occasion], *happened: Happening, **known: Any) -> Unfolded:
    found = Unfolded(what, BEGIN, **known)
    for one in happened:
        found.take(one)
    return found


def slips(found: Unfolded) -> list[str]:
    return [row["slip"] for row in found.gifts]


COFFEE = occasion("coffee", "stamp", stamps=2, paid_yen_from=500, open_days=30)
DAILY = occasion("daily", "stamp", stamps=2, per="shop")
RALLY = occasion("rally", "rally", stamps=2, open_days=10)
later = {"business_date": BEGIN + DAY}
CARDS = [
    # what collects, what happened, stamps on the cards, what was issued
    ("each sale", COFFEE, [came(1), came(2)], [2], ["stamp/coffee/1/1"]),
    ("too small", COFFEE, [came(1), came(2, paid_yen=499)], [1], []),
    ("the card after", COFFEE, [came(n) for n in range(1, 6)], [2, 2, 1],
     ["stamp/coffee/1/1", "stamp/coffee/1/2"]),
    ("the last day", COFFEE, [came(1), came(2, business_date=BEGIN + 30 * DAY)], [2],
     ["stamp/coffee/1/1"]),
    ("run out", COFFEE, [came(1), came(2, business_date=BEGIN + 31 * DAY)], [1, 1], []),
    ("undone", COFFEE, [came(1), undone(2, of=1), came(3)], [1], []),
    ("undone too late", COFFEE, [came(1), came(2), undone(3, of=2)], [2], ["stamp/coffee/1/1"]),
    ("one a day and shop", DAILY, [came(1), came(2), came(3, shop_id=12)], [2],
     ["stamp/daily/1/1"]),
    ("not on two cards", DAILY, [came(1), came(2, **later), came(3, **later)], [2],
     ["stamp/daily/1/1"]),
    ("a visit counts", DAILY, [came(1, kind="bonus", visited=True, paid_yen=None),
     came(2, **later)], [2], ["stamp/daily/1/1"]),
    ("another bonus does not", DAILY, [came(1, kind="bonus")], [], []),
    ("two facilities", RALLY, [came(1), came(2), came(3, facility_id=22)], [2],
     ["rally/rally/1/1"]),
    ("within ten days", RALLY, [came(1), came(2, facility_id=22, business_date=BEGIN + 9 * DAY)],
     [2], ["rally/rally/1/1"]),
    ("after ten days", RALLY, [came(1), came(2, facility_id=22, business_date=BEGIN + 10 * DAY)],
     [1], []),
    ("a shop of none", RALLY, [came(1, facility_id=None)], [], []),
]  # fmt: skip


@pytest.mark.parametrize(("told", "what", "happened", "marks", "issued"), CARDS)
def test_a_card_is_stamped(
    told: str, what: Occasion, happened: list[Happening], marks: list[int], issued: list[str]
) -> None:
    found = unfolded([what], *happened)
    assert [len(card.marks) for card in found.cards] == marks, told
    assert slips(found) == issued, told


def test_a_return_takes_the_stamp_where_what_is_left_would_have_none() -> None:
    for rest_yen, left in ((500, 1), (499, 0)):
        back = came(2, kind="return", of_entry_id=101, of_on=BEGIN, rest_yen=rest_yen)
        assert [len(card.marks) for card in unfolded([COFFEE], came(1), back).cards] == [left]
    back = came(2, kind="return", of_entry_id=101, of_on=BEGIN, rest_yen=0)
    assert [len(card.marks) for card in unfolded([DAILY], came(1), back).cards] == [1], "they came"


def test_the_same_stretch_told_in_any_slices_leaves_the_same() -> None:
    happened = [came(1), undone(2, of=1), came(3), came(4), came(5)]
    whole = unfolded([COFFEE], *happened)
    for cut in range(len(happened) + 1):
        first = unfolded([COFFEE], *happened[:cut])
        cards: dict[tuple[int, str], Card] = {}
        for card in first.cards:
            cards[card.member_id, card.code] = card
        second = unfolded([COFFEE], *happened[cut:], cards=cards.values())
        assert slips(first) + slips(second) == slips(whole)


FRIEND = occasion("tomo", "referral", friend_points=50, paid_yen_from=500)
REFERRALS = [
    ("the first that earns", [came(1, points=0), came(2), came(3)], {HANAKO: 102}, "102", 0),
    ("too small", [came(1, paid_yen=499)], {}, None, 0),
    ("undone on its day", [came(1), undone(2, of=1)], {HANAKO: None}, "101", 1),
    (
        "undone later",
        [came(1), undone(2, of=1, business_date=BEGIN + DAY)],
        {HANAKO: 101},
        "101",
        0,
    ),
    ("the next one", [came(1), undone(2, of=1), came(3)], {HANAKO: 103}, "101 103", 1),
]


@pytest.mark.parametrize(("told", "happened", "closed", "entries", "gone"), REFERRALS)
def test_a_friends_purchase_rewards_both(
    told: str,
    happened: list[Happening],
    closed: dict[int, int | None],
    entries: str | None,
    gone: int,
) -> None:
    found = unfolded([FRIEND], *happened, brought={HANAKO: Brought(TARO, None)})
    sides = [
        (f"referral/{entry}/{side}", member, points)
        for entry in (entries or "").split()
        for side, member, points in (("friend", HANAKO, 50), ("referrer", TARO, 100))
    ]
    assert [(row["slip"], row["member_id"], row["points"]) for row in found.gifts] == sides, told
    assert found.referrals == closed, told
    assert len(found.causes_gone) == gone, told


def test_what_is_asked_for_on_a_day_is_the_version_that_began_last() -> None:
    first = occasion("x", "visit", occasion_id=1)
    off = occasion("x", "visit", occasion_id=2, running=False, from_on=BEGIN + DAY)
    on = occasion("x", "visit", occasion_id=3, from_on=BEGIN + DAY)
    ahead = occasion("x", "visit", occasion_id=4, from_on=BEGIN + 9 * DAY)
    found = [running([ahead, on, off, first], BEGIN + n * DAY, "visit") for n in (-1, 0, 1, 9)]
    assert [[one.occasion_id for one in some] for some in found] == [[], [1], [3], [4]]
    assert running([first, off], BEGIN + DAY, "visit") == []
    assert running([first], BEGIN, "login") == []
