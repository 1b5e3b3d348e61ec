"""税区分: what each line is to the consumption tax, and what a statement comes to by category.

Points are no consideration for anything, so that their cost and their reimbursement are 不課税; the
hub's fees are 課税 (domain 1.4), at the rate of their cycle. A line for an earlier cycle is what it
would have been in time, at the rate of then; what was only held back is taxed already.
"""

from collections import Counter
from typing import Literal

from msgspec import UNSET, Struct

from settlement.statement import LATE, TAXED, TAXES, TOTAL, Statement, StatementLine

Tax = Literal["taxable", "tax", "none", "outside", "memo", "total"]

CARRIED = 402
NAMES: dict[Tax, tuple[str, str]] = {
    "taxable": ("課税", ""),
    "tax": ("消費税", "tax"),
    "none": ("不課税", "none"),
    "outside": ("―", "–"),
    "memo": ("―", "–"),
    "total": ("", ""),
}


class Taxed(Struct, frozen=True):
    """What of a statement is taxed at one rate, without the tax, and the tax on it."""

    rate_bp: int
    taxable_yen: int = 0
    tax_yen: int = 0

    @property
    def percent(self) -> str:
        """The rate as people write it."""
        return percent(self.rate_bp)

    @property
    def gross_yen(self) -> int:
        """With the tax."""
        return self.taxable_yen + self.tax_yen


class Summary(Struct, frozen=True):
    """A statement by tax category, from its party's side: paid to it (+), or by it (-); the highest
    rate first."""

    rates: tuple[Taxed, ...]
    none_yen: int
    outside_yen: int

    @property
    def taxable_yen(self) -> int:
        """All that is taxed, without the tax."""
        return sum(one.taxable_yen for one in self.rates)

    @property
    def gross_yen(self) -> int:
        """All that is taxed, with the tax."""
        return sum(one.gross_yen for one in self.rates)

    @property
    def total_yen(self) -> int:
        """What the statement comes to."""
        return self.gross_yen + self.none_yen + self.outside_yen


def tax_of(code: int, original: int | None = None) -> Tax:
    """The category of a line; a code that nobody knows here is points, which are 不課税."""
    if code == LATE and original is not None:
        return tax_of(original)
    if code == TOTAL:
        return "total"
    if code in TAXED:
        return "taxable"
    if code in TAXES:
        return "tax"
    if code == CARRIED:
        return "outside"
    return "memo" if 800 <= code < TOTAL else "none"


def of_line(line: StatementLine) -> Tax:
    """The category of a statement's line; what was held back was taxed in its own cycle."""
    if line.settles == "released":
        return "outside"
    return tax_of(line.code, None if line.original is UNSET else line.original)


def rate_of(line: StatementLine, told: Statement) -> int:
    """The rate of a taxed line: its own, where it corrects another cycle; else the statement's."""
    if line.tax_bp is not UNSET:
        return line.tax_bp
    return 0 if told.tax is UNSET else told.tax.rate_bp


def percent(rate_bp: int) -> str:
    """A rate as people write it."""
    return f"{rate_bp / 100:g}%"


def category(line: StatementLine, told: Statement) -> tuple[str, str]:
    """The category of a line in both languages, with its rate."""
    tax = of_line(line)
    name, name_en = NAMES[tax]
    rate = percent(rate_of(line, told)) if tax == "taxable" else ""
    return name + rate, name_en + rate


def summed(told: Statement) -> Summary:
    """What a statement comes to by category and rate; the total itself is not a line."""
    yen: Counter[Tax] = Counter()
    taxed: Counter[tuple[int, Tax]] = Counter()
    for line in told.lines:
        tax = of_line(line)
        if tax != "total" and line.yen is not UNSET:
            yen[tax] += line.yen
            if tax in ("taxable", "tax"):
                taxed[rate_of(line, told), tax] += line.yen
    assert not yen["memo"], "a memo line has no yen"
    rates = sorted({rate for rate, _ in taxed}, reverse=True)
    return Summary(
        tuple(Taxed(rate, taxed[rate, "taxable"], taxed[rate, "tax"]) for rate in rates),
        yen["none"],
        yen["outside"],
    )


def corrected_invoices(told: Statement) -> tuple[str, ...]:
    """The numbers of the invoices whose fees a statement corrects."""
    found = {
        f"{line.of_cycle.replace('-', '')}-{told.party.party}"
        for line in told.lines
        if line.of_cycle is not UNSET and of_line(line) == "taxable"
    }
    return tuple(sorted(found))
