"""精算書のCSV: a statement as a spreadsheet reads it, in Japan and elsewhere.

UTF-8 with a byte order mark and CRLF (RFC 4180), so that Excel opens it; a text that a spreadsheet
would take for a formula gets an apostrophe before it.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from msgspec import UNSET, UnsetType

from settlement.paper.paper import DayLine
from settlement.paper.said import named
from settlement.paper.tax import category
from settlement.statement import Statement

HEAD = (
    "精算番号", "期", "当事者", "コード", "科目", "Item", "ポイント", "件数", "円", "税区分",
    "本来コード", "対象期",
)  # fmt: skip
DAY_HEAD = (
    "精算番号", "期", "当事者", "営業日", "コード", "本来コード", "科目", "Item", "ポイント",
    "件数", "円",
)  # fmt: skip
FORMULA = tuple("=+-@\t\r\0＝＋－＠")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")


def sheet(statement: Statement) -> bytes:
    """The statement line by line, its total last."""
    return as_csv(HEAD, _rows(statement))


def day_sheet(statement: Statement, days: Sequence[DayLine]) -> bytes:
    """Its lines by business date."""
    return as_csv(DAY_HEAD, (_day_row(statement, day) for day in days))


def as_csv(head: Sequence[str], told: Iterable[Sequence[str | int]]) -> bytes:
    """A table as Excel opens it, whatever its cells say."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(head)
    for row in told:
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in row])
    return b"\xef\xbb\xbf" + written.getvalue().encode()


def _rows(statement: Statement) -> Iterator[tuple[str | int, ...]]:
    for line in statement.lines:
        yield (
            safe(statement.number),
            statement.cycle,
            safe(statement.party.name),
            line.code,
            safe(line.name),
            safe(line.name_en),
            line.points,
            line.entries,
            _known(line.yen),
            category(line, statement)[0],
            _known(line.original),
            _known(line.of_cycle),
        )


def _known(cell: str | int | UnsetType) -> str | int:
    """A cell, or an empty one."""
    return "" if cell is UNSET else cell


def _day_row(statement: Statement, day: DayLine) -> tuple[str | int, ...]:
    original = None if day.original is UNSET else day.original
    return (
        safe(statement.number),
        statement.cycle,
        safe(statement.party.name),
        day.business_date.isoformat(),
        day.code,
        _known(day.original),
        safe(named(day.code, original, "ja")),
        safe(named(day.code, original, "en")),
        day.points,
        day.entries,
        _known(day.yen),
    )


def safe(text: str) -> str:
    """A text that no spreadsheet computes; a plain number is one, and stays."""
    return f"'{text}" if text.startswith(FORMULA) and not NUMBER.fullmatch(text) else text
