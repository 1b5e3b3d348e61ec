"""ポイント残高: what is outstanding and how old it is, what moved it, and how much will be used.

The roll-forward (domain 8) must come to what the lots themselves say. Breakage is learnt from
months of issue that have ended: what of the points still open at an age lapsed after all. Beside a
forecast stands how far the one of a year before was off.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct

Movement = Literal[
    "base", "bonus", "adjusted", "moved", "used", "restored", "recovered", "lapsed", "removed"
]
Fate = Literal["issued", "used", "lapsed", "recovered"]
BASE_DAYS = ((3, 31), (9, 30))
BASIS_POINTS = 10_000


class Standing(Struct, frozen=True):
    """What a movement came to up to an instant, for one funder; of what was granted, how much was
    outstanding then, by fiscal year of issue and last day."""

    funder: str
    movement: Movement
    points: int
    outstanding: int = 0
    issued_year: int | None = None
    expires_on: date | None = None


class Roll(Struct, frozen=True):
    """期首残高＋発行（通常・ボーナス）＋調整加算−利用＋利用取消−発行取消−失効−調整減算＝期末残高.
    What lessens the balance is negative; `moved` is what change-overs and merges bring and take."""

    funder: str
    opening: int
    base: int
    bonus: int
    adjusted: int
    used: int
    restored: int
    recovered: int
    lapsed: int
    removed: int
    moved: int
    closing: int

    @property
    def off(self) -> int:
        """By how much the movements miss the closing balance: nothing, in sound books."""
        moved: int = sum(getattr(self, name) for name in MOVEMENTS)
        return self.opening + moved - self.closing


MOVEMENTS: tuple[Movement, ...] = (
    "base", "bonus", "adjusted", "used", "restored", "recovered", "lapsed", "removed", "moved",
)  # fmt: skip


class Age(Struct, frozen=True):
    """Points outstanding of one funder, issued in one fiscal year, that lapse in one month."""

    funder: str
    issued_year: int
    expires_month: date
    points: int


class Fated(Struct, frozen=True):
    """What became, in one month, of the points that were issued in another."""

    issued_month: date
    month: date
    fate: Fate
    points: int


class Cohort(Struct, frozen=True):
    """Points issued in one month that are still open, and how many are expected to lapse."""

    issued_month: date
    age_months: int
    outstanding: int
    expected_breakage: int

    @property
    def expected_use(self) -> int:
        """How many are expected to be used."""
        return self.outstanding - self.expected_breakage


class BackTest(Struct, frozen=True):
    """How the forecast of an earlier day turned out, for the cohorts that have ended since."""

    as_of: date
    forecast_use: int
    actual_use: int
    open_points: int

    @property
    def error_points(self) -> int:
        """How many more were forecast to be used than were."""
        return self.forecast_use - self.actual_use

    @property
    def error_bp(self) -> int | None:
        """The same against what was used, in basis points; None where nothing was."""
        if not self.actual_use:
            return None
        return self.error_points * BASIS_POINTS // self.actual_use


def rolled(before: Iterable[Standing], after: Iterable[Standing]) -> list[Roll]:
    """What moved each funder's balance between two instants, and all together under `*`."""
    opened, closed = list(before), list(after)
    funders = sorted({one.funder for one in (*opened, *closed)})
    found = [_roll(funder, *(_of(funder, side) for side in (opened, closed))) for funder in funders]
    return [*found, _roll("*", opened, closed)]


def _of(funder: str, rows: Sequence[Standing]) -> list[Standing]:
    return [one for one in rows if one.funder == funder]


def _roll(funder: str, before: Sequence[Standing], after: Sequence[Standing]) -> Roll:
    moved: Counter[Movement] = Counter()
    for one in after:
        moved[one.movement] += one.points
    for one in before:
        moved[one.movement] -= one.points
    return Roll(
        funder,
        opening=sum(one.outstanding for one in before),
        closing=sum(one.outstanding for one in after),
        **{name: moved[name] for name in MOVEMENTS},
    )


def aged(rows: Iterable[Standing]) -> list[Age]:
    """Outstanding by funder, fiscal year of issue and month of expiry."""
    found: Counter[tuple[str, int, date]] = Counter()
    for one in rows:
        if one.outstanding and one.issued_year is not None and one.expires_on is not None:
            found[one.funder, one.issued_year, one.expires_on.replace(day=1)] += one.outstanding
    return [Age(*key, points) for key, points in sorted(found.items())]


def base_days(on: date, count: int = 4) -> list[date]:
    """The last base days (3/31, 9/30) up to a day, newest first."""
    every = (
        date(year, *day) for year in range(on.year, on.year - count - 1, -1)
        for day in reversed(BASE_DAYS)
    )  # fmt: skip
    return [day for day in every if day <= on][:count]


def fiscal_year_opens(on: date) -> date:
    """The 1st of April of the fiscal year that a day belongs to."""
    return date(on.year if on.month >= 4 else on.year - 1, 4, 1)


def forecast(fates: Sequence[Fated], as_of: date) -> list[Cohort]:
    """Every cohort that is open at the end of a month, by what was known then."""
    known = [one for one in fates if one.month <= as_of]
    ended = ended_by(known)
    cohorts = []
    for issued, left in sorted(open_points(known).items()):
        if left:
            age = months_between(issued, as_of)
            lapsed, of = rate(known, ended, age)
            cohorts.append(Cohort(issued, age, left, left * lapsed // of))
    return cohorts


def open_points(fates: Iterable[Fated]) -> dict[date, int]:
    """What is left of each month's issue."""
    left: Counter[date] = Counter()
    for one in fates:
        left[one.issued_month] += one.points if one.fate == "issued" else -one.points
    return dict(left)


class Learnt(Struct, frozen=True):
    """A month's issue that has ended: how many of its points were open at an age, and of them how
    many lapsed later."""

    issued_month: date
    open_points: int
    lapsed_points: int


def learnt(fates: Iterable[Fated], ended: Iterable[date], age: int) -> list[Learnt]:
    """What each ended cohort teaches about those of an age, the oldest first; where none was open
    at that age, all that each issued, and what lapsed of it."""
    met: dict[date, Counter[str]] = {month: Counter() for month in sorted(ended)}
    for one in fates:
        own = met.get(one.issued_month)
        if own is None:
            continue
        own[one.fate] += one.points
        if months_between(one.issued_month, one.month) <= age:
            own["open"] += one.points if one.fate == "issued" else -one.points
        elif one.fate == "lapsed":
            own["later"] += one.points
    if sum(own["open"] for own in met.values()) > 0:
        return [Learnt(month, own["open"], own["later"]) for month, own in met.items()]
    return [Learnt(month, own["issued"], own["lapsed"]) for month, own in met.items()]


def rate(fates: Iterable[Fated], ended: Iterable[date], age: int) -> tuple[int, int]:
    """How many of the points open at an age lapsed, of how many; without any, none."""
    found = learnt(fates, ended, age)
    whole = sum(one.open_points for one in found)
    return (sum(one.lapsed_points for one in found), whole) if whole else (0, 1)


def ended_by(fates: Iterable[Fated]) -> set[date]:
    """The months of issue of which nothing is open."""
    return {month for month, left in open_points(fates).items() if left == 0}


def months_between(earlier: date, later: date) -> int:
    """Whole calendar months from one to another."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


class Tried(Struct, frozen=True):
    """A month's issue that was open a year before: what was forecast to be used and what was, once
    it has ended; else what is still open."""

    issued_month: date
    forecast_use: int
    actual_use: int
    open_points: int


def tested_on(on: date) -> date:
    """The end of a month, a year before a day: the forecast of then is tested."""
    return (on.replace(day=1) - timedelta(days=365)).replace(day=1) - timedelta(days=1)


def tried(fates: Sequence[Fated], on: date) -> list[Tried]:
    """The forecast of a year before, cohort by cohort."""
    as_of = tested_on(on)
    left = open_points(one for one in fates if one.month <= on)
    used: Counter[date] = Counter()
    for one in fates:
        if one.fate == "used" and as_of < one.month <= on:
            used[one.issued_month] += one.points
    return [
        Tried(month, 0, 0, still) if (still := left[month := one.issued_month]) else
        Tried(month, one.expected_use, used[month], 0)
        for one in forecast(fates, as_of)
    ]  # fmt: skip


def back_test(fates: Sequence[Fated], on: date) -> BackTest | None:
    """The forecast of a year before against what came; None where nothing was open then."""
    then = tried(fates, on)
    if not then:
        return None
    return BackTest(
        tested_on(on),
        sum(one.forecast_use for one in then),
        sum(one.actual_use for one in then),
        sum(one.open_points for one in then),
    )
