"""充当方式: of points that are alike to the member, each funder bears its part of what is spent."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.purse import Lot, Purse, take

TODAY, SOON, LATE = date(2026, 6, 3), date(2026, 6, 30), date(2028, 3, 31)
A, B, C = 101, 102, 103
OURS, FIFO = frozenset({1}), frozenset[int]()


def lot(entry: int, funder: int, points: int, scheme: int = 1, **more: object) -> Lot:
    whole = {"expires_on": LATE, "limited": False, "facility_id": None, "rule": "base", **more}
    return Lot(1, entry, 0, points, points, 0, 10, funder, scheme, usable_from=TODAY, **whole)  # type: ignore[arg-type]  # the rest of its words


def purse(*lots: Lot) -> Purse:
    points = sum(one.points for one in lots)
    return Purse(
        1, "general", points, 0, 0, "active", None, 0, None, None,
        lots={one.key: one for one in lots}, read=True,
    )  # fmt: skip


def spent(points: int, *lots: Lot, facility: int | None = None) -> list[tuple[int, int]]:
    taken = purse(*lots).spend(points, TODAY, facility, False, OURS)
    return [(one.entry_id, n) for one, n in taken]


SPENDINGS = [
    ("each its part", 80, [lot(7, A, 100), lot(8, B, 300)], [(7, 20), (8, 60)]),
    ("largest remainder", 81, [lot(7, A, 100), lot(8, B, 300)], [(7, 20), (8, 61)]),
    ("a tie is the first one's", 1, [lot(7, A, 5), lot(8, B, 5)], [(7, 1)]),
    ("of one funder the oldest first", 6, [lot(7, A, 4), lot(8, B, 6), lot(9, A, 8)],
     [(7, 4), (8, 2)]),
    ("many lots are no more than one", 3, [lot(n, A, 1) for n in range(1, 5)] + [lot(9, B, 4)],
     [(1, 1), (2, 1), (9, 1)]),
    ("what lapses sooner still goes first", 101,
     [lot(7, A, 100, expires_on=SOON), lot(8, B, 300)], [(7, 100), (8, 1)]),
    ("limited points go by themselves", 3, [lot(7, A, 2, limited=True), lot(8, B, 9)],
     [(7, 2), (8, 1)]),
    ("another scheme's points are as old as they are", 5, [lot(7, A, 4, 2), lot(8, B, 8)],
     [(7, 4), (8, 1)]),
    ("two schemes are two pools", 8,
     [lot(7, A, 4), lot(8, B, 4, 2), lot(9, C, 4), lot(10, A, 4, 2)], [(7, 2), (8, 4), (9, 2)]),
    ("all of it", 12, [lot(7, A, 4), lot(8, B, 8)], [(7, 4), (8, 8)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("points", "lots", "drawn"),
    [one[1:] for one in SPENDINGS],
    ids=[one[0].replace(" ", "-") for one in SPENDINGS],
)
def test_what_is_spent_is_attributed_to_its_funders(
    points: int, lots: list[Lot], drawn: list[tuple[int, int]]
) -> None:
    assert spent(points, *lots) == drawn


def test_points_of_a_facility_are_a_pool_of_their_own() -> None:
    lots = lot(7, A, 4, facility_id=201), lot(8, B, 4), lot(9, C, 4)
    assert spent(6, *lots, facility=201) == [(7, 4), (8, 1), (9, 1)]


several = st.lists(
    st.tuples(
        st.sampled_from([A, B, C]), st.integers(1, 9), st.sampled_from([1, 2]),
        st.sampled_from([SOON, LATE]), st.booleans(),
    ),
    min_size=1,
    max_size=8,
)  # fmt: skip


@given(several, st.integers(0, 10_000))
def test_a_member_notices_nothing(said: list[tuple[int, int, int, date, bool]], share: int) -> None:
    """Of each last day and kind as much is taken as if the oldest went first; of each pool no
    funder bears a point more or less than its part, rounded."""
    lots = [
        lot(n, funder, points, scheme, expires_on=day, limited=limited)
        for n, (funder, points, scheme, day, limited) in enumerate(said, 1)
    ]
    ours = purse(*lots)
    points = ours.points * share // 10_000
    alike: dict[tuple[date | None, bool, int], Counter[int]] = {}
    for taken in (ours.spend(points, TODAY, None, False, schemes) for schemes in (FIFO, OURS)):
        assert sum(n for _, n in taken) == points
        assert all(0 < n <= one.free for one, n in taken)
    plain, shared = (ours.spend(points, TODAY, None, False, way) for way in (FIFO, OURS))
    for way in (plain, shared):
        for one, n in way:
            key = one.expires_on, one.limited, one.scheme_id
            alike.setdefault(key, Counter())[way is shared] += n
    assert all(found[True] == found[False] for found in alike.values())
    for (day, limited, scheme), found in alike.items():
        pool = [one for one in lots if (one.expires_on, one.limited) == (day, limited)]
        pool = [one for one in pool if one.scheme_id == scheme == 1]
        for funder in {one.funder_id for one in pool}:
            has = sum(one.points for one in pool if one.funder_id == funder)
            bears = sum(n for one, n in shared if one in pool and one.funder_id == funder)
            exact = found[True] * has
            whole = sum(one.points for one in pool)
            assert exact // whole <= bears <= -(-exact // whole)


def test_a_hold_is_captured_in_proportion_too() -> None:
    ours = purse(lot(7, A, 100), lot(8, B, 300))
    held = ours.spend(80, TODAY, None, False, OURS)
    assert [(one.entry_id, n) for one, n in ours.attribute(take(held, 41), held, OURS)] == [
        (7, 10), (8, 31),
    ]  # fmt: skip
