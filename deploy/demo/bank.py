"""デモの銀行: reads the files that a cycle sent, and answers them as a bank would, to the byte.

Pure. What it has answered once stands: a file of debits has one result, and a statement tells only
what no statement told before. 売上預り金 is not a bank's: its file is not looked at.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Literal
from xml.etree import ElementTree as ET  # nosec B405

from msgspec import Struct

from deploy.demo.banking import ORIGINATOR, OWN
from settlement.bank import names, zengin
from settlement.bank.frames import batches, records
from settlement.bank.incoming import STATEMENTS, Statement, incoming
from settlement.bank.layouts import DEBIT, DEBIT_TRAILER, HEADER, LENGTH
from settlement.bank.pain import NAMESPACE
from settlement.bank.profile import bank_days_after
from settlement.bank.records import END_OF_LINE, Value, fields, line, whole
from settlement.bank.statement_layouts import (
    STATEMENT_END,
    STATEMENT_HEADER,
    STATEMENT_LINE,
    STATEMENT_TRAILER,
)
from settlement.calendar import bank_day_from, bank_day_until

DAY = timedelta(days=1)
OPENING_YEN = 10_000_000
RETURN_FEE_YEN = 880
CREDITED_AFTER_BANK_DAYS = 2
REIWA = 2018  # the year before its first
NO_FUNDS, DONE = "1", "0"
TRANSFER, PAID_IN, COLLECTED = "ｿｳｺﾞｳﾌﾘｺﾐ", "ﾌﾘｺﾐ", "ｺｳｻﾞﾌﾘｶｴ"
RETURNED, RETURN_FEE = "ｸﾐﾓﾄﾞｼ", "ｸﾐﾓﾄﾞｼ ﾃｽｳﾘﾖｳ"
JUST_NOW = frozenset({PAID_IN, RETURNED, RETURN_FEE})
PAIN = f"{{{NAMESPACE}}}"
Debited = tuple[str, int, date]  # customer number, yen, day


class Stranger(Exception):
    """A file whose originator is not the demo's."""


class TooSoon(Exception):
    """A transfer comes back on the bank day after it left, not before."""


class PaidIn(Struct, frozen=True):
    """What a party transfers of its own accord, citing a payment."""

    reference: str
    payer: str
    yen: int


class Trouble(Struct, frozen=True):
    """What is to go wrong, or to come without being asked."""

    unfunded: frozenset[Debited] = frozenset()
    returned: frozenset[str] = frozenset()
    paid_in: tuple[PaidIn, ...] = ()


class Transferred(Struct, frozen=True):
    """An order of either kind of transfer file, known by its EDI information."""

    edi: str
    yen: int
    payee: str
    on: date


class Movement(Struct, frozen=True):
    """A line of the operator's account."""

    on: date
    direction: Literal["in", "out"]
    yen: int
    payer: str = ""
    edi: str = ""
    summary: str = ""


def answers(
    sent: Mapping[str, bytes], said: Mapping[str, bytes], today: date, trouble: Trouble
) -> dict[str, bytes]:
    """The bank's new files by name, of what was `sent` and is due, after what it `said` before.
    `Stranger`, `TooSoon`."""
    debits = {name: one for name, one in sent.items() if business(one) == zengin.DEBITS}
    results = {}
    for name, content in debits.items():
        answer, asked = f"{name.removesuffix('.txt')}-results.txt", debits_on(content, today)
        if asked < today:
            results[answer] = said.get(answer) or result(content, today, trouble.unfunded)
    made = {name: one for name, one in results.items() if name not in said}
    told = [one for name, body in sorted(said.items()) for one in statements(name, body, today)]
    moved = [*left(sent.values(), today), *collected(results.values(), today)]
    back = {one.edi for each in told for one in each.lines if one.summary == RETURNED}
    moved += [*came_back(sent.values(), today, trouble.returned - back), *paid_in(trouble, today)]
    if fresh := untold(moved, told):
        made[f"statement-{len(told) + 1:03}.txt"] = statement(fresh, told, today)
    return made


def business(content: bytes) -> str:
    """The 種別 of a file of 120-byte records; nothing, of any other file."""
    return content[1:3].decode("ascii", errors="replace") if content[:1] == b"1" else ""


def debits_on(content: bytes, today: date) -> date:
    """The day of a file of debits."""
    [batch] = zengin.read_debits(content, today)
    known(batch.originator.code)
    return batch.debits_on


def result(content: bytes, today: date, unfunded: frozenset[Debited]) -> bytes:
    """口座振替の結果: the request, byte for byte, but for result codes and the totals of them."""
    [asked] = zengin.read_debits(content, today)
    [frame] = batches(records(content, LENGTH))
    end = END_OF_LINE["CRLF" if content.endswith(b"\r\n") else "NONE"]
    codes = [
        NO_FUNDS if (one.customer, one.yen, asked.debits_on) in unfunded else DONE
        for one in asked.debits
    ]
    lines = [
        line(DEBIT, {**fields(DEBIT, one), "result": code})
        for (_, one), code in zip(frame.lines, codes, strict=True)
    ]
    done = [one.yen for one, code in zip(asked.debits, codes, strict=True) if code == DONE]
    totals: dict[str, Value] = {
        "done_count": len(done),
        "done_yen": sum(done),
        "failed_count": len(codes) - len(done),
        "failed_yen": asked.yen - sum(done),
    }
    trailer = line(DEBIT_TRAILER, {**fields(DEBIT_TRAILER, frame.trailer[1]), **totals})
    last = records(content, LENGTH)[-1]
    return b"".join(one + end for one in (frame.header[1], *lines, trailer, last))


def transferred(content: bytes, today: date) -> Iterable[Transferred]:
    """The orders of a transfer file, 全銀 21 or pain.001."""
    if business(content) == zengin.TRANSFERS:
        for batch in zengin.read_transfers(content, today):
            known(batch.originator.code)
            for one in batch.transfers:
                yield Transferred(one.edi or "", one.yen, one.to.holder, batch.pays_on)
    elif content.lstrip()[:5] == b"<?xml":
        yield from of_pain(content)


def of_pain(content: bytes) -> Iterable[Transferred]:
    """The orders of a pain.001 file."""
    # The hub wrote it.
    root = ET.fromstring(content)  # noqa: S314  # nosec B314
    for batch in root.iter(f"{PAIN}PmtInf"):
        known(text(batch, "Dbtr/Id/OrgId/Othr/Id"))
        on = date.fromisoformat(text(batch, "ReqdExctnDt"))
        for one in batch.iter(f"{PAIN}CdtTrfTxInf"):
            yen = int(text(one, "Amt/InstdAmt"))
            yield Transferred(text(one, "PmtId/EndToEndId"), yen, text(one, "Cdtr/Nm"), on)


def text(element: ET.Element, path: str) -> str:
    """What stands in an element further in."""
    return element.findtext("/".join(f"{PAIN}{one}" for one in path.split("/"))) or ""


def known(code: str) -> None:
    """The demo's bank has one customer."""
    if code != ORIGINATOR:
        raise Stranger(code)


def orders(sent: Iterable[bytes], today: date) -> Iterable[Transferred]:
    """Every order once, whichever files hold it."""
    return {one.edi: one for content in sent for one in transferred(content, today)}.values()


def left(sent: Iterable[bytes], today: date) -> Iterable[Movement]:
    """The transfers whose day has come."""
    for one in orders(sent, today):
        if one.on <= today:
            yield Movement(one.on, "out", one.yen, one.payee, one.edi, TRANSFER)


def came_back(sent: Iterable[bytes], today: date, returned: frozenset[str]) -> Iterable[Movement]:
    """組戻し: the transfer comes in again, and the bank takes its fee."""
    for one in orders(sent, today):
        if one.edi in returned:
            on = max(bank_day_from(one.on + DAY), bank_day_until(today))
            if on > today:
                raise TooSoon(on.isoformat())
            yield Movement(on, "in", one.yen, one.payee, one.edi, RETURNED)
            yield Movement(on, "out", RETURN_FEE_YEN, summary=RETURN_FEE)


def collected(results: Iterable[bytes], today: date) -> Iterable[Movement]:
    """What was collected of each file comes in as one sum."""
    for content in results:
        [batch] = batches(records(content, LENGTH))
        yen = whole(fields(DEBIT_TRAILER, batch.trailer[1])["done_yen"])
        on = bank_days_after(debits_on(content, today), CREDITED_AFTER_BANK_DAYS)
        if yen and on <= today:
            about = fields(HEADER, batch.header[1])["month_day"]
            yield Movement(on, "in", yen, summary=f"{COLLECTED} {about}")


def paid_in(trouble: Trouble, today: date) -> Iterable[Movement]:
    """What parties transfer of their own accord, today."""
    for one in trouble.paid_in:
        yield Movement(bank_day_until(today), "in", one.yen, one.payer, one.reference, PAID_IN)


def statements(name: str, content: bytes, today: date) -> Iterable[Statement]:
    """The statement in one of the bank's own files, if it is one."""
    if name.startswith("statement-"):
        yield from incoming(content, today)


def untold(moved: Sequence[Movement], told: Sequence[Statement]) -> list[Movement]:
    """What no statement told yet, the oldest first; what was asked for just now is new."""
    before = {
        Movement(one.booked_on, one.direction, one.yen, one.payer, one.edi, one.summary)
        for each in told
        for one in each.lines
    }
    fresh = [one for one in moved if one.summary in JUST_NOW or one not in before]
    return sorted(fresh, key=lambda one: one.on)


def statement(fresh: Sequence[Movement], told: Sequence[Statement], today: date) -> bytes:
    """入出金取引明細: the operator's account, from where the last statement ended."""
    opening = OPENING_YEN if not told else told[-1].closing_yen
    assert opening is not None
    came = [one.yen for one in fresh if one.direction == "in"]
    went = [one.yen for one in fresh if one.direction == "out"]
    own = names.with_names(OWN)
    first = sum(len(one.lines) for one in told) + 1
    head = line(
        STATEMENT_HEADER,
        {
            "record": 1, "business": STATEMENTS, "encoding": 0, "made_on": era(today),
            "from_on": era(fresh[0].on), "to_on": era(today), "bank": own.bank,
            "bank_name": own.bank_name, "branch": own.branch, "branch_name": own.branch_name,
            "deposit": own.deposit, "account": own.number, "holder": own.holder, "passbook": 1,
            **balance(opening),
        },
    )  # fmt: skip
    lines = [booked(one, number) for number, one in enumerate(fresh, start=first)]
    trailer = line(
        STATEMENT_TRAILER,
        {
            "record": 8, "in_count": len(came), "in_yen": sum(came), "out_count": len(went),
            "out_yen": sum(went), "count": len(lines),
            **balance(opening + sum(came) - sum(went)),
        },
    )  # fmt: skip
    end = line(STATEMENT_END, {"record": 9, "records": len(lines) + 3, "accounts": 1})
    return b"".join(one + END_OF_LINE["CRLF"] for one in (head, *lines, trailer, end))


def booked(one: Movement, number: int) -> bytes:
    """One line of a statement."""
    nothing: dict[str, Value] = dict.fromkeys(
        ("cheques_yen", "presented_on", "dishonoured_on", "paper", "paper_number", "other_branch",
         "payer_code"), 0,
    )  # fmt: skip
    return line(
        STATEMENT_LINE,
        {
            **nothing, "record": 2, "reference": number, "booked_on": era(one.on),
            "value_on": era(one.on), "direction": 1 if one.direction == "in" else 2, "manner": 11,
            "yen": one.yen, "payer": one.payer, "bank_name": "", "branch_name": "",
            "summary": one.summary, "edi": one.edi,
        },
    )  # fmt: skip


def balance(yen: int) -> dict[str, Value]:
    """A balance, with its sign apart."""
    return {"overdrawn": 1 if yen >= 0 else 2, "balance_yen": abs(yen)}


def era(day: date) -> str:
    """YYMMDD in 令和."""
    return f"{day.year - REIWA:02}{day:%m%d}"
