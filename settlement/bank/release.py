"""送信前の検査: everything that is looked at before a bank file leaves, over its very bytes.

Nothing here trusts the writer: the file is read back, compared with what was approved and with the
bank's profile, and stopped or warned about by name.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from settlement.bank import zengin
from settlement.bank.faults import Finding, names, stopping
from settlement.bank.frames import Batch, batches, records
from settlement.bank.layouts import DEBIT_TRAILER, HEADER, LENGTH, TRANSFER_TRAILER
from settlement.bank.orders import TEST_BANK, Account, DebitBatch, TransferBatch
from settlement.bank.profile import Profile, debit_due, timely, transfer_due
from settlement.bank.records import fields, whole
from settlement.bank.refusals import BankFileNotReadable, BankFileNotReleasable

Bank = str
Branch = str
Known = Callable[[Bank, Branch], bool | None]  # None: not even the bank is known
ORIGINATOR = ("originator_code", "bank", "branch", "deposit", "account")


class Release(Struct, frozen=True):
    """A file that may leave: what it is known by, what it comes to, what was warned of."""

    sha256: str
    lines: int
    yen: int
    warnings: tuple[Finding, ...]


def release_transfers(
    content: bytes,
    approved: Sequence[TransferBatch],
    profile: Profile,
    now: datetime,
    known: Known,
) -> Release:
    """A 総合振込 file that is what was approved; `BankFileNotReleasable` names every fault."""
    found = [*_framed(content, zengin.TRANSFERS, profile, profile.most_transfers)]
    for batch in approved:
        found += timely(batch.pays_on, transfer_due(batch.pays_on, profile), profile, now)
        found += accounts([(one.to, one.yen) for one in batch.transfers], profile, known)
    if zengin.transfer_file(approved, profile.ending) != content:
        found.append(Finding("differs-from-order"))
    return _released(content, found, sum(len(one.transfers) for one in approved), approved)


def release_debits(
    content: bytes,
    approved: Sequence[DebitBatch],
    profile: Profile,
    now: datetime,
    known: Known,
) -> Release:
    """A 口座振替 file that is what was approved; `BankFileNotReleasable` names every fault."""
    found = [*_framed(content, zengin.DEBITS, profile, profile.most_debits)]
    for batch in approved:
        found += timely(batch.debits_on, debit_due(batch.debits_on, profile), profile, now)
        found += accounts([(one.account, one.yen) for one in batch.debits], profile, known)
    if zengin.debit_file(approved, profile.ending) != content:
        found.append(Finding("differs-from-order"))
    return _released(content, found, sum(len(one.debits) for one in approved), approved)


def accounts(
    paid: Sequence[tuple[Account, int]], profile: Profile, known: Known
) -> Iterable[Finding]:
    """What is odd about accounts: the same yen twice, codes nobody knows, the test bank."""
    twice = Counter((account.place, yen) for account, yen in paid)
    for (place, yen), times in twice.items():
        if times > 1:
            yield Finding("duplicate", seen=f"{place[0]}-{place[1]} ****{place[3][-3:]} {yen:,}")
    for bank, branch in dict.fromkeys((account.bank, account.branch) for account, _ in paid):
        if bank == TEST_BANK:
            if not profile.takes_test_bank:
                yield Finding("test-bank", seen=f"{bank}-{branch}")
            continue
        is_known = known(bank, branch)
        if not is_known:
            fault = "unknown-bank" if is_known is None else "unknown-branch"
            yield Finding(fault, seen=f"{bank}-{branch}")


def _framed(content: bytes, business: str, profile: Profile, most: int) -> Iterable[Finding]:
    try:
        found = batches(records(content, LENGTH))
    except BankFileNotReadable as refused:
        yield Finding(refused.extra["faults"][0], seen=refused.extra["told"][0])
        return
    bad = list(zengin.field_faults(found, business))
    yield from bad
    if {"digits", "business"} & set(names(bad)):
        return
    for batch in found:
        yield from _summed(batch, business)
        yield from _from_us(batch, profile)
    if sum(len(batch.lines) for batch in found) > most:
        yield Finding("too-many", seen=str(most))


def _summed(batch: Batch, business: str) -> Iterable[Finding]:
    """The trailer says what the lines come to, and no line says nothing."""
    table = TRANSFER_TRAILER if business == zengin.TRANSFERS else DEBIT_TRAILER
    at, written = batch.trailer
    trailer = fields(table, written)
    total = 0
    for number, one in batch.lines:
        read = fields(zengin.line_record(business, one), one)
        total += whole(read["yen"])
        if not whole(read["yen"]):
            yield Finding("zero-yen", number)
        if not read["holder"]:
            yield Finding("no-name", number)
    if not batch.lines:
        yield Finding("empty-batch", at)
    if whole(trailer["count"]) != len(batch.lines):
        yield Finding("trailer-count", at, trailer["count"])
    if whole(trailer["yen"]) != total:
        yield Finding("trailer-yen", at, trailer["yen"])


def _from_us(batch: Batch, profile: Profile) -> Iterable[Finding]:
    """The header is the operator's own, as the bank knows it."""
    at, written = batch.header
    read = fields(HEADER, written)
    own = profile.originator
    ours = (own.code, *own.account.place)
    if tuple(read[name] for name in ORIGINATOR) != ours:
        yield Finding("originator", at)
    if not read["originator_name"]:
        yield Finding("no-name", at)


def _released(
    content: bytes,
    found: Sequence[Finding],
    lines: int,
    approved: Sequence[TransferBatch] | Sequence[DebitBatch],
) -> Release:
    if stops := stopping(found):
        raise BankFileNotReleasable(faults=names(stops), told=[one.told for one in found])
    yen = sum(batch.yen for batch in approved)
    return Release(hashlib.sha256(content).hexdigest(), lines, yen, tuple(found))
