"""表: what a page shows and its CSV saves, the same numbers in both."""

from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct, structs

from deploy.figures.figures import (
    BOOKED,
    FIGURES,
    PEOPLE_OF,
    Counts,
    Days,
    Figure,
    Grain,
    Kind,
    together,
    told,
)
from deploy.figures.places import Places
from federation.crowd import FEW, Few
from settlement.sheet import as_csv, safe

Link = Mapping[str, str]
Number = int | Few | None
Cell = tuple[Number, Link | None]  # the number, and which entries are behind it

COUNTED: Link = {"how": "counted"}  # what a page says of how it counts
JOINED, ELSEWHERE, DECLARED = "/console/joined", "/console/elsewhere", "/console/declared"
ALL_OF_IT = ("計", "All")


class Row(Struct, frozen=True):
    """One line of a table; the figure that its cells are."""

    code: str
    ja: str
    en: str
    cells: tuple[Cell, ...]
    kind: Kind | None = None


class Table(Struct, frozen=True):
    """Numbers by line and column, with the sum where they have one."""

    columns: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    foot: Row | None = None
    kind: Kind | None = None
    kinds: tuple[Kind, ...] = ()  # of each column, where they differ

    def csv(self, corner: str) -> bytes:
        """As a spreadsheet opens it; tenths with their point."""
        head = [corner, "English", *(safe(ja) for ja, _ in self.columns)]
        lines = [*self.rows, *([self.foot] if self.foot else [])]
        return as_csv(head, (self._line(one) for one in lines))

    def _line(self, row: Row) -> list[str | int]:
        kinds = self.kinds or [row.kind or self.kind] * len(row.cells)
        cells = zip(row.cells, kinds, strict=True)
        return [safe(row.ja), safe(row.en), *(plain(count, kind) for (count, _), kind in cells)]


def plain(count: Number, kind: Kind | None) -> str | int:
    """A number as a spreadsheet reads it."""
    if isinstance(count, Few):
        return "<10"
    if count is None:
        return ""
    return f"{count / 10:.1f}" if kind is not None and kind.tenths else count


def heading(day: date, grain: Grain | None) -> tuple[str, str]:
    """A column's name in both languages."""
    if grain == "month":
        return (f"{day:%Y年}{day.month}月", f"{day:%b %Y}")
    week = grain == "week"
    ja, en = f"{day.month}/{day.day}", f"{day.day} {day:%b}"
    return (f"{ja}の週", f"week of {en}") if week else (ja, en)


def behind(days: tuple[date, date], place: str, figure: str) -> Link:
    """Which entries have a part in a number; of a ratio, how it is counted."""
    if figure not in BOOKED:
        return COUNTED
    found = {"from": str(days[0]), "to": str(days[1]), "figure": figure}
    return {**found, "place": place} if place else found


def there(page: Link, days: tuple[date, date], place: str) -> Link:
    """What else makes up a number, of some days and a place; words stay words."""
    if "how" in page:
        return page
    return {**page, "from": str(days[0]), "to": str(days[1]), "place": place}


def over_time(counts: Counts, days: Days, at: Places, figures: Iterable[Figure]) -> Table:
    """Some figures of one place, a line each, over time."""
    lines, columns = [], days.columns()
    for name in figures:
        cells = tuple(
            (
                told(counts.get((day, "all"), {}), name, exact=at.exact),
                behind(days.of(day), at.place, name),
            )
            for day in columns
        )
        kind = FIGURES[name]
        lines.append(Row(name, kind.ja, kind.en, cells, kind))
    return Table(tuple(heading(day, days.grain) for day in columns), tuple(lines))


def by_place(
    counts: Counts, days: Days, at: Places, figure: Figure, whole: Mapping[date, Number]
) -> Table:
    """One figure over time, a line for each place, and all of them together."""
    columns, lines = days.columns(), []
    for code, (ja, en) in at.names.items():
        cells: list[Cell] = [
            (told(counts.get((day, code), {}), figure, exact=at.exact),
             behind(days.of(day), at.within(code), figure))
            for day in columns
        ]  # fmt: skip
        all_days = [counts.get((day, code), {}) for day in columns]
        cells.append(
            summed(all_days, figure, behind((days.first_on, days.last_on), at.within(code), figure))
        )
        lines.append(Row(code, ja, en, tuple(cells)))
    if figure in PEOPLE_OF:  # a sum beside one that is hidden may give it away
        few = {n for row in lines for n, (count, _) in enumerate(row.cells) if count is FEW}
        whole = {day: None if n in few else whole.get(day) for n, day in enumerate(columns)}
    foot: list[Cell] = [(whole.get(day), behind(days.of(day), at.place, figure)) for day in columns]
    span = behind((days.first_on, days.last_on), at.place, figure)
    every = [one for key, one in counts.items() if key[1] in at.names]
    foot.append(summed(every, figure, span))
    heads = (*(heading(day, days.grain) for day in columns), ALL_OF_IT)
    return Table(heads, tuple(lines), Row("all", *ALL_OF_IT, tuple(foot)), FIGURES[figure])


def summed(counts: list[dict[str, int]], figure: str, link: Link) -> Cell:
    """A sum; none of figures that do not add up, such as people."""
    if figure in PEOPLE_OF:
        return None, None
    return told(together(counts), figure, exact=True), link


def compared(
    counts: Counts, days: Days, at: Places, figures: Iterable[Figure],
    more: Mapping[str, tuple[Kind, Mapping[str, Number], Link]],
) -> Table:  # fmt: skip
    """Places side by side: a line each, a column for each figure and what else is known."""
    lines, names = [], list(figures)
    span = (days.first_on, days.last_on)
    for code, (ja, en) in at.names.items():
        one = counts.get((days.first_on, code), {})
        cells: list[Cell] = [
            (told(one, name, exact=at.exact), behind(span, at.within(code), name)) for name in names
        ]
        cells += [
            (known.get(code, 0), there(page, span, at.within(code)))
            for _, known, page in more.values()
        ]
        lines.append(Row(code, ja, en, tuple(cells)))
    heads = [FIGURES[name] for name in names] + [kind for kind, _, _ in more.values()]
    return Table(tuple((one.ja, one.en) for one in heads), tuple(lines), kinds=tuple(heads))


def sorted_by(table: Table, column: int, rising: bool) -> Table:
    """The same, in the order of one column; what is not told stands last."""
    known = [row for row in table.rows if isinstance(row.cells[column][0], int)]
    rest = [row for row in table.rows if not isinstance(row.cells[column][0], int)]
    known.sort(key=lambda row: row.cells[column][0], reverse=not rising)  # type: ignore[arg-type, return-value]
    return structs.replace(table, rows=(*known, *rest))
