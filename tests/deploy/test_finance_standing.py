"""締めの進み: what a cycle waits for, from whom, by when. Without a database."""

from datetime import date
from typing import Any

import msgspec
import pytest

from deploy.finance.binding import changes
from deploy.finance.standing import next_act
from settlement.bank.orders import Account, Transfer
from settlement.life.board import Row
from settlement.life.papers import Life, Payment
from settlement.reading import CycleShown

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 15)
TRANSFERS, DEBITS = date(2026, 6, 30), date(2026, 7, 27)


def asked(state: str, today: date, sealed: bool = True, by_hand: bool = True, **of: Any) -> Any:
    shown = CycleShown("2026-06-01", FIRST, LAST, date(2026, 6, 17), TRANSFERS, state, None, None,
                       None, None, None, None)  # fmt: skip
    row = Row(FIRST, LAST, state, 1, None, None, 0, 0, 0, 0, 0, 0)  # type: ignore[arg-type]
    life = Life(20260601, FIRST, LAST, state, sealed, 2, 5, plan=1, transfers_on=TRANSFERS,  # type: ignore[arg-type]
                debits_on=DEBITS, **of)  # fmt: skip
    return next_act(shown, row, life, today, sealed=sealed, by_hand=by_hand)


@pytest.mark.parametrize(
    ("state", "today", "how", "waits"),
    [
        ("open", LAST, {"sealed": False}, ("wait", LAST)),
        ("open", date(2026, 6, 16), {"sealed": False}, ("close", date(2026, 6, 17))),
        ("closed", date(2026, 6, 17), {"sealed": False}, ("close", date(2026, 6, 17))),
        ("closed", date(2026, 6, 17), {}, ("confirm", date(2026, 6, 17))),
        ("confirmed", date(2026, 6, 22), {}, ("object", date(2026, 6, 22))),
        ("confirmed", date(2026, 6, 23), {"by_hand": False}, ("prepare", date(2026, 6, 29))),
        ("confirmed", date(2026, 6, 23), {}, ("approve", date(2026, 6, 29))),
        ("approved", date(2026, 6, 23), {}, ("send", date(2026, 6, 29))),
        ("sent", date(2026, 6, 30), {}, ("results", DEBITS)),
        ("returned", date(2026, 7, 30), {}, ("again", None)),
        ("returned", date(2026, 7, 30), {"again": True, "untouched": True},
         ("approve", date(2026, 6, 29))),
        ("returned", date(2026, 7, 30), {"again": True, "untouched": True, "approved_by": "p"},
         ("send", date(2026, 6, 29))),
        ("settled", date(2026, 7, 30), {}, ("rest", None)),
    ],
)  # fmt: skip
def test_a_cycle_waits_for_one_thing_by_a_day(
    state: str, today: date, how: dict[str, Any], waits: Any
) -> None:
    assert asked(state, today, **how) == waits


def payment(party: str, yen: int, number: str, reference: str) -> Payment:
    """A transfer as its plan keeps it, its own reference and yen in the order."""
    to = Account("0001", "001", "1", number, "ﾃｽﾄ")
    order = msgspec.json.encode(Transfer(to, yen, reference)).decode()
    return Payment(reference, 1, 1, party, None, yen, "TRANSFER", "agreed", TRANSFERS, order)


def test_a_payment_to_another_account_stands_first_among_what_differs() -> None:
    then = [payment("bakery", 900, "1111111", "A1"), payment("florist", 100, "3333333", "A2")]
    now = [payment("bakery", 100, "1111111", "B1"), payment("florist", 100, "9999999", "B2"),
           payment("bookshop", 50, "2222222", "B3")]  # fmt: skip
    found = [(one.party, one.difference_yen, one.account_moved) for one in changes(then, now)]
    assert found == [("florist", 0, True), ("bakery", -800, False), ("bookshop", 50, False)]
