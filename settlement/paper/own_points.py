"""自社ポイント: revenue put off for points that a seller must honour itself (ASBJ 29, 適用指針30
¶48–50, 設例22).

The price is allocated by stand-alone selling prices, that of the points being what is expected to
be used; revenue comes with use, measured against the newest estimate. Amounts round to the nearest
yen.
"""

from datetime import date

from msgspec import Struct

from settlement.paper.ledger import OUTSIDE, SALES_10, Journal, Move, journal

CASH, SALES, CONTRACT_LIABILITY = "現金", "売上高", "契約負債"


class Allocated(Struct, frozen=True):
    """A price (税抜) as goods and as points to come."""

    goods_yen: int
    points_yen: int


def nearest(amount: int, part: int, whole: int) -> int:
    """amount × part ÷ whole, to the nearest yen, a half upwards."""
    return (2 * amount * part + whole) // (2 * whole)


def allocate(price_yen: int, expected_points: int) -> Allocated:
    """The price by stand-alone selling prices; an expected point is worth one yen."""
    points_yen = nearest(price_yen, expected_points, price_yen + expected_points)
    return Allocated(price_yen - points_yen, points_yen)


def recognised(points_yen: int, used_points: int, expected_points: int) -> int:
    """What of the points' price is revenue once so many were used of those expected in all; all of
    it where no more is expected than was used."""
    if used_points >= expected_points:
        return points_yen
    return nearest(points_yen, used_points, expected_points)


def released(points_yen: int, already_yen: int, used_points: int, expected_points: int) -> int:
    """The revenue of a period: what is recognised by now, less what was before. A higher estimate
    can make it negative."""
    return recognised(points_yen, used_points, expected_points) - already_yen


def sale(on: date, number: str, price_yen: int, expected_points: int) -> Journal | None:
    """A sale with points of one's own (税抜)."""
    parts = allocate(price_yen, expected_points)
    moves = [
        Move(CASH, price_yen),
        Move(SALES, -parts.goods_yen, tax=SALES_10),
        Move(CONTRACT_LIABILITY, -parts.points_yen),
    ]
    return journal(on, "自社ポイント付与", number, moves)


def release(on: date, number: str, yen: int) -> Journal | None:
    """Revenue as points are used."""
    moves = [Move(CONTRACT_LIABILITY, yen), Move(SALES, -yen, tax=OUTSIDE)]
    return journal(on, "自社ポイント利用", number, moves)
