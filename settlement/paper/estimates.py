"""利用見込の見直し: what a seller's own points are worth by ASBJ 29 (設例22), by month. Pure.

Journals put a yen by for each point that is out. What a cohort's points are worth is its part of
the price by stand-alone selling prices, less what was recognised as they were used, measured
against the newest estimate of use. The difference between the two, and what changed of it in a
cycle, is one journal on the closing day: another estimate catches up with all that was sold before.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from msgspec import Struct

from settlement.paper.ledger import OUTSIDE, Journal, Move, journal
from settlement.paper.liability import Fate, Fated, months_between, open_points, rate
from settlement.paper.own_points import allocate, recognised

Rate = tuple[date, int]  # 消費税率: from a day on, in basis points
SALES, CONTRACT_LIABILITY = "売上高", "契約負債"
REVIEWED = "自社ポイント・利用見込の見直し"
FATES: dict[str, Fate] = {
    "issued": "issued", "used": "used", "lapsed": "lapsed", "recovered": "recovered",
}  # fmt: skip
WHOLE_BP = 10_000
REDUCED_BP = 800  # 軽減税率
DAY = timedelta(days=1)


class Told(Struct, frozen=True):
    """What became of points issued in a month, in a month; or the yen (税込) they were given
    for."""

    issued_month: date
    month: date
    own: bool
    fate: str
    amount: int


class Cohort(Struct, frozen=True):
    """A month's issue of one seller: what it was sold for (税抜), how many points were given for
    good, how many were used, and are left."""

    issued_month: date
    price_yen: int
    issued: int
    used: int
    left: int


def cohorts(told: Iterable[Told], rates: Sequence[Rate]) -> list[Cohort]:
    """The seller's own months of issue; prices without the tax, at the standard rate of then or,
    where the till told so, at the reduced one."""
    found: dict[date, Counter[str]] = {}
    for one in told:
        if one.own:
            found.setdefault(one.issued_month, Counter())[one.fate] += one.amount
    return [
        Cohort(
            month,
            without_tax(one["sold"], rate_on(month, rates))
            + without_tax(one["reduced"], REDUCED_BP),
            one["issued"] - one["recovered"] - one["moved"],
            one["used"],
            one["issued"] - one["recovered"] - one["moved"] - one["used"] - one["lapsed"],
        )
        for month, one in sorted(found.items())
    ]


def rate_on(day: date, rates: Sequence[Rate]) -> int:
    """The rate in force on a day, in basis points."""
    return max(((since, rate_bp) for since, rate_bp in rates if since <= day), default=(day, 0))[1]


def without_tax(yen: int, rate_bp: int) -> int:
    """税抜 from 税込; the tax in it is rounded down."""
    return yen - yen * rate_bp // (WHOLE_BP + rate_bp)


def fated(told: Iterable[Told]) -> list[Fated]:
    """Everybody's history, as forecasts learn from it."""
    return [
        Fated(one.issued_month, one.month, FATES[one.fate], one.amount)
        for one in told
        if one.fate in FATES
    ]


def breakage(points: int, fates: Sequence[Fated], age: int) -> int:
    """How many of some points of an age are expected to lapse, by what is known."""
    ended = {month for month, left in open_points(fates).items() if left == 0}
    lapsed, of = rate(fates, ended, age)
    return points * lapsed // of


def liability_yen(cohort: Cohort, fates: Sequence[Fated], on: date) -> int:
    """What a cohort's points are worth on a day. Its price was shared by what was known before its
    month; points that were given for no price are worth what is expected to be used."""
    left = cohort.left - breakage(cohort.left, fates, months_between(cohort.issued_month, on))
    if cohort.price_yen <= 0:
        return left
    known = [one for one in fates if one.month < cohort.issued_month]
    expected = cohort.issued - breakage(cohort.issued, known, 0)
    points_yen = allocate(cohort.price_yen, max(expected, 0)).points_yen
    return points_yen - recognised(points_yen, cohort.used, cohort.used + left)


def above_yen(told: Sequence[Told], on: date, rates: Sequence[Rate]) -> int:
    """By how much a yen for each point is more than the points are worth."""
    fates = fated(told)
    return sum(one.left - liability_yen(one, fates, on) for one in cohorts(told, rates))


def reviewed(on: date, number: str, before_yen: int, now_yen: int) -> Journal | None:
    """What an estimate changed in a cycle, on its closing day."""
    change_yen = now_yen - before_yen
    moves = [
        Move(CONTRACT_LIABILITY, change_yen, tax=OUTSIDE),
        Move(SALES, -change_yen, tax=OUTSIDE),
    ]
    return journal(on, REVIEWED, number, moves)
