"""税区分: what each line is to the consumption tax, and what a statement comes to by category.

Points are no consideration for anything, so that their cost and their reimbursement are 不課税; the
hub's fees are 課税 (domain 1.4). A line for an earlier cycle is what it would have been in time.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import UNSET, Struct

from settlement.statement import LATE, TOTAL, StatementLine

Tax = Literal["taxable-10", "tax", "none", "outside", "memo", "total"]

TAXABLE = frozenset({211, 301, 302, 311})
CONSUMPTION_TAX = frozenset({601, 611})
CARRIED = 402
RATE_PERCENT = 10
NAMES: dict[Tax, tuple[str, str]] = {
    "taxable-10": ("課税10%", "10 %"),
    "tax": ("消費税", "tax"),
    "none": ("不課税", "none"),
    "outside": ("―", "–"),
    "memo": ("―", "–"),
    "total": ("", ""),
}


class Summary(Struct, frozen=True):
    """A statement by tax category, from its party's side: paid to it (+), or by it (-)."""

    taxable_yen: int
    tax_yen: int
    none_yen: int
    outside_yen: int

    @property
    def total_yen(self) -> int:
        """What the statement comes to."""
        return self.taxable_yen + self.tax_yen + self.none_yen + self.outside_yen


def tax_of(code: int, original: int | None = None) -> Tax:
    """The category of a line; a code that nobody knows here is points, which are 不課税."""
    if code == LATE and original is not None:
        return tax_of(original)
    if code == TOTAL:
        return "total"
    if code in TAXABLE:
        return "taxable-10"
    if code in CONSUMPTION_TAX:
        return "tax"
    if code == CARRIED:
        return "outside"
    return "memo" if 800 <= code < TOTAL else "none"


def of_line(line: StatementLine) -> Tax:
    """The category of a statement's line."""
    return tax_of(line.code, None if line.original is UNSET else line.original)


def summed(lines: Iterable[StatementLine]) -> Summary:
    """What the lines come to by category; the total itself is not a line."""
    yen: dict[Tax, int] = dict.fromkeys(("taxable-10", "tax", "none", "outside", "memo"), 0)
    for line in lines:
        if line.code != TOTAL and line.yen is not UNSET:
            yen[of_line(line)] += line.yen
    assert not yen["memo"], "a memo line has no yen"
    return Summary(yen["taxable-10"], yen["tax"], yen["none"], yen["outside"])
