"""Where points will be used, and what the next cycles will cost: every yen and every bound."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from settlement.paper.needs import Need, Used, UsedAt, needs, places

FIRST = date(2026, 4, 1)


def spent(*yen: int) -> list[Used]:
    """A cycle for each, one day long."""
    return [Used(FIRST + timedelta(n), "a" if one else None, one, one) for n, one in enumerate(yen)]


def test_what_is_expected_goes_where_points_went_before() -> None:
    """100 by 3 : 3 : 1 is 42.86, 42.86, 14.29: both larger remainders get a point."""
    used = [Used(FIRST, "a", 30, 30), Used(FIRST, "b", 20, 0), Used(FIRST, "c", 10, 10)]
    used += [Used(FIRST + timedelta(1), "b", 10, 0), Used(FIRST + timedelta(2), None, 0, 0)]
    assert places(used, 100) == [UsedAt("a", 30, 43), UsedAt("b", 30, 43), UsedAt("c", 10, 14)]
    assert places([Used(FIRST, "a", -5, -5)], 100) == [], "more came back than was used"


@given(
    some.lists(some.tuples(some.sampled_from("abc"), some.integers(-9, 99)), max_size=9),
    some.integers(0, 10_000),
)
def test_no_expected_point_is_lost(honoured: list[tuple[str, int]], expected: int) -> None:
    found = places([Used(FIRST, tenant, points, 0) for tenant, points in honoured], expected)
    assert sum(one.expected_use for one in found) == (expected if found else 0)
    assert all(one.expected_use >= 0 for one in found)


@pytest.mark.parametrize(
    ("yen", "told"),
    [
        ((), []),
        ((5,), [Need(1, 1, 5, 5, 5, 0, 0)]),
        # ten cycles: the 1st, the 5th and the 9th of them in order of size
        (
            (10, 1, 9, 2, 8, 3, 7, 4, 6, 5),
            [
                Need(1, 10, 1, 5, 9, 6, 6),
                Need(2, 9, 10, 11, 11, 4, 4),
                Need(3, 8, 12, 15, 20, 2, 2),
            ],
        ),
        # the fifth costs more than any before: its bounds did not hold, the sixth's do
        (
            (1, 2, 3, 4, 50, 4),
            [Need(1, 6, 1, 3, 50, 2, 1), Need(2, 5, 3, 7, 54, 0, 0), Need(3, 4, 6, 9, 58, 0, 0)],
        ),
    ],
)
def test_the_next_cycles_cost_what_runs_of_as_many_did(
    yen: tuple[int, ...], told: list[Need]
) -> None:
    assert needs(spent(*yen)) == told


def test_a_cycle_without_any_use_counts_as_one() -> None:
    assert needs(spent(0, 8, 0, 8))[0].low_yen == 0


def test_what_the_honouring_shop_bears_costs_nobody() -> None:
    assert needs([Used(FIRST, "a", 100, 40)])[0].middle_yen == 40
