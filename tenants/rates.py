"""付与率の計算: how many points goods earn by the rates of a shop, before anything is stacked.

Pure (domain 6.1). Tax in a price is floored, once per rate of a receipt, or of a line where lines
earn by themselves: 110 円 holds 10 円 at 10 %. What is left of a unit is never carried over.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, structs

from federation.shares import largest_remainder
from tenants.rules import Rounding
from tenants.terms import TENANT_ALONE, Share, Terms, shares_of

USUAL_TAX = 10  # per cent, where only the yen of a receipt are known


class Goods(Struct, frozen=True):
    """Goods that earn: yen with tax, paid in money; their rate of tax, and what they are."""

    yen: int
    tax_rate: int = USUAL_TAX
    category: str | None = None


class Own(Struct, frozen=True):
    """Points of the shop's own rate, or of a category's, and who pays for them."""

    rule: str
    points: int
    shares: tuple[Share, ...] = TENANT_ALONE


class Units(Struct, frozen=True):
    """What goods earn by rates: `pieces` are the points that multiples are taken of, one for a
    receipt, or one for each line; `own` the same points by rule. `yen_to_next_point` is None where
    there is no such number: by lines, or where goods of two rates of tax are counted without it."""

    pieces: tuple[int, ...]
    own: tuple[Own, ...]
    eligible_yen: int
    counted_yen: int
    yen_to_next_point: int | None

    @property
    def points(self) -> int:
        """All of them."""
        return sum(self.pieces)


def plain(points: int, shares: tuple[Share, ...] = TENANT_ALONE) -> Units:
    """A receipt that earns by one rate."""
    return Units((points,), (Own("base", points, shares),), 0, 0, None)


def added(pieces: Iterable[int], tenths: int) -> int:
    """What a multiple adds: each piece floored (1.5倍 of 19, 2 and 1 adds 9, 1 and 0)."""
    return sum([points * (tenths - 10) // 10 for points in pieces])


def goods_of(
    lines: Iterable[Mapping[str, Any]], excluded: frozenset[str], less_yen: int, points: int
) -> list[Goods]:
    """The goods of a receipt that earn: less what came back without a line's name, first line
    first; less the points that paid, shared over what is left by amount, largest remainder."""
    found = []
    for line in lines:
        if line.get("category") in excluded:
            continue
        gone = min(less_yen, line["amount_yen"])
        less_yen -= gone
        left = line["amount_yen"] - gone
        found.append(Goods(left, line.get("tax_rate", USUAL_TAX), line.get("category")))
    whole = sum(one.yen for one in found)
    if not points or not whole:
        return found
    paid = largest_remainder(min(points, whole), [one.yen for one in found])
    return [structs.replace(one, yen=one.yen - by) for one, by in zip(found, paid, strict=True)]


def worked(goods: Sequence[Goods], terms: Terms, *, lined: bool) -> Units:
    """What goods earn: the goods of each rate together, or line by line. `lined` says that the
    till named its lines."""
    by_line = terms.scope == "LINE" and lined
    groups: dict[tuple[int, str | None], list[Goods]] = {}
    for number, one in enumerate(goods):
        category = one.category if one.category in terms.special.categories else None
        groups.setdefault((number if by_line else 0, category), []).append(one)
    own: dict[str | None, int] = {}
    pieces: dict[int, int] = {}
    whole = 0
    for (piece, category), some in groups.items():
        yen = counted_yen(some, terms)
        rate = terms.special.categories.get(category) if category is not None else None
        points = units(yen, rate.yen if rate else terms.yen_per_point, terms.rounding)
        points *= rate.points if rate else 1
        own[category] = own.get(category, 0) + points
        pieces[piece] = pieces.get(piece, 0) + points
        whole += yen
    usual = [one for (_, category), some in groups.items() if category is None for one in some]
    return Units(
        tuple(pieces.values()),
        tuple(own_of(category, own[category], terms) for category in sorted(own, key=order)),
        sum(one.yen for one in goods),
        whole,
        None if by_line else to_next(usual, terms),
    )


def order(category: str | None) -> tuple[bool, str]:
    """The shop's own rate before those of categories."""
    return category is not None, category or ""


def own_of(category: str | None, points: int, terms: Terms) -> Own:
    """Points under the name of their rule."""
    if category is None:
        return Own("base", points, terms.shares)
    shares = shares_of(terms.special.categories[category].funders)
    return Own(f"category:{category}", points, shares)


def counted_yen(goods: Iterable[Goods], terms: Terms) -> int:
    """The yen that count: as paid, or without the tax in them, floored once per rate."""
    by_rate: dict[int, int] = {}
    for one in goods:
        by_rate[one.tax_rate] = by_rate.get(one.tax_rate, 0) + one.yen
    if terms.earns_on == "TAX_INCLUDED":
        return sum(by_rate.values())
    return sum(without_tax(yen, rate) for rate, yen in by_rate.items())


def without_tax(yen: int, rate: int) -> int:
    """A price without its tax, whose fraction of a yen is dropped: 2,178 at 10 % is 1,980."""
    return yen - yen * rate // (100 + rate)


def units(yen: int, size_yen: int, rounding: Rounding) -> int:
    """Whole units in so many yen; halves go up where it is rounded."""
    if rounding == "FLOOR":
        return yen // size_yen
    if rounding == "CEIL":
        return -(-yen // size_yen)
    return (2 * yen + size_yen) // (2 * size_yen)


def reached(points: int, size_yen: int, rounding: Rounding) -> int:
    """The fewest counted yen that make so many units."""
    if rounding == "FLOOR":
        return points * size_yen
    if rounding == "CEIL":
        return (points - 1) * size_yen + 1
    return -(-(2 * points - 1) * size_yen // 2)


def to_next(goods: Sequence[Goods], terms: Terms) -> int | None:
    """The yen to the next point at the shop's own rate: of the goods' own rate of tax, where tax
    does not count; None where they have two."""
    rates = {one.tax_rate for one in goods if one.yen} or {one.tax_rate for one in goods}
    paid_yen = sum(one.yen for one in goods)
    size_yen, rounding = terms.yen_per_point, terms.rounding
    if terms.earns_on == "TAX_INCLUDED":
        return reached(units(paid_yen, size_yen, rounding) + 1, size_yen, rounding) - paid_yen
    if len(rates) > 1:
        return None
    (rate,) = rates or {USUAL_TAX}
    now = units(without_tax(paid_yen, rate), size_yen, rounding)
    wanted = reached(now + 1, size_yen, rounding)
    return (wanted - 1) * (100 + rate) // 100 + 1 - paid_yen


def tendered(yen: int, earned: Units, terms: Terms) -> int:
    """The points of the goods that one tender paid for: what earns nothing counts as paid by the
    others first; a part of the receipt is rounded by itself."""
    part_yen = min(yen, earned.eligible_yen)
    if part_yen == earned.eligible_yen:
        return earned.points
    counted = earned.counted_yen * part_yen // earned.eligible_yen
    return min(earned.points, units(counted, terms.yen_per_point, terms.rounding))
