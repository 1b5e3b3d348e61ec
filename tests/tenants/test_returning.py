"""What comes back and what is taken back when goods are returned, and why not: pure tables."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from federation.past import Past, PastDraw, PastEntry
from federation.purse import Lot
from federation.refusals import (
    AlreadyReturned,
    AlreadyReversed,
    NotArrived,
    NotFound,
    Refusal,
    ReturnExceedsOriginal,
    Validation,
)
from tenants.returning import BringBack, bring_back
from tests.tenants.test_spending import terms, till

DAY = date(2026, 6, 3)
SHOP = 110
LINES = [
    {"amount_yen": 1_100, "category": "food", "quantity": 2},
    {"amount_yen": 550, "category": "tobacco", "quantity": 1},
]


def entry(entry_id: int, kind: str, points: int, **more: Any) -> PastEntry:
    """An entry of the slip S-1."""
    blank = dict.fromkeys(PastEntry.__struct_fields__)
    known = {
        "member_id": 7,
        "entry_id": entry_id,
        "kind": kind,
        "points": points,
        "business_date": DAY,
        "cycle_id": 20260601,
        "shop_id": SHOP,
        "till": "T01",
        "slip": "S-1",
        "rank": "general",
    }
    return PastEntry(**{**blank, **known, **more})


def lot(points: int) -> Lot:
    """What the accrual gave by its base rule."""
    return Lot(7, 2, 0, points, points, 0, SHOP, 11, 1, None, False, "base", DAY, DAY)


def draw(entry_id: int, points: int) -> PastDraw:
    """Points of an older lot that paid (+) or came back (-)."""
    return PastDraw(7, entry_id, 1, 0, "redemption", 0, points, None, None)


def sold(paid_yen: int, points: int = 0, *later: Any, **more: Any) -> Past:
    """A purchase of so much, so many points of it; and what was booked since."""
    earned = (paid_yen - more.get("excluded_yen", 0)) // 110
    entries = [entry(2, "accrual", earned, **{"paid_yen": paid_yen, "excluded_yen": 0, **more})]
    draws = []
    if points:
        entries.insert(0, entry(1, "redemption", -points))
        draws.append(draw(1, points))
    for one in later:
        (draws if isinstance(one, PastDraw) else entries).append(one)
    return Past(SHOP, "S-1", True, entries=tuple(entries), draws=tuple(draws), lots=(lot(earned),))


def asked(**content: Any) -> BringBack:
    """A return of the slip S-1, unless it says otherwise."""
    of = {} if "receipt" in content else {"of": "S-1"}
    told = {
        "slip": "S-2",
        "till": "T01",
        "business_date": DAY.isoformat(),
        "at": datetime(2026, 6, 3, 3, tzinfo=UTC).isoformat(),
        **of,
        **content,
    }
    return msgspec.convert(told, BringBack)


def line(number: int, quantity: int, amount_yen: int) -> dict[str, int]:
    return {"line": number, "quantity": quantity, "amount_yen": amount_yen}


@pytest.mark.parametrize(
    ("past", "content", "restored", "cash", "taken"),
    [
        (sold(1_100), {"returned_yen": 1_100}, 0, 1_100, 10),
        (sold(1_100), {"returned_yen": 1}, 0, 1, 1),
        (sold(1_110), {"returned_yen": 10}, 0, 10, 0),
        (sold(1_110), {"returned_yen": 11}, 0, 11, 1),
        (sold(1_800, 180), {"returned_yen": 990}, 180, 810, 7),
        (sold(1_800, 180), {"returned_yen": 180}, 180, 0, 0),
        (sold(1_800, 180), {"returned_yen": 179}, 179, 0, 0),
        (sold(1_800, 180), {"returned_yen": 1_980}, 180, 1_800, 16),
        # By yen, what earned comes back before what did not.
        (sold(1_650, excluded_yen=550), {"returned_yen": 1_100}, 0, 1_100, 10),
        (sold(1_650, excluded_yen=550), {"returned_yen": 550}, 0, 550, 5),
        # By lines, what is named.
        (sold(1_650, excluded_yen=550, lines=LINES), {"lines": [line(2, 1, 550)]}, 0, 550, 0),
        (sold(1_650, excluded_yen=550, lines=LINES), {"lines": [line(1, 1, 550)]}, 0, 550, 5),
        # What came back before counts.
        (
            sold(1_100, 0, entry(3, "return", -5, of_entry_id=2, returned_yen=550)),
            {"returned_yen": 550},
            0,
            550,
            10,
        ),
    ],
)
def test_what_a_return_comes_to(
    past: Past, content: dict[str, Any], restored: int, cash: int, taken: int
) -> None:
    order = bring_back(asked(**content), till(), past).give_back
    assert order is not None
    assert (order.restore_points, order.cash_yen) == (restored, cash)
    assert sum(points for _, points in order.take_back) == taken


RETURNED = entry(3, "return", -10, of_entry_id=2, returned_yen=1_100)
UNDONE = entry(3, "reversal", -10, of_entry_id=2)
ELSEWHERE = entry(2, "accrual", 10, paid_yen=1_100, excluded_yen=0, shop_id=111)
RECEIPT = {"till": "T01", "no": "1", "business_date": "2026-06-03"}
LINED = sold(1_650, excluded_yen=550, lines=LINES)


@pytest.mark.parametrize(
    ("past", "content", "refused"),
    [
        (Past(SHOP, "S-1", False), {"returned_yen": 1}, NotArrived),
        (
            Past(SHOP, "", False),
            {
                "receipt": {"till": "T01", "no": "1", "business_date": "2026-06-03"},
                "returned_yen": 1,
            },
            NotFound,
        ),
        (Past(SHOP, "S-1", True, cancelled=True), {"returned_yen": 1}, AlreadyReversed),
        (Past(SHOP, "S-1", True, entries=(ELSEWHERE,)), {"returned_yen": 1}, NotFound),
        (sold(1_100, 0, UNDONE), {"returned_yen": 1}, AlreadyReversed),
        (Past(SHOP, "S-1", True, refused=True), {"returned_yen": 1}, NotFound),
        (sold(1_100, 0, RETURNED), {"returned_yen": 1}, AlreadyReturned),
        (sold(1_100), {"returned_yen": 1_101}, ReturnExceedsOriginal),
        (sold(1_100), {"lines": [line(1, 1, 1)]}, Validation),
        (LINED, {"lines": [line(1, 1, 1), line(1, 1, 1)]}, Validation),
        (LINED, {"lines": [line(3, 1, 1)]}, Validation),
        (LINED, {"lines": [line(1, 3, 1)]}, ReturnExceedsOriginal),
        (LINED, {"lines": [line(1, 1, 1_101)]}, ReturnExceedsOriginal),
    ],
)
def test_refusals_to_take_goods_back_in_their_order(
    past: Past, content: dict[str, Any], refused: type[Refusal]
) -> None:
    with pytest.raises(refused):
        bring_back(asked(**content), till(terms()), past)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"returned_yen": 1, "lines": [line(1, 1, 1)]},
        {"of": None, "returned_yen": 1},
        {"receipt": RECEIPT, "of": "S-1"},
    ],
)
def test_a_return_names_one_receipt_and_one_measure(content: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        asked(**content)
