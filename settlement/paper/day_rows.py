"""日別小計: a statement's lines by business date, as its paper and its page place them. Pure."""

from datetime import date

from msgspec import UNSET, Struct

from settlement.paper.labels import LABELS
from settlement.paper.paper import DayLine, Lang, Paper
from settlement.paper.said import named, weekday, yen


class DayRow(Struct, frozen=True):
    """One line of a business date; the date stands in the first of its day, and in `on` of all."""

    day: str
    code: str
    name: str
    points: str
    entries: str
    yen: str
    strong: bool = False
    on: date | None = None
    original: int | None = None


def day_rows(paper: Paper) -> list[DayRow]:
    """Line by line within each business date, each day's sum below it; then what is not told by
    date, and all together."""
    words, told = LABELS[paper.lang], []
    for on in sorted({one.business_date for one in paper.days}):
        lines = [one for one in paper.days if one.business_date == on]
        for place, one in enumerate(lines):
            told.append(day_row(one, weekday(on, paper.lang) if place == 0 else "", paper.lang))
        told.append(sum_row(words["day_total"], day_yen(lines)))
    if told:
        by_day = day_yen(list(paper.days))
        rest = paper.statement.total_yen - by_day
        if rest:
            told.append(sum_row(words["per_cycle"], rest))
        told.append(sum_row(words["days_total"], by_day + rest))
    return told


def day_yen(lines: list[DayLine]) -> int:
    """What some lines come to."""
    return sum(line.yen for line in lines if line.yen is not UNSET)


def day_row(line: DayLine, said: str, lang: Lang) -> DayRow:
    """A line of a day."""
    amount = "" if line.yen is UNSET else yen(line.yen)
    original = None if line.original is UNSET else line.original
    return DayRow(
        said, str(line.code), named(line.code, original, lang), yen(line.points),
        f"{line.entries:,}", amount, on=line.business_date, original=original,
    )  # fmt: skip


def sum_row(name: str, amount: int) -> DayRow:
    """A sum of yen."""
    return DayRow("", "", name, "", "", yen(amount), strong=True)
