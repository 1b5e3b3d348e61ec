"""一覧のCSV: what a page lists, as a spreadsheet opens it: heads in Japanese, codes in words."""

from collections.abc import Iterable, Mapping

from litestar import Response

from settlement.reports.reports_api import sheet
from settlement.sheet import as_csv, safe

Columns = Mapping[str, str]  # a field, and what stands over it
Words = Mapping[str, Mapping[str, tuple[str, str]]]  # of a field: a code, and its words
YES_NO = {True: "はい", False: "いいえ"}


def listing(
    found: Iterable[object], columns: Columns, name: str, words: Words | None = None
) -> Response[bytes]:
    """Objects as rows, a column for each field; what there is not is empty."""
    known = words or {}
    cells = (
        [cell(getattr(one, field), known.get(field, {})) for field in columns] for one in found
    )
    return sheet(as_csv(tuple(columns.values()), cells), name)


def cell(value: object, words: Mapping[str, tuple[str, str]]) -> str | int:
    """A value as a spreadsheet reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES_NO[value]
    if isinstance(value, int):
        return value
    text = str(value)
    return words[text][0] if text in words else safe(text)
