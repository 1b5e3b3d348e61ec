"""日計の突合: what a till counted at the end of its day against what the hub booked. Pure.

A till tells its figures and its first and last slip of each close. Where these differ only in the
number at their end, every slip between them is known by name: booked at the hub and outside of
them is what the till does not know of; between them and never arrived is what the hub may be
missing. A number in between that the till used for something else (a quote, a sale that was broken
off) looks the same, so gaps are named only where the figures differ, and never make them differ.
Slips that end in no number, or lie too far apart, name nothing: the figures alone decide.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

FURTHEST = 20_000  # slips between the first and the last of one close
NAMED = 200


class Accruals(Struct, frozen=True):
    """Sales of members: how many, the points they earned, the yen that was paid."""

    count: int
    points: int
    yen: int


class Redemptions(Struct, frozen=True):
    """How many times points were spent, and how many."""

    count: int
    points: int


class Totals(Struct, frozen=True):
    """The figures that both sides keep. A purchase is an accrual and a redemption; what was undone
    later still counts, and its reversal beside it."""

    accruals: Accruals
    redemptions: Redemptions
    reversals: int
    returns: int


class Close(Struct, frozen=True):
    """What a till declared at one close of its business date."""

    totals: Totals
    first_slip: str | None
    last_slip: str | None


class DailyTotals(Struct, frozen=True):
    """Whether till and hub agree on a business date; at most 200 slips are named on each side."""

    till: str
    business_date: date
    state: Literal["matched", "differs"]
    closes: int
    declared: Totals
    hub: Totals
    missing_at_hub: tuple[str, ...]
    missing_at_till: tuple[str, ...]


def summed(closes: Iterable[Close]) -> Totals:
    """The figures of a whole day: each close (精算) begins at nothing."""
    told = [close.totals for close in closes]
    return Totals(
        Accruals(
            sum(one.accruals.count for one in told),
            sum(one.accruals.points for one in told),
            sum(one.accruals.yen for one in told),
        ),
        Redemptions(
            sum(one.redemptions.count for one in told), sum(one.redemptions.points for one in told)
        ),
        sum(one.reversals for one in told),
        sum(one.returns for one in told),
    )


def expected(closes: Sequence[Close]) -> frozenset[str] | None:
    """Every slip that the closes speak of; None where they cannot all be told by their numbers."""
    names: set[str] = set()
    for close in closes:
        if close.first_slip is None or close.last_slip is None:
            continue
        between = numbered(close.first_slip, close.last_slip)
        if between is None:
            return None
        names.update(between)
    return frozenset(names)


def numbered(first: str, last: str) -> list[str] | None:
    """The slips from the first to the last, where they differ in the number at their end alone."""
    if first == last:
        return [first]
    begins, ends = (re.fullmatch(r"(.*?)([0-9]+)", slip) for slip in (first, last))
    if begins is None or ends is None or begins[1] != ends[1]:
        return None
    low, high, width = int(begins[2]), int(ends[2]), len(begins[2])
    padded = width == len(ends[2])
    if not padded and "0" in (begins[2][0], ends[2][0]):
        return None
    if not 0 <= high - low < FURTHEST:
        return None
    return [f"{begins[1]}{number:0{width if padded else 1}}" for number in range(low, high + 1)]


def compared(
    till: str,
    business_date: date,
    closes: Sequence[Close],
    hub: Totals,
    booked: frozenset[str],
    arrived: frozenset[str],
) -> DailyTotals:
    """Matched where every figure is equal and the hub booked nothing that the till does not know;
    `booked` are the day's slips at the hub, `arrived` the expected ones that it ever answered."""
    declared = summed(closes)
    names = expected(closes)
    strange = () if names is None else tuple(sorted(booked - names))
    matched = declared == hub and not strange
    gaps = () if names is None or matched else tuple(sorted(names - arrived))
    return DailyTotals(
        till,
        business_date,
        "matched" if matched else "differs",
        len(closes),
        declared,
        hub,
        gaps[:NAMED],
        strange[:NAMED],
    )
