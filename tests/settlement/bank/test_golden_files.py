"""The sample files of domain 4.5, to the byte, from plain words."""

import hashlib
from datetime import date

import pytest

from settlement.bank import zengin
from settlement.bank.orders import Ending
from tests.settlement.bank import samples
from tests.settlement.bank.columns import looked_at


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(
    ("ending", "length", "digest"),
    [
        ("CRLF", 732, samples.TRANSFER_SUM),
        ("NONE", 720, samples.TRANSFER_SUM_WITHOUT_ENDS),
    ],
)
def test_transfers_are_the_sample_to_the_byte(ending: Ending, length: int, digest: str) -> None:
    made = zengin.transfer_file([samples.TRANSFERS], ending)
    assert (len(made), sha256(made)) == (length, digest)


def test_the_sample_that_was_handed_down_is_the_one_that_is_made() -> None:
    assert sha256(samples.TRANSFER_BYTES) == samples.TRANSFER_SUM
    assert zengin.transfer_file([samples.TRANSFERS]) == samples.TRANSFER_BYTES


def test_debits_are_the_sample_to_the_byte() -> None:
    made = zengin.debit_file([samples.DEBITS])
    assert (len(made), sha256(made)) == (610, samples.DEBIT_SUM)
    assert made == samples.debit_file()


def test_the_samples_read_back_are_the_words_they_were_made_of() -> None:
    """The year is not in the file: it is the one nearest to the day of reading."""
    read = zengin.read_transfers(samples.TRANSFER_BYTES, around=date(2026, 7, 10))
    assert read == [samples.TRANSFERS]
    assert zengin.read_debits(samples.debit_file(), date(2026, 7, 1)) == [samples.DEBITS]


def test_a_stranger_reads_the_sample_by_its_columns() -> None:
    (group,) = looked_at(samples.TRANSFER_BYTES, b"\r\n")
    assert group.header["originator_code"] == "1234567890"
    assert [line["edi"].rstrip() for line in group.lines[:2]] == [
        "STL20260615-C0001",
        "STL20260615-B0001",
    ]
    last = group.lines[2]
    assert (last["customer_1"], last["customer_2"]) == ("0000000042", "0000000007")
    assert group.trailer["yen"] == "000001313439"
