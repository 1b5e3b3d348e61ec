"""As few transfers as can be, against a search that tries everything."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from settlement.fewest import EXACT_PARTIES, Fewest, fewest, most_groups


def named(*yen: int) -> dict[str, int]:
    return {f"p{n:02}": one for n, one in enumerate(yen)}


def left(nets: dict[str, int], plan: Fewest) -> dict[str, int]:
    """What is left to each party once all is paid."""
    found = Counter(nets)
    for one in plan.payments:
        assert one.yen > 0
        found[one.payer] += one.yen
        found[one.payee] -= one.yen
    return {party: yen for party, yen in found.items() if yen}


def tried(nets: tuple[int, ...]) -> int:
    """The most groups that sum to nothing, by trying every group with the first."""
    if not nets:
        return 0
    first, rest = nets[0], nets[1:]
    best = -1
    for size in range(len(rest) + 1):
        for others in combinations(range(len(rest)), size):
            if first + sum(rest[i] for i in others) == 0:
                left_over = tuple(one for i, one in enumerate(rest) if i not in others)
                best = max(best, 1 + tried(left_over))
    return best if best >= 0 else 1


@pytest.mark.parametrize(
    ("nets", "transfers"),
    [
        ((), 0),
        ((0, 0), 0),
        ((-5, 5), 1),
        ((-5, -5, 10), 2),
        ((-5, 5, -7, 7), 2),
        ((-1, -2, 3, -4, 4), 3),
        ((-6, -4, 5, 5), 3),
        ((-3, -3, 2, 2, 2), 4),  # no smaller group sums to nothing
        ((-8, 3, 5, -9, 2, 7), 4),
        ((-2, 6, 5, 3, -4, -8), 4),  # two groups that a greedy plan does not see: it needs five
    ],
)
def test_the_fewest_transfers_of_small_malls(nets: tuple[int, ...], transfers: int) -> None:
    plan = fewest(named(*nets))
    assert (len(plan.payments), plan.exact) == (transfers, True)
    assert left(named(*nets), plan) == {}


@settings(max_examples=60)
@given(some.lists(some.integers(-6, 6), max_size=6))
def test_a_small_plan_is_as_short_as_any(first: list[int]) -> None:
    nets = named(*(one for one in (*first, -sum(first)) if one))
    plan = fewest(nets)
    assert left(nets, plan) == {}
    assert len(plan.payments) == len(nets) - (tried(tuple(nets.values())) if nets else 0)
    groups = most_groups(nets) if nets else []
    assert all(sum(nets[party] for party in group) == 0 for group in groups)


@settings(max_examples=60)
@given(some.lists(some.integers(-(10**6), 10**6), min_size=13, max_size=60))
def test_a_long_plan_stays_within_its_bound_and_is_the_same_again(first: list[int]) -> None:
    nets = named(*first, -sum(first))
    plan = fewest(nets)
    assert left(nets, plan) == {}
    parties = sum(yen != 0 for yen in nets.values())
    assert len(plan.payments) <= max(0, parties - 1)
    assert plan.exact == (parties <= EXACT_PARTIES)
    assert fewest(dict(reversed(nets.items()))) == plan
