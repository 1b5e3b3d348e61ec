"""売上預り金: worked example 3 (domain 1.8), and what the CSV must be."""

from datetime import date

import pytest

from settlement.bank.deposits import (
    Entry,
    Payout,
    TaxBlock,
    as_csv,
    entries,
    payouts,
    tax_block,
)
from settlement.bank.refusals import DepositLineNotReadable

HALF = date(2026, 6, 1)
PAID = date(2026, 6, 30)
EXAMPLE_3 = """tenant,half_month,subject,tax,yen
b,2026-06-01,現金売上,不課税,900000
b,2026-06-01,クレジット売上,不課税,640000
b,2026-06-01,コード決済売上,不課税,210000
b,2026-06-01,最低保証賃料,課税10%税込,-330000
b,2026-06-01,共益費,課税10%税込,-66000
b,2026-06-01,売上金管理費,課税10%税込,-16500
b,2026-06-01,テナント会費,不課税,-5000
b,2026-06-01,クレジット手数料,非課税,-19200
"""
POINTS, FEE, TAX = 60 - 99 - 140, -49, -4


def test_the_deposit_of_example_3_is_returned_to_the_yen() -> None:
    found = entries(EXAMPLE_3.encode())
    (payout,) = payouts(found, [("b", HALF, POINTS + FEE + TAX, "STL20260615-B0001")], PAID)
    assert (payout.deposits_yen, payout.points_yen) == (1_750_000, -232)
    assert payout.returned_yen == 1_313_068
    assert as_csv([payout]).decode().splitlines() == [
        "tenant,half_month,deposits_yen,charges_yen,points_yen,returned_yen,returned_on,statement",
        "b,2026-06-01,1750000,-436700,-232,1313068,2026-06-30,STL20260615-B0001",
    ]


def test_one_invoice_reckons_its_tax_once() -> None:
    found = entries(EXAMPLE_3.encode())
    assert tax_block(found, fees_yen=49) == TaxBlock(375_049, 37_504)


def test_every_tenant_and_half_month_has_one_line() -> None:
    later = date(2026, 6, 16)
    found = [
        Entry("b", later, "現金売上", "none", 10),
        Entry("a", HALF, "現金売上", "none", 100),
        Entry("b", HALF, "現金売上", "none", 1_000),
        Entry("b", HALF, "賃料", "10-included", -300),
    ]
    made = payouts(found, [("b", HALF, 5, "S1"), ("c", HALF, -7, "S2")], PAID)
    assert made == [
        Payout("a", HALF, 100, 0, 0, PAID),
        Payout("b", HALF, 1_000, -300, 5, PAID, "S1"),
        Payout("b", later, 10, 0, 0, PAID),
        Payout("c", HALF, 0, 0, -7, PAID, "S2"),
    ]
    assert [one.returned_yen for one in made] == [100, 705, 10, -7]


def test_spreadsheets_put_a_mark_before_the_text() -> None:
    assert entries("\ufeff".encode() + EXAMPLE_3.encode()) == entries(EXAMPLE_3.encode())


HEAD = "tenant,half_month,subject,tax,yen\n"


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"", 1, None),
        (b"tenant,yen\n", 1, None),
        (HEAD.encode("utf-16"), 0, None),
        ((HEAD + 'b,2026-06-01,"x\n').encode(), 0, None),
        ((HEAD + "b,2026-06-01,x,none\n").encode(), 2, None),
        ((HEAD + "=b,2026-06-01,x,none,1\n").encode(), 2, "tenant"),
        ((HEAD + "b,2026-06-02,x,none,1\n").encode(), 2, "half_month"),
        ((HEAD + "b,20260601,x,none,1\n").encode(), 2, "half_month"),
        ((HEAD + "b,2026-06-31,x,none,1\n").encode(), 2, "half_month"),
        ((HEAD + "b,2026-06-01,,none,1\n").encode(), 2, "subject"),
        ((HEAD + "b,2026-06-01,x,8%,1\n").encode(), 2, "tax"),
        ((HEAD + "b,2026-06-01,x,none,1.0\n").encode(), 2, "yen"),
        ((HEAD + "b,2026-06-01,x,none,１\n").encode(), 2, "yen"),
        ((HEAD + "b,2026-06-01,x,none,0\n").encode(), 2, "yen"),
        ((HEAD + "b,2026-06-01,x,none,1\nb,2026-06-01,x,none,y\n").encode(), 3, "yen"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(content: bytes, line: int, column: str | None) -> None:
    with pytest.raises(DepositLineNotReadable) as refused:
        entries(content)
    assert (refused.value.extra["line"], refused.value.extra.get("column")) == (line, column)
