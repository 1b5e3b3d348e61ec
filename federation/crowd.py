"""人数の秘匿: counts of people that are too small to be shown to whoever is not the operator (G16).

A count below ten is hidden; and with it as many others as are needed, so that it does not follow
from a total or from what is left (補完秘匿). Zero is below ten: that nobody did a thing tells of
everybody. Pure. Whoever counts over another window can subtract: show whole months alone.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import Enum
from typing import TypeVar

from msgspec import Struct

LEAST = 10  # people


class Few(Enum):
    """What stands where a count would: it is one of fewer than ten, zero included."""

    FEW = "few"


FEW = Few.FEW

Key = TypeVar("Key", bound=Hashable)
Grid = list[list[bool]]


class Told(Struct, frozen=True):
    """Counts with their sum as they may be shown; None: fewer than may be told, or told by it."""

    counts: tuple[int | None, ...]
    total: int | None


class Table(Struct, frozen=True):
    """Counts by row and column with all their sums, as they may be shown."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int | None


def told(counts: Sequence[int], *, exact: bool = False) -> Told:
    """A list of counts of different people and their sum; the operator's (`exact`) as they are."""
    total = sum(counts)
    hidden = {at for at, count in enumerate(counts) if not exact and count < LEAST}
    shown = sorted(set(range(len(counts))) - hidden, key=lambda at: counts[at])
    lacking = sum(counts[at] for at in hidden)
    while hidden and shown and lacking < LEAST:  # one that is alone lacks as few
        hidden.add(shown[0])
        lacking += counts[shown.pop(0)]
    return Told(
        tuple(None if at in hidden else count for at, count in enumerate(counts)),
        one(total, exact=exact),
    )


def by_name(
    counts: Mapping[Key, int], *, exact: bool = False
) -> tuple[dict[Key, int | None], int | None]:
    """The same by name, and the sum."""
    found = told(list(counts.values()), exact=exact)
    return dict(zip(counts, found.counts, strict=True)), found.total


def one(count: int, *, exact: bool = False) -> int | None:
    """A count that stands alone."""
    return count if exact or count >= LEAST else None


def few(count: int, *, exact: bool = False) -> int | Few:
    """The same, to be shown as "fewer than ten" instead of nothing."""
    return count if exact or count >= LEAST else FEW


def known(count: int | Few | None) -> int | None:
    """A count as programs read it."""
    return None if isinstance(count, Few) else count


def table(cells: Sequence[Sequence[int]], *, exact: bool = False) -> Table:
    """Counts by row and column of people who stand in one cell each. The sums are judged as cells
    are: a sum is a count of people too, and may be what gives a hidden cell away."""
    assert len({len(row) for row in cells}) == 1, "a table has rows of one length"
    if len(cells) == 1:
        line = told(cells[0], exact=exact)
        return Table((line.counts,), (line.total,), line.counts, line.total)
    if len(cells[0]) == 1:
        line = told([row[0] for row in cells], exact=exact)
        each = tuple((count,) for count in line.counts)
        return Table(each, line.counts, (line.total,), line.total)
    whole = with_sums(cells)
    hidden = [[not exact and count < LEAST for count in row] for row in whole]
    while (more := exposed(whole, hidden)) is not None:
        hidden[more[0]][more[1]] = True
    shown = [
        tuple(None if hid else count for count, hid in zip(row, hides, strict=True))
        for row, hides in zip(whole, hidden, strict=True)
    ]
    return Table(
        tuple(row[:-1] for row in shown[:-1]),
        tuple(row[-1] for row in shown[:-1]),
        shown[-1][:-1],
        shown[-1][-1],
    )


def with_sums(cells: Sequence[Sequence[int]]) -> list[list[int]]:
    """A table with its sums behind each row and under each column."""
    rows = [[*row, sum(row)] for row in cells]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def exposed(whole: Sequence[Sequence[int]], hidden: Grid) -> tuple[int, int] | None:
    """The next cell to hide; None where nothing that is hidden follows from what is shown.

    Rows and columns are places, hidden cells the ways between them: a cell follows exactly where
    no other way leads round (Gusfield 1988). And those hidden in one line are known to be few
    where the sum is shown: what is lacking is their number, so it must be ten at least."""
    for line in lines(len(whole), len(whole[0])):
        hides = [at for at in line if hidden[at[0]][at[1]]]
        lacking = sum(whole[y][x] for y, x in hides)
        few = line[-1] not in hides and lacking < LEAST
        follows = any(not led_round(hidden, y, x) for y, x in hides)
        shows = [at for at in line if not hidden[at[0]][at[1]]]
        if hides and shows and (few or follows):
            return min(shows, key=lambda at: (whole[at[0]][at[1]], at))
    return None


def led_round(hidden: Grid, y: int, x: int) -> bool:
    """Whether another way than this cell leads from its row to its column."""
    rows, news = {y}, [y]
    columns: set[int] = set()
    while news:
        row = news.pop()
        for column, hides in enumerate(hidden[row]):
            if hides and column not in columns and (row, column) != (y, x):
                if column == x:
                    return True
                columns.add(column)
                found = {other for other, line in enumerate(hidden) if line[column]} - rows
                rows |= found
                news += found
    return False


def lines(high: int, wide: int) -> Iterable[list[tuple[int, int]]]:
    """The places of each row and each column, the sum last."""
    yield from ([(y, x) for x in range(wide)] for y in range(high))
    yield from ([(y, x) for y in range(high)] for x in range(wide))
