"""この数字の明細: the page that a number opens: what it adds up, line by line, and as a sheet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from litestar import Request, Response
from litestar.params import QueryParameter
from msgspec import Struct

from settlement.reports.reports_api import sheet
from settlement.sheet import as_csv, safe
from tenants.showing import Show

MOST = 100
MOST_ON_A_SHEET = 20_000
Told = tuple[str, str]
Skip = Annotated[int, QueryParameter(ge=0, le=1_000_000_000)]


class Cell(Struct, frozen=True):
    """What stands in a column of a line, in both languages, and what it leads to."""

    ja: str | int
    en: str | int
    path: str | None = None


class Head(Struct, frozen=True):
    """A column; `part` is the one whose sum the number is."""

    ja: str
    en: str
    number: bool = False
    part: bool = False


class Behind(Struct, frozen=True):
    """The lines behind a number, a leaf of them; what all come to, and how many they are."""

    path: str
    asked: Mapping[str, str]
    title: Told
    about: Told
    unit: Told
    whole: int
    heads: tuple[Head, ...]
    lines: Sequence[tuple[Cell, ...]]
    skip: int = 0
    count: int = 0

    @property
    def more(self) -> int | None:
        """Where the next leaf begins."""
        after = self.skip + len(self.lines)
        return after if self.lines and after < self.count else None


def words(ja: str | date, en: str | date | None = None, path: str | None = None) -> Cell:
    """A text; the same in English where nothing else is said."""
    return Cell(str(ja), str(ja if en is None else en), path)


def number(count: int, path: str | None = None) -> Cell:
    """A number."""
    return Cell(count, count, path)


def opened(request: Request[Any, Any, Any], show: Show, found: Behind) -> Response[bytes]:
    """The page."""
    return show(request, "people/behind.html", found=found)


def saved(found: Behind, name: str) -> Response[bytes]:
    """The same lines as a sheet."""
    told = ([safe(c.ja) if isinstance(c.ja, str) else c.ja for c in line] for line in found.lines)
    return sheet(as_csv([one.ja for one in found.heads], told), name)
