"""来店時刻: hour by weekday, from receipts, sales or the members who came."""

from typing import Literal

from psycopg import AsyncConnection

from deploy.figures.figures import FIGURES, Days, Figure
from deploy.figures.places import Places
from deploy.figures.tables import Cell, Row, Table, behind
from federation.crowd import Few, few
from federation.reading import rows
from federation.sql import statement

HOURS = statement(__file__, "hours")
Measure = Literal["receipts", "sales_yen", "members", "issued_points", "redeemed_points"]
NAMES: dict[Figure, tuple[str, str]] = {
    name: (FIGURES[name].ja, FIGURES[name].en)
    for name in ("receipts", "sales_yen", "members", "issued_points", "redeemed_points")
}  # type: ignore[assignment, unused-ignore]
WEEKDAYS = (
    ("月", "Mon"), ("火", "Tue"), ("水", "Wed"), ("木", "Thu"), ("金", "Fri"), ("土", "Sat"),
    ("日", "Sun"),
)  # fmt: skip
OPEN = range(8, 22)  # shown even where nobody came


async def hours(reader: AsyncConnection, days: Days, at: Places, measure: Measure) -> Table:
    """How much there was in each hour of each weekday."""
    asked = {**days.asked(), **at.asked(), "with_members": measure == "members"}
    met = {(row["weekday"], row["hour"]): row[measure] for row in await rows(reader, HOURS, asked)}
    shown = sorted({*OPEN, *(hour for (_, hour), count in met.items() if count)})

    def told(count: int) -> int | Few:
        return few(count, exact=at.exact) if measure == "members" else count

    span = behind((days.first_on, days.last_on), at.place, measure)
    lines = []
    for weekday, (ja, en) in enumerate(WEEKDAYS, 1):
        cells: tuple[Cell, ...] = tuple(
            (
                told(met.get((weekday, hour), 0)),
                {**span, "weekday": str(weekday), "hour": str(hour)},
            )
            for hour in shown
        )
        lines.append(Row(str(weekday), ja, en, cells))
    heads = tuple((f"{hour}時", f"{hour}:00") for hour in shown)
    return Table(heads, tuple(lines), None, FIGURES[measure])


def most(table: Table) -> int:
    """The largest cell, at least 1."""
    return max([1, *(n for row in table.rows for n, _ in row.cells if isinstance(n, int))])
