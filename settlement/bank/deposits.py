"""売上預り金: what a deposit's holder sends in for a half month, and the one line per tenant that
goes out, the net of points in it (domain 1.8)."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from settlement.bank.refusals import DepositLineNotReadable

HEADER = ("tenant", "half_month", "subject", "tax", "yen")
OUT = ("tenant", "half_month", "deposits_yen", "charges_yen", "points_yen", "returned_yen",
       "returned_on", "statement")  # fmt: skip
Tax = Literal["10-included", "10-excluded", "none", "exempt"]
# As the CSV writes them.
TAXES: dict[str, Tax] = {
    "課税10%税込": "10-included",
    "課税10%税抜": "10-excluded",
    "不課税": "none",
    "非課税": "exempt",
    "10-included": "10-included",
    "10-excluded": "10-excluded",
    "none": "none",
    "exempt": "exempt",
}
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,62}")
YEN = re.compile(r"-?[0-9]{1,12}")
MOST_LINES = 100_000
LONGEST_SUBJECT = 60


class Entry(Struct, frozen=True):
    """One 科目 of one tenant and half month: a deposit (+) or a charge (−), and its tax."""

    tenant: str
    half_month: date
    subject: str
    tax: Tax
    yen: int


class TaxBlock(Struct, frozen=True):
    """10%対象: the charges without tax, and the tax, reckoned once and rounded down."""

    excluded_yen: int
    tax_yen: int


class Payout(Struct, frozen=True):
    """返還: what a tenant gets of its deposit, and what it is made of."""

    tenant: str
    half_month: date
    deposits_yen: int
    charges_yen: int  # below zero
    points_yen: int  # the net of points, fees and their tax, with its sign
    returned_on: date
    statement: str = ""

    @property
    def returned_yen(self) -> int:
        """返還額; below zero the tenant owes."""
        return self.deposits_yen + self.charges_yen + self.points_yen


def entries(content: bytes) -> list[Entry]:
    """The lines of the CSV that comes in; `DepositLineNotReadable` names the first that is not as
    it must be, and nothing of the file is taken."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise DepositLineNotReadable(line=0) from None
    if not rows or tuple(rows[0]) != HEADER or len(rows) > MOST_LINES:
        raise DepositLineNotReadable(line=1)
    return [_entry(row, at) for at, row in enumerate(rows[1:], start=2)]


def payouts(
    found: Sequence[Entry], points: Sequence[tuple[str, date, int, str]], returned_on: date
) -> list[Payout]:
    """One line per tenant and half month; `points` are tenant, half month, net in yen, statement.
    A net of points without a deposit is a payout too, of what the tenant owes or gets."""
    nets = {(tenant, half): (yen, statement) for tenant, half, yen, statement in points}
    deposits: Counter[tuple[str, date]] = Counter()
    charges: Counter[tuple[str, date]] = Counter()
    for one in found:
        (deposits if one.yen > 0 else charges)[one.tenant, one.half_month] += one.yen
    made = []
    for key in sorted(deposits.keys() | charges.keys() | nets.keys()):
        net, statement = nets.get(key, (0, ""))
        made.append(Payout(*key, deposits[key], charges[key], net, returned_on, statement))
    return made


def tax_block(found: Iterable[Entry], fees_yen: int = 0) -> TaxBlock:
    """The tax of one invoice over all charges at 10 % and the fees of points (without tax): once,
    rounded down."""
    charges = list(found)
    included = -sum(one.yen for one in charges if one.tax == "10-included" and one.yen < 0)
    excluded = -sum(one.yen for one in charges if one.tax == "10-excluded" and one.yen < 0)
    total = included * 100 // 110 + excluded + fees_yen
    return TaxBlock(total, total * 10 // 100)


def as_csv(made: Sequence[Payout]) -> bytes:
    """One line per tenant, as the holder of the deposits takes it in."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(OUT)
    for one in made:
        writer.writerow(
            (
                one.tenant,
                one.half_month.isoformat(),
                one.deposits_yen,
                one.charges_yen,
                one.points_yen,
                one.returned_yen,
                one.returned_on.isoformat(),
                one.statement,
            )
        )
    return out.getvalue().encode()


def _entry(row: Sequence[str], at: int) -> Entry:
    if len(row) != len(HEADER):
        raise DepositLineNotReadable(line=at)
    tenant, half, subject, tax, yen = (cell.strip() for cell in row)
    try:
        first_on = date.fromisoformat(half)
    except ValueError:
        raise DepositLineNotReadable(line=at, column="half_month") from None
    wrong = {
        "tenant": not CODE.fullmatch(tenant),
        "half_month": first_on.day not in (1, 16) or first_on.isoformat() != half,
        "subject": not 1 <= len(subject) <= LONGEST_SUBJECT or not subject.isprintable(),
        "tax": tax not in TAXES,
        "yen": not YEN.fullmatch(yen) or int(yen) == 0,
    }
    if bad := [column for column, is_wrong in wrong.items() if is_wrong]:
        raise DepositLineNotReadable(line=at, column=bad[0])
    return Entry(tenant, first_on, subject, TAXES[tax], int(yen))
