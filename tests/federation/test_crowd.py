"""人数の秘匿: what is hidden is hidden, whatever is shown beside it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import crowd
from federation.crowd import LEAST, Table, Told, told


@pytest.mark.parametrize(("counts", "shown", "total"), [
    ([], (), None),
    ([9], (None,), None),
    ([10], (10,), 10),
    ([0, 30], (None, None), 30),
    ([9, 10, 500], (None, None, 500), 519),
    ([40, 9, 20, 30], (40, None, None, 30), 99),
    ([9, 1, 50], (None, None, 50), 60),  # together ten
    ([4, 5, 50, 60], (None, None, None, 60), 119),  # together nine: fewer than may be told
    ([0, 0, 40], (None, None, None), 40),
    ([1, 2, 3], (None, None, None), None),
    ([10, 10, 10], (10, 10, 10), 30),
])  # fmt: skip
def test_a_count_below_ten_is_hidden_with_as_many_others_as_it_takes(
    counts: list[int], shown: tuple[int | None, ...], total: int | None
) -> None:
    assert told(counts) == Told(shown, total)


def test_the_operator_sees_every_count() -> None:
    assert told([1, 30], exact=True) == Told((1, 30), 31)
    assert (crowd.one(9), crowd.one(10), crowd.one(9, exact=True)) == (None, 10, 9)
    assert crowd.by_name({"a": 3, "b": 90}) == ({"a": None, "b": None}, 93)


def test_two_rings_that_one_cell_joins_give_that_cell_away_and_so_it_does_not_stand_alone() -> None:
    """Every line has two hidden cells, and yet one of them follows: it is a bridge."""
    few = {(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 2)}
    cells = [[5 if (y, x) in few else 100 for x in range(4)] for y in range(4)]
    assert not follows(crowd.table(cells))


tables = st.integers(1, 4).flatmap(
    lambda wide: st.lists(
        st.lists(st.sampled_from([0, 1, 4, 9, 10, 11, 40]), min_size=wide, max_size=wide),
        min_size=1,
        max_size=4,
    )
)


@given(tables)
def test_nothing_hidden_follows_from_what_is_shown(cells: list[list[int]]) -> None:
    found = crowd.table(cells)
    assert follows(found) == []
    for row, shown in zip(cells, found.cells, strict=True):
        assert all(count is None or count >= LEAST for count in shown)
        assert all(one in (None, count) for one, count in zip(shown, row, strict=True))
    for line, total in zip(found.cells, found.rows, strict=True):
        if total is not None and None in line:
            assert total - sum(one for one in line if one is not None) >= LEAST


def follows(found: Table) -> list[int]:
    """The hidden cells that a reader can compute: by elimination over all sums at once."""
    whole = [
        *([*row, total] for row, total in zip(found.cells, found.rows, strict=True)),
        [*found.columns, found.total],
    ]
    names = [(y, x) for y, row in enumerate(whole) for x, one in enumerate(row) if one is None]
    lines = [[(y, x) for x in range(len(whole[0]))] for y in range(len(whole))]
    lines += [[(y, x) for y in range(len(whole))] for x in range(len(whole[0]))]
    left = [
        [Fraction((at in line) * (-1 if at == line[-1] else 1)) for at in names] for line in lines
    ]
    done = 0
    for column in range(len(names)):
        pivot = next((row for row in range(done, len(left)) if left[row][column]), None)
        if pivot is None:
            continue
        left[done], left[pivot] = left[pivot], left[done]
        left[done] = [one / left[done][column] for one in left[done]]
        for row in range(len(left)):
            if row != done and left[row][column]:
                times = left[row][column]
                left[row] = [a - times * b for a, b in zip(left[row], left[done], strict=True)]
        done += 1
    return [row.index(1) for row in left if sum(1 for one in row if one) == 1]
