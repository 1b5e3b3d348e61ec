"""What a tenant stands at, from the parts of all its cycles."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from settlement.exposure.levels import Cap, Level, Part, exposed, level_of
from settlement.fairness.ratio import ratio_of, weighed

JUNE, LATER = date(2026, 6, 1), date(2026, 6, 16)
CAP = Cap(1, JUNE, 60_000, 90_000, "keiko", "契約書 4")


def parts(*yen: int) -> list[Part]:
    return [Part("running", JUNE if n == 0 else LATER, one) for n, one in enumerate(yen)]


@pytest.mark.parametrize(
    ("yen", "prefunded", "exposure", "level"),
    [
        ((), 0, 0, "clear"),
        ((-60_000,), 0, 60_000, "clear"),
        ((-60_001,), 0, 60_001, "warned"),
        ((-90_000,), 0, 90_000, "warned"),
        ((-90_001,), 0, 90_001, "refused"),
        ((-10_000, -100_000), 0, 110_000, "refused"),  # pain 9: both windows count
        ((-10_000, -80_000), 0, 90_000, "warned"),
        ((10_000, -100_000), 0, 90_000, "warned"),  # a claim stands against a debt
        ((100_000,), 0, 0, "clear"),
        ((-10_000, -100_000), 20_000, 90_000, "warned"),
        ((-10_000, -100_000), 19_999, 90_001, "refused"),
        ((-5_000,), 9_000, 0, "clear"),
    ],
)
def test_all_cycles_count_less_what_was_paid_in(
    yen: tuple[int, ...], prefunded: int, exposure: int, level: Level
) -> None:
    found = exposed("bakery", LATER, parts(*yen), prefunded, CAP)
    assert (found.exposure_yen, found.level) == (exposure, level)
    assert found.headroom_yen == 90_000 - exposure


@pytest.mark.parametrize(
    ("exposure", "was", "level"),
    [
        (90_001, "clear", "refused"),
        (90_000, "clear", "warned"),
        (90_000, "refused", "refused"),  # not freed before it is back at the warning
        (60_001, "refused", "refused"),
        (60_000, "refused", "clear"),
        (60_001, "warned", "warned"),
    ],
)
def test_whoever_was_stopped_is_freed_at_the_level_of_warning(
    exposure: int, was: Level, level: Level
) -> None:
    assert level_of(exposure, CAP, was) == level


def test_without_a_cap_or_a_level_nobody_is_stopped() -> None:
    assert level_of(10**12, None, "refused") == "clear"
    assert level_of(10**12, Cap(2, JUNE, None, None, "keiko", "満了"), "refused") == "clear"
    assert level_of(91, Cap(2, JUNE, 90, None, "keiko", "警告のみ"), "clear") == "warned"
    only = Cap(2, JUNE, None, 90, "keiko", "停止のみ")
    assert [level_of(yen, only, "refused") for yen in (91, 90)] == ["refused", "clear"]


@given(some.lists(some.integers(-(10**9), 10**9), max_size=6), some.integers(0, 10**9))
def test_the_order_of_cycles_makes_no_difference_and_a_deposit_only_helps(
    yen: list[int], deposit: int
) -> None:
    one = exposed("bakery", LATER, parts(*yen), deposit, CAP)
    other = exposed("bakery", LATER, parts(*reversed(yen)), 0, CAP)
    assert one.owed_yen == other.owed_yen == max(0, -sum(yen))
    assert 0 <= one.exposure_yen <= other.exposure_yen


def test_a_ratio_just_below_its_floor_is_below() -> None:
    assert ratio_of(1, 3) == 3_333
    assert ratio_of(5, 0) is None
    assert ratio_of(-5, 10) == 0
    below = weighed("bakery", 9_999, 4_000, 500, 6_000, 10_000)
    assert (below.ratio_bp, below.state, below.balance_points) == (9_999, "below", -5_500)
    assert weighed("bakery", 10_000, 4_000, 0, 6_000, 10_000).state == "above"
    assert weighed("bakery", 0, 0, 0, 0, 10_000).state == "above"
    assert weighed("bakery", 0, 0, 0, 9, None).state == "no-floor"
