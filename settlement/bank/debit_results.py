"""口座振替の結果: what the bank collected and what it did not, taken only if it answers what was
sent.

The file is the request with result codes and totals filled in (JBA §16). A wrong one is refused
whole, with the reason: nobody is marked as paid by a file that does not add up.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from settlement.bank import zengin
from settlement.bank.faults import Finding, names
from settlement.bank.frames import Batch
from settlement.bank.layouts import DEBIT, DEBIT_TRAILER
from settlement.bank.orders import Debit, DebitBatch
from settlement.bank.records import fields, whole
from settlement.bank.refusals import BankResultRefused

RESULTS = {
    "0": ("振替済", "collected"),
    "1": ("資金不足", "not enough money in the account"),
    "2": ("取引なし", "there is no such account"),
    "3": ("預金者の都合による停止", "stopped at the depositor's wish"),
    "4": ("口座振替依頼書なし", "the bank has no mandate"),
    "8": ("委託者の都合による停止", "stopped at our own wish"),
    "9": ("その他", "another reason"),
}
DONE = "0"


class Collected(Struct, frozen=True):
    """What became of one debit."""

    debit: Debit
    code: str

    @property
    def done(self) -> bool:
        """Whether the money was collected."""
        return self.code == DONE

    @property
    def told(self) -> str:
        """In Japanese and in English."""
        return " / ".join(RESULTS[self.code])


def results(content: bytes, sent: Sequence[DebitBatch], around: date) -> list[Collected]:
    """What became of each debit that was sent, in the bank's order; `BankResultRefused` with every
    reason if the file is not the answer to it."""
    read = zengin.readable(content, zengin.DEBITS)
    came = zengin.read_debits(content, around)
    found = [finding for batch in read for finding in _adds_up(batch)]
    if [_headed(batch) for batch in came] != [_headed(batch) for batch in sent]:
        found.append(Finding("header-differs"))
    answered: list[Collected] = []
    by_customer: dict[str, list[Debit]] = {}
    for one in (debit for batch in sent for debit in batch.debits):
        by_customer.setdefault(one.customer.zfill(20), []).append(one)
    for batch, lines in zip(read, came, strict=True):
        for (at, _), line in zip(batch.lines, lines.debits, strict=True):
            asked = _asked(by_customer.get(line.customer.strip().zfill(20), []), line)
            found += _answers(asked, line, at)
            if asked is not None:
                answered.append(Collected(asked, line.result))
    for customer, left in by_customer.items():
        found += [Finding("line-missing", seen=customer)] * len(left)
    if found:
        raise BankResultRefused(faults=names(found), told=[one.told for one in found])
    return answered


def _asked(waiting: list[Debit], came: Debit) -> Debit | None:
    """What a line answers: a debit of its customer, of two that of its yen; each once."""
    if not waiting:
        return None
    same = [one for one in waiting if one.yen == came.yen]
    chosen = (same or waiting)[0]
    waiting.remove(chosen)
    return chosen


def _headed(batch: DebitBatch) -> tuple[object, ...]:
    return batch.originator.code, batch.originator.account.place, batch.debits_on


def _answers(asked: Debit | None, came: Debit, at: int) -> Iterable[Finding]:
    """Whether one line is the answer to what was asked."""
    if asked is None:
        yield Finding("line-extra", at, came.customer)
        return
    if came.yen != asked.yen:
        yield Finding("line-differs", at, f"{came.yen:,} ≠ {asked.yen:,}")
    if came.account.place != asked.account.place:
        yield Finding("account-differs", at)
    if came.account.holder != asked.account.holder:
        yield Finding("party-differs", at)
    if came.result not in RESULTS:
        yield Finding("result-code", at, came.result)


def _adds_up(batch: Batch) -> Iterable[Finding]:
    """Lines, totals, and the totals of what was done and what failed."""
    at, written = batch.trailer
    trailer = {name: whole(value) for name, value in fields(DEBIT_TRAILER, written).items()}
    lines = [fields(DEBIT, one) for _, one in batch.lines]
    done = [whole(one["yen"]) for one in lines if one["result"] == DONE]
    failed = [whole(one["yen"]) for one in lines if one["result"] != DONE]
    if trailer["count"] != len(lines):
        yield Finding("trailer-count", at)
    if trailer["yen"] != sum(done) + sum(failed):
        yield Finding("trailer-yen", at)
    if (trailer["done_count"], trailer["failed_count"]) != (len(done), len(failed)):
        yield Finding("result-count", at)
    if (trailer["done_yen"], trailer["failed_yen"]) != (sum(done), sum(failed)):
        yield Finding("result-yen", at)
