"""売上時の仕訳: what a shop's own books say of one sale or one return with points (domain 1.6).

Tax is that within a price at 10 %, fractions dropped. PAYMENT: points are a tender, tax is on the
full price. DISCOUNT: tax is on what is left to pay, and the hub's yen are income without tax.
"""

from datetime import date

from msgspec import Struct

from settlement.paper.journals import (
    OTHER_INCOME,
    OUTPUT_TAX,
    PAYABLE,
    RECEIVABLE,
    SALES,
    Treatment,
)
from settlement.paper.ledger import NO_TAX, SALES_10, Journal, Move, journal

CASH = "現金"


class Sale(Struct, frozen=True):
    """What was paid, in money and in points, and how many points this shop bears for it."""

    cash_yen: int
    used_points: int = 0
    borne_points: int = 0


class Return(Struct, frozen=True):
    """Goods that come back: their price, the points that the sale had earned, and those of them
    that were still there to be taken back; the rest stays out of the refund."""

    returned_yen: int
    earned_points: int
    recovered_points: int


def tax_within(yen: int) -> int:
    """The consumption tax (10 %) within a price, fractions dropped."""
    return yen * 10 // 110


def sold(on: date, sale: Sale, treatment: Treatment = "PAYMENT") -> list[Journal]:
    """The entries of a sale (税抜経理)."""
    price = sale.cash_yen + (sale.used_points if treatment == "PAYMENT" else 0)
    tax = tax_within(price)
    moves = [
        Move(CASH, sale.cash_yen),
        Move(SALES, -(price - tax - sale.borne_points), tax=SALES_10),
        Move(PAYABLE, -sale.borne_points),
        Move(OUTPUT_TAX, -tax),
    ]
    if treatment == "PAYMENT":
        moves.append(Move(RECEIVABLE, sale.used_points))
        return [one for one in (journal(on, "売上", "", moves),) if one is not None]
    income = [
        Move(RECEIVABLE, sale.used_points),
        Move(OTHER_INCOME, -sale.used_points, tax=NO_TAX),
    ]
    both = (journal(on, "売上", "", moves), journal(on, "ポイント値引の補填", "", income))
    return [one for one in both if one is not None]


def returned(on: date, back: Return) -> Journal | None:
    """The entry of a return whose points this shop had borne."""
    tax = tax_within(back.returned_yen)
    short = back.earned_points - back.recovered_points
    moves = [
        Move(SALES, back.returned_yen - tax - back.earned_points, tax=SALES_10),
        Move(OUTPUT_TAX, tax),
        Move(PAYABLE, back.recovered_points),
        Move(CASH, -(back.returned_yen - short)),
    ]
    return journal(on, "返品", "", moves)
