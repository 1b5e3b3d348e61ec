"""What the bank gets, as it lies in this folder: two files of 全銀, and the transfers as XML."""

from datetime import UTC, datetime

from settlement.bank import zengin
from settlement.bank.pain import Message, payment_file
from tests.golden.golden import same
from tests.settlement.bank import samples

MADE = Message("MEGURI-20260629-1", datetime(2026, 6, 29, 1, 2, 3, tzinfo=UTC))


def test_transfers() -> None:
    same("zengin-21.txt", zengin.transfer_file([samples.TRANSFERS]))


def test_debits() -> None:
    same("zengin-91.txt", zengin.debit_file([samples.DEBITS]))


def test_transfers_as_xml() -> None:
    edi = {"STL20260615-C0001": "<EDI>精算書 STL20260615-C0001</EDI>".encode()}
    same("pain.001.xml", payment_file(MADE, [samples.TRANSFERS], edi))
