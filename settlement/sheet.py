"""精算書のCSV: a statement as a spreadsheet reads it, in Japan and elsewhere.

UTF-8 with a byte order mark and CRLF (RFC 4180), so that Excel opens it; a text that a spreadsheet
would take for a formula gets an apostrophe before it.
"""

import csv
from collections.abc import Iterator
from io import StringIO

from msgspec import UNSET

from settlement.statement import Statement

HEAD = ("精算番号", "期", "当事者", "コード", "科目", "Item", "ポイント", "件数", "円")
FORMULA = tuple("=+-@\t\r\0＝＋－＠")


def sheet(statement: Statement) -> bytes:
    """The statement line by line, its total last."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEAD)
    writer.writerows(_rows(statement))
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
            "" if line.yen is UNSET else line.yen,
        )


def safe(text: str) -> str:
    """A text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(FORMULA) else text
