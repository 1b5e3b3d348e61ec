"""差と 95% 信頼区間: two groups compared by Welch's method, in whole numbers. Pure (A13).

Figures are thousandths of the unit (milli): mean m = s / n, variance v = (q - s² / n) / (n - 1);
the interval is d ± t · √(v₁ / n₁ + v₂ / n₂), with t of Welch and Satterthwaite's degrees of
freedom, rounded outwards.
"""

from fractions import Fraction
from math import isqrt

from msgspec import Struct

MILLI = 1_000
# Quantiles of Student's t at 97.5 %, in thousandths, rounded up: to 30 degrees each, then by steps.
T_975 = (
    12_707, 4_303, 3_183, 2_777, 2_571, 2_447, 2_365, 2_307, 2_263, 2_229, 2_201, 2_179, 2_161,
    2_145, 2_132, 2_120, 2_110, 2_101, 2_094, 2_086, 2_080, 2_074, 2_069, 2_064, 2_060, 2_056,
    2_052, 2_049, 2_046, 2_043,
)  # fmt: skip
T_STEPS = ((120, 1_980), (60, 2_001), (40, 2_022), (30, 2_043))
T_MANY = 1_960
MANY = 10_000


class Group(Struct, frozen=True):
    """What is known of a group: how many, the sum and the sum of squares of the metric."""

    members: int
    total: int
    squares: int


class Interval(Struct, frozen=True):
    """A difference of means in thousandths, and where the true one lies with 95 % confidence."""

    difference_milli: int
    low_milli: int
    high_milli: int


def mean_milli(group: Group) -> int:
    """The mean in thousandths, rounded to the nearest; of nobody, 0."""
    if not group.members:
        return 0
    return (2 * group.total * MILLI + group.members) // (2 * group.members)


def compared(treated: Group, control: Group) -> Interval | None:
    """Welch's interval; None where a group has fewer than two members, of whom nothing is known."""
    if min(treated.members, control.members) < 2:
        return None
    parts = [variance(group) / group.members for group in (treated, control)]
    difference = Fraction(treated.total, treated.members) - Fraction(control.total, control.members)
    error = sum(parts)
    reach = Fraction(0)
    if error:
        squared = error * (t_975(degrees(parts, treated, control)) ** 2)
        reach = Fraction(isqrt(squared.numerator // squared.denominator) + 1)  # thousandths, up
    middle = difference * MILLI
    return Interval(round_half_up(middle), floor(middle - reach), -floor(reach * -1 - middle))


def variance(group: Group) -> Fraction:
    """The unbiased variance of a group."""
    mean_part = Fraction(group.total**2, group.members)
    return (group.squares - mean_part) / (group.members - 1)


def degrees(parts: list[Fraction], treated: Group, control: Group) -> int:
    """Welch and Satterthwaite's degrees of freedom, rounded down."""
    below = parts[0] ** 2 / (treated.members - 1) + parts[1] ** 2 / (control.members - 1)
    return floor(sum(parts) ** 2 / below)


def t_975(freedom: int) -> int:
    """Student's t at 97.5 % in thousandths; between two steps the wider one."""
    if freedom <= len(T_975):
        return T_975[max(1, freedom) - 1]
    if freedom >= MANY:
        return T_MANY
    return next(t for least, t in T_STEPS if freedom >= least)


def floor(number: Fraction) -> int:
    """Rounded down."""
    return number.numerator // number.denominator


def round_half_up(number: Fraction) -> int:
    """Rounded to the nearest, halves up."""
    return floor(number + Fraction(1, 2))
