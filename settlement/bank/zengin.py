"""総合振込（種別 21）と口座振替（種別 91）のファイル: orders to bytes, and bytes back to orders.

The same orders are the same bytes for ever (domain 4.1, 4.2 and the samples of 4.5).
"""

from collections.abc import Iterable, Sequence
from datetime import date

from settlement.bank.dating import year_of
from settlement.bank.faults import Finding
from settlement.bank.frames import Batch, batches, records, unreadable
from settlement.bank.layouts import (
    DEBIT,
    DEBIT_TRAILER,
    END,
    HEADER,
    LENGTH,
    TRANSFER,
    TRANSFER_EDI,
    TRANSFER_TRAILER,
    Record,
    transfer_record,
)
from settlement.bank.orders import (
    Account,
    Debit,
    DebitBatch,
    Ending,
    Originator,
    Transfer,
    TransferBatch,
)
from settlement.bank.records import END_OF_LINE, Value, faults, fields, line, whole

TRANSFERS, DEBITS = "21", "91"
JIS = "0"
BY_WIRE = "7"  # 電信
DONE = "0"


def transfer_file(sent: Sequence[TransferBatch], ending: Ending = "CRLF") -> bytes:
    """総合振込: every batch, then the end; a file of nothing is not made."""
    assert sent
    lines = [one for batch in sent for one in _transfers(batch)]
    return _file(lines, ending)


def debit_file(sent: Sequence[DebitBatch], ending: Ending = "CRLF") -> bytes:
    """口座振替の依頼: result codes and the totals of results are zero."""
    assert sent
    lines = [one for batch in sent for one in _debits(batch)]
    return _file(lines, ending)


def read_transfers(content: bytes, around: date) -> list[TransferBatch]:
    """The batches of a 総合振込 file; the year of its day is the one nearest to `around`."""
    return [_transfer_batch(one, around) for one in readable(content, TRANSFERS)]


def read_debits(content: bytes, around: date) -> list[DebitBatch]:
    """The batches of a 口座振替 file, a request or what the bank made of it."""
    return [_debit_batch(one, around) for one in readable(content, DEBITS)]


def readable(content: bytes, business: str) -> list[Batch]:
    """The batches of a file of one kind, if every field can be read; otherwise the refusal names
    the first fault."""
    found = batches(records(content, LENGTH))
    for fault in field_faults(found, business):
        if fault.fault in {"business", "encoding", "digits"}:
            raise unreadable(fault.fault, fault.record, fault.seen)
    return found


def field_faults(found: Sequence[Batch], business: str) -> Iterable[Finding]:
    """What stands in a field and may not, batch by batch."""
    trailer = TRANSFER_TRAILER if business == TRANSFERS else DEBIT_TRAILER
    for batch in found:
        at, header = batch.header
        if batch.business != business:
            yield Finding("business", at, batch.business)
            continue
        if header[3:4] != JIS.encode():
            yield Finding("encoding", at)
        yield from faults(HEADER, header, at)
        for at, one in batch.lines:
            yield from faults(line_record(business, one), one, at)
        yield from faults(trailer, batch.trailer[1], batch.trailer[0])


def line_record(business: str, written: bytes) -> Record:
    """The table of a file's lines."""
    return transfer_record(written) if business == TRANSFERS else DEBIT


def _file(lines: Iterable[bytes], ending: Ending) -> bytes:
    end = END_OF_LINE[ending]
    return b"".join(one + end for one in (*lines, line(END, {"record": 9})))


def _header(business: str, originator: Originator, day: date) -> bytes:
    own = originator.account
    return line(
        HEADER,
        {
            "record": 1,
            "business": business,
            "encoding": JIS,
            "originator_code": originator.code,
            "originator_name": own.holder,
            "month_day": f"{day:%m%d}",
            "account": own.number,
            **_bank(own),
        },
    )


def _bank(account: Account) -> dict[str, Value]:
    return {
        "bank": account.bank,
        "bank_name": account.bank_name,
        "branch": account.branch,
        "branch_name": account.branch_name,
        "deposit": account.deposit,
    }


def _transfers(batch: TransferBatch) -> Iterable[bytes]:
    yield _header(TRANSFERS, batch.originator, batch.pays_on)
    for one in batch.transfers:
        named: dict[str, Value]
        if one.edi is None:
            record, identified = TRANSFER, ""
            named = {"customer_1": one.customer_1, "customer_2": one.customer_2}
        else:
            record, identified = TRANSFER_EDI, "Y"
            named = {"edi": one.edi}
        yield line(
            record,
            {
                "record": 2,
                **_bank(one.to),
                "clearing_house": 0,
                "account": one.to.number,
                "holder": one.to.holder,
                "yen": one.yen,
                "new_code": one.new_code,
                **named,
                "speed": BY_WIRE,
                "identified": identified,
            },
        )
    yield line(TRANSFER_TRAILER, {"record": 8, "count": len(batch.transfers), "yen": batch.yen})


def _debits(batch: DebitBatch) -> Iterable[bytes]:
    yield _header(DEBITS, batch.originator, batch.debits_on)
    for one in batch.debits:
        yield line(
            DEBIT,
            {
                "record": 2,
                **_bank(one.account),
                "account": one.account.number,
                "holder": one.account.holder,
                "yen": one.yen,
                "new_code": one.new_code,
                "customer": one.customer,
                "result": DONE,
            },
        )
    results = dict.fromkeys(("done_count", "done_yen", "failed_count", "failed_yen"), 0)
    yield line(
        DEBIT_TRAILER, {"record": 8, "count": len(batch.debits), "yen": batch.yen, **results}
    )


def _transfer_batch(batch: Batch, around: date) -> TransferBatch:
    originator, day = _originator(batch, around)
    return TransferBatch(originator, day, tuple(_transfer(one) for _, one in batch.lines))


def _debit_batch(batch: Batch, around: date) -> DebitBatch:
    originator, day = _originator(batch, around)
    return DebitBatch(originator, day, tuple(_debit(one) for _, one in batch.lines))


def _originator(batch: Batch, around: date) -> tuple[Originator, date]:
    at, header = batch.header
    read = fields(HEADER, header)
    day = year_of(read["month_day"], around)
    if day is None:
        raise unreadable("date", at, read["month_day"])
    return Originator(read["originator_code"], _account(read, read["originator_name"])), day


def _account(read: dict[str, str], holder: str) -> Account:
    return Account(
        read["bank"],
        read["branch"],
        read["deposit"],
        read["account"],
        holder,
        read["bank_name"],
        read["branch_name"],
    )


def _transfer(written: bytes) -> Transfer:
    read = fields(transfer_record(written), written)
    return Transfer(
        _account(read, read["holder"]),
        whole(read["yen"]),
        read.get("edi"),
        whole(read.get("customer_1", "")),
        whole(read.get("customer_2", "")),
        read["new_code"],
    )


def _debit(written: bytes) -> Debit:
    read = fields(DEBIT, written)
    return Debit(
        _account(read, read["holder"]),
        whole(read["yen"]),
        read["customer"],
        read["new_code"],
        read["result"],
    )
