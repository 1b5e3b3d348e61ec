"""銀行から来る明細: 振込入金通知（種別 01）と入出金取引明細（種別 03）, read into plain lines.

A file whose totals or balance do not follow from its lines is refused whole, with the reason.
`around` is a day near to which the file was made: years are counted by the era or in western years,
and the nearer reading counts.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Literal

from msgspec import Struct

from settlement.bank.dating import era_day
from settlement.bank.faults import Finding, names
from settlement.bank.frames import Batch, batches, records, unreadable
from settlement.bank.layouts import Record
from settlement.bank.records import faults, fields, whole
from settlement.bank.refusals import BankResultRefused
from settlement.bank.statement_layouts import (
    LENGTH,
    NOTICE_HEADER,
    NOTICE_TRAILER,
    STATEMENT_HEADER,
    STATEMENT_LINE,
    STATEMENT_TRAILER,
    notice_record,
)

NOTICES, STATEMENTS = "01", "03"
CORRECTION = "19"  # 取引区分 訂正
Direction = Literal["in", "out"]


class Line(Struct, frozen=True):
    """One line of what the bank says came in or went out."""

    reference: str
    booked_on: date
    direction: Direction
    yen: int
    payer: str = ""
    payer_code: str = ""
    edi: str = ""
    summary: str = ""
    bank_name: str = ""
    branch_name: str = ""
    manner: str = ""
    value_on: date | None = None
    cancelled: bool = False


class Statement(Struct, frozen=True):
    """The lines of one account from day to day."""

    business: str
    bank: str
    branch: str
    deposit: str
    account: str
    from_on: date
    to_on: date
    lines: tuple[Line, ...]
    opening_yen: int | None = None
    closing_yen: int | None = None


def incoming(content: bytes, around: date) -> list[Statement]:
    """Every account of a file, whichever of the two kinds it is; `BankFileNotReadable` or
    `BankResultRefused` say what is wrong with it."""
    read = []
    for batch in batches(records(content, LENGTH)):
        if batch.business not in READERS:
            raise unreadable("business", batch.header[0], batch.business)
        read.append(READERS[batch.business](batch, around))
    return read


def notice(batch: Batch, around: date) -> Statement:
    """振込入金通知: what was transferred to us; a notice may be withdrawn by another (取消区分)."""
    _sound(NOTICE_HEADER, notice_record, NOTICE_TRAILER, batch)
    lines = tuple(_noticed(at, one, around) for at, one in batch.lines)
    _judge(_notice_adds_up(lines, batch))
    return _statement(batch, NOTICE_HEADER, lines, around)


def statement(batch: Batch, around: date) -> Statement:
    """入出金取引明細: everything that came in and went out, with the balance before and after."""
    _sound(STATEMENT_HEADER, lambda _: STATEMENT_LINE, STATEMENT_TRAILER, batch)
    lines = tuple(_stated(at, one, around) for at, one in batch.lines)
    opening = _balance(fields(STATEMENT_HEADER, batch.header[1]))
    closing = _balance(fields(STATEMENT_TRAILER, batch.trailer[1]))
    _judge(_statement_adds_up(lines, batch, opening, closing))
    return _statement(batch, STATEMENT_HEADER, lines, around, opening, closing)


READERS: dict[str, Callable[[Batch, date], Statement]] = {NOTICES: notice, STATEMENTS: statement}


def _statement(
    batch: Batch,
    header: Record,
    lines: tuple[Line, ...],
    around: date,
    opening: int | None = None,
    closing: int | None = None,
) -> Statement:
    at, written = batch.header
    read = fields(header, written)
    return Statement(
        batch.business,
        read["bank"],
        read["branch"],
        read["deposit"],
        read["account"][-7:],
        _day(read["from_on"], around, at),
        _day(read["to_on"], around, at),
        lines,
        opening,
        closing,
    )


def _noticed(at: int, written: bytes, around: date) -> Line:
    read = fields(notice_record(written), written)
    return Line(
        reference=read["reference"].strip(),
        booked_on=_day(read["booked_on"], around, at),
        value_on=era_day(read["value_on"], around),
        direction="in",
        yen=whole(read["yen"]) or whole(read.get("large_yen", "")),
        payer=read["payer"],
        payer_code=_code(read["payer_code"]),
        edi=read["edi"],
        bank_name=read["bank_name"],
        branch_name=read["branch_name"],
        cancelled=read["cancelled"] == "1",
    )


def _stated(at: int, written: bytes, around: date) -> Line:
    read = fields(STATEMENT_LINE, written)
    if read["direction"] not in {"1", "2"}:
        raise unreadable("digits", at, "direction")
    return Line(
        reference=read["reference"].strip(),
        booked_on=_day(read["booked_on"], around, at),
        value_on=era_day(read["value_on"], around),
        direction="in" if read["direction"] == "1" else "out",
        yen=whole(read["yen"]),
        payer=read["payer"],
        payer_code=_code(read["payer_code"]),
        edi=read["edi"],
        summary=read["summary"],
        bank_name=read["bank_name"],
        branch_name=read["branch_name"],
        manner=read["manner"].strip(),
        cancelled=read["manner"] == CORRECTION,
    )


def _notice_adds_up(lines: tuple[Line, ...], batch: Batch) -> Iterable[Finding]:
    """Sources do not say whether a withdrawn notice still counts in the first totals: both do."""
    at, written = batch.trailer
    read = {name: whole(value) for name, value in fields(NOTICE_TRAILER, written).items()}
    good = [one.yen for one in lines if not one.cancelled]
    whole_file = [one.yen for one in lines]
    withdrawn = [one.yen for one in lines if one.cancelled]
    if read["count"] not in {len(good), len(whole_file)}:
        yield Finding("trailer-count", at)
    if read["yen"] not in {sum(good), sum(whole_file)}:
        yield Finding("trailer-yen", at)
    stated = (read["cancelled_count"], read["cancelled_yen"])
    if stated not in {(len(withdrawn), sum(withdrawn)), (0, 0)}:
        yield Finding("trailer-yen", at)


def _statement_adds_up(
    lines: tuple[Line, ...], batch: Batch, opening: int | None, closing: int | None
) -> Iterable[Finding]:
    at, written = batch.trailer
    read = {name: whole(value) for name, value in fields(STATEMENT_TRAILER, written).items()}
    came = [one.yen for one in lines if one.direction == "in"]
    went = [one.yen for one in lines if one.direction == "out"]
    if (read["in_count"], read["out_count"]) != (len(came), len(went)):
        yield Finding("trailer-count", at)
    if read["count"] != len(lines):
        yield Finding("trailer-count", at)
    if (read["in_yen"], read["out_yen"]) != (sum(came), sum(went)):
        yield Finding("trailer-yen", at)
    if None not in (opening, closing) and (opening or 0) + sum(came) - sum(went) != closing:
        yield Finding("balance", at)


def _balance(read: dict[str, str]) -> int | None:
    """A balance, below zero if the account is overdrawn; None where the bank leaves it out."""
    if not read["overdrawn"].strip("0 "):
        return None
    yen = whole(read["balance_yen"])
    return -yen if read["overdrawn"] == "2" else yen


def _sound(
    header: Record, line_record: Callable[[bytes], Record], trailer: Record, batch: Batch
) -> None:
    """Every field of digits can be read; letters are the bank's to choose."""
    written = [
        (header, batch.header),
        *((line_record(one), (at, one)) for at, one in batch.lines),
        (trailer, batch.trailer),
    ]
    for record, (at, one) in written:
        for fault in faults(record, one, at, optional=True):
            if fault.fault == "digits":
                raise unreadable("digits", at, fault.seen)


def _judge(found: Iterable[Finding]) -> None:
    if bad := list(found):
        raise BankResultRefused(faults=names(bad), told=[one.told for one in bad])


def _day(six: str, around: date, at: int) -> date:
    day = era_day(six, around)
    if day is None:
        raise unreadable("date", at, six)
    return day


def _code(digits: str) -> str:
    """振込依頼人コード, or nothing where it is not given."""
    return digits.strip() if digits.strip("0 ") else ""
