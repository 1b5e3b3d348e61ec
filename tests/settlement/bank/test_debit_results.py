"""口座振替の結果: what the bank did is taken, unless its file is no answer to what was sent."""

from collections.abc import Callable
from datetime import date

import pytest

from settlement.bank import zengin
from settlement.bank.debit_results import RESULTS, results
from settlement.bank.orders import Debit, DebitBatch
from settlement.bank.refusals import BankFileNotReadable, BankResultRefused
from tests.settlement.bank import samples

TODAY = date(2026, 6, 30)
SENT = [samples.DEBITS]
FIRST, SECOND = samples.DEBITS.debits


def test_what_was_collected_and_what_was_not() -> None:
    done, failed = results(samples.debit_file("0", "1"), SENT, TODAY)
    assert (done.debit, done.done) == (FIRST, True)
    assert (failed.debit, failed.done, failed.code) == (SECOND, False, "1")
    assert failed.told == "資金不足 / not enough money in the account"


@pytest.mark.parametrize("code", RESULTS)
def test_every_code_of_the_bank_is_told(code: str) -> None:
    (_, one) = results(samples.debit_file("0", code), SENT, TODAY)
    assert (one.code, one.done) == (code, code == "0")


def replaced(was: bytes, becomes: bytes, times: int = 1) -> Callable[[bytes], bytes]:
    def bent(content: bytes) -> bytes:
        assert was in content
        return content.replace(was, becomes, times)

    return bent


def without_the_second(content: bytes) -> bytes:
    """The bank leaves one line out, and its totals follow."""
    lines = content.split(b"\r\n")
    trailer = b"8000001000000000341000001000000000341000000000000000000".ljust(120)
    return b"\r\n".join([*lines[:2], trailer, *lines[4:]])


def with_a_stranger(content: bytes) -> bytes:
    """The bank adds a line that nobody sent, and its totals follow."""
    lines = content.split(b"\r\n")
    stranger = lines[1].replace(b"20260615001", b"20260615009").replace(b"2222222", b"9999999")
    trailer = b"8000003000000000822000002000000000682000001000000000140".ljust(120)
    return b"\r\n".join([*lines[:3], stranger, trailer, *lines[4:]])


def twice_the_first(content: bytes) -> bytes:
    lines = content.split(b"\r\n")
    trailer = b"8000003000000000822000002000000000682000001000000000140".ljust(120)
    return b"\r\n".join([*lines[:3], lines[1], trailer, *lines[4:]])


@pytest.mark.parametrize(
    ("bent", "faults"),
    [
        # its sum is not right
        (replaced(b"8000002000000000481", b"8000002000000000482"), ["trailer-yen"]),
        (replaced(b"8000002000000000481", b"8000003000000000481"), ["trailer-count"]),
        (replaced(b"000001000000000341", b"000002000000000341"), ["result-count"]),
        (replaced(b"000001000000000341", b"000001000000000342"), ["result-yen"]),
        # a line says done, the totals that it failed
        (replaced(b"202606150021", b"202606150020"), ["result-count", "result-yen"]),
        # a debit is not of the yen that was sent; its sums follow
        (
            lambda content: content.replace(b"0341", b"0342").replace(b"0481", b"0482"),
            ["line-differs"],
        ),
        (without_the_second, ["line-missing"]),
        (with_a_stranger, ["line-extra"]),
        (twice_the_first, ["line-extra"]),
        (replaced(b"12222222", b"12222223"), ["account-differs"]),
        (replaced("ｱﾜｵﾄﾞﾘ".encode("cp932"), "ｱﾜｵﾄﾞﾙ".encode("cp932")), ["party-differs"]),
        (replaced(b"202606150021", b"202606150027"), ["result-code"]),
        (replaced(b"1234567890", b"1234567899"), ["header-differs"]),
        (replaced(b"06299999", b"06309999"), ["header-differs"]),
    ],
)
def test_a_file_that_is_no_answer_is_refused_with_the_reason(
    bent: Callable[[bytes], bytes], faults: list[str]
) -> None:
    content = bent(samples.debit_file("0", "1"))
    with pytest.raises(BankResultRefused) as refused:
        results(content, SENT, TODAY)
    assert refused.value.extra["faults"] == faults
    assert all(" / " in told for told in refused.value.extra["told"])


def test_a_file_of_transfers_is_no_result() -> None:
    with pytest.raises(BankFileNotReadable) as refused:
        results(samples.TRANSFER_BYTES, SENT, TODAY)
    assert refused.value.extra["faults"] == ["business"]


def test_a_customer_number_filled_otherwise_is_the_same_customer() -> None:
    """Some banks call 顧客番号 text: left-aligned, with spaces behind."""
    sent = [DebitBatch(samples.HUB, samples.DEBITS.debits_on, (Debit(samples.AWA, 341, "7"),))]
    lines = samples.debit_file("0", "1").split(b"\r\n")
    line = lines[1].replace(b"00000000020260615001", b"7".ljust(20)).replace(b"3411", b"3410")
    trailer = b"8000001000000000341000001000000000341000000000000000000".ljust(120)
    content = b"\r\n".join([lines[0], line, trailer, *lines[4:]])
    (one,) = results(content, sent, TODAY)
    assert one.done


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_debits_of_one_customer_are_told_apart_by_their_yen(order: tuple[int, int]) -> None:
    twice = (Debit(samples.AWA, 100, "42".zfill(20)), Debit(samples.AWA, 200, "42".zfill(20)))
    sent = DebitBatch(samples.HUB, samples.DEBITS.debits_on, twice)
    lines = zengin.debit_file([sent]).split(b"\r\n")
    failed = lines[2][:111] + b"1" + lines[2][112:]
    trailer = b"8000002000000000300000001000000000100000001000000000200".ljust(120)
    answers = [[lines[1], failed][at] for at in order]
    content = b"\r\n".join([lines[0], *answers, trailer, *lines[4:]])
    found = results(content, [sent], TODAY)
    assert {one.debit.yen: one.done for one in found} == {100: True, 200: False}
