"""What is looked at before a bank file leaves: one file with each fault, stopped by its name."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from msgspec import structs

from federation.days import TOKYO
from settlement.bank import zengin
from settlement.bank.faults import FAULTS, names
from settlement.bank.orders import Account, Debit, DebitBatch, Transfer, TransferBatch
from settlement.bank.profile import Profile
from settlement.bank.refusals import BankFileNotReleasable
from settlement.bank.release import Release, release_debits, release_transfers
from tests.settlement.bank import samples

PROFILE = Profile(samples.HUB, takes_test_bank=True)
MORNING = datetime(2026, 6, 29, 9, 0, tzinfo=TOKYO)
DEBITS_DUE = datetime(2026, 6, 16, 15, 0, tzinfo=TOKYO)


def known(bank: str, branch: str) -> bool | None:
    """A list in which there is one bank with one branch."""
    return branch == "001" if bank == "0001" else None


def released(
    *,
    batch: TransferBatch = samples.TRANSFERS,
    profile: Profile = PROFILE,
    now: datetime = MORNING,
    bent: Callable[[bytes], bytes] = lambda content: content,
) -> Release:
    content = zengin.transfer_file([batch], profile.ending)
    return release_transfers(bent(content), [batch], profile, now, known)


def stopped(**given: object) -> list[str]:
    with pytest.raises(BankFileNotReleasable) as refused:
        released(**given)  # type: ignore[arg-type]
    assert len(refused.value.extra["told"]) >= len(refused.value.extra["faults"])
    faults: list[str] = refused.value.extra["faults"]
    return faults


def replaced(was: bytes, becomes: bytes) -> Callable[[bytes], bytes]:
    def bent(content: bytes) -> bytes:
        assert was in content
        return content.replace(was, becomes, 1)

    return bent


def paying(*transfers: Transfer, on: date = samples.TRANSFERS.pays_on) -> TransferBatch:
    return TransferBatch(samples.HUB, on, transfers)


def test_a_sound_file_may_leave_and_is_known_by_its_sum() -> None:
    made = released()
    assert made == Release(samples.TRANSFER_SUM, 3, 1_313_439, ())


def test_a_bank_that_wants_no_line_ends_gets_none() -> None:
    made = released(profile=structs.replace(PROFILE, ending="NONE"))
    assert made.sha256 == samples.TRANSFER_SUM_WITHOUT_ENDS


@pytest.mark.parametrize(
    ("bent", "faults"),
    [
        (lambda content: content[:-122], ["record-order"]),
        (lambda content: content + b"9".ljust(120) + b"\r\n", ["record-order"]),
        (lambda content: content[:-3], ["record-length"]),
        (lambda content: content.replace(b"\r\n", b"\r"), ["line-end"]),
        (replaced(b"1210", b"1910"), ["business"]),
        (replaced(b"1210", b"1211"), ["encoding"]),
        (replaced(b"8000003", b"8000004"), ["trailer-count"]),
        (replaced(b"000001313439", b"000001313440"), ["trailer-yen"]),
        (replaced(b"0000000275", b"0000000000"), ["trailer-yen", "zero-yen"]),
        (replaced(b"0000000275", b"0000002a75"), ["digits"]),
        (replaced("ｱﾜ ｻﾌﾞﾛｳ".encode("cp932"), b"awa     "), ["letters"]),
        (replaced("ｱﾜ ｻﾌﾞﾛｳ".encode("cp932"), "ﾞﾜ ｻﾌﾞﾛｳ".encode("cp932")), ["lone-mark"]),
        (replaced("ｱﾜ ｻﾌﾞﾛｳ".encode("cp932"), b" " * 8), ["no-name"]),
        (replaced(b"1234567890", b"1234567891"), ["originator"]),
        (replaced(b"7Y       ", b"7Y      X"), ["not-zero-filled"]),
        (replaced(b"17654321", b"17654322"), []),  # sound in itself, but not what was approved
        (replaced(b"STL20260615-C0001", b"STL20260615-C0002"), []),
        (lambda content: content.replace(b"\r\n", b""), []),
    ],
)
def test_a_bent_file_stays_here(bent: Callable[[bytes], bytes], faults: list[str]) -> None:
    assert stopped(bent=bent) == sorted({*faults, "differs-from-order"})


def test_a_line_of_nothing_and_a_batch_of_nothing_stay_here() -> None:
    assert "zero-yen" in stopped(batch=paying(Transfer(samples.SABURO, 0)))
    assert "empty-batch" in stopped(batch=paying())


@pytest.mark.parametrize(
    ("now", "faults"),
    [
        (datetime(2026, 6, 29, 15, 0, tzinfo=TOKYO), None),  # the very minute
        (datetime(2026, 6, 29, 15, 0, 1, tzinfo=TOKYO), ["too-late"]),
        (datetime(2026, 6, 30, 9, 0, tzinfo=TOKYO), ["too-late"]),
        (datetime(2026, 6, 9, 9, 0, tzinfo=TOKYO), None),  # fifteen bank days ahead
        (datetime(2026, 6, 8, 9, 0, tzinfo=TOKYO), ["too-early"]),
    ],
)
def test_a_file_has_its_time_at_the_bank(now: datetime, faults: list[str] | None) -> None:
    if faults is None:
        assert released(now=now).lines == 3
    else:
        assert stopped(now=now) == faults


def test_money_moves_on_bank_days_only() -> None:
    sunday = paying(Transfer(samples.SABURO, 1), on=date(2026, 6, 28))
    now = datetime(2026, 6, 24, 9, 0, tzinfo=TOKYO)
    assert stopped(batch=sunday, now=now) == ["not-a-bank-day"]


def test_a_bank_that_wants_more_days_gets_them() -> None:
    slow = structs.replace(PROFILE, transfer_lead_bank_days=3, transfer_until=time(12))
    assert stopped(profile=slow) == ["too-late"]
    assert released(profile=slow, now=datetime(2026, 6, 25, 12, 0, tzinfo=TOKYO)).lines == 3


def test_a_bank_takes_only_so_many_lines() -> None:
    assert stopped(profile=structs.replace(PROFILE, most_transfers=2)) == ["too-many"]


def test_the_test_bank_is_for_tests() -> None:
    assert stopped(profile=structs.replace(PROFILE, takes_test_bank=False)) == ["test-bank"]


def test_the_same_yen_twice_to_one_account_is_warned_of() -> None:
    twice = Transfer(samples.SABURO, 96)
    made = released(batch=paying(twice, structs.replace(twice, customer_1=2)))
    assert names(made.warnings) == ["duplicate"]
    other = released(batch=paying(twice, structs.replace(twice, yen=97)))
    assert other.warnings == ()


@pytest.mark.parametrize(
    ("bank", "branch", "warned"),
    [
        ("0001", "001", []),
        ("0001", "999", ["unknown-branch"]),
        ("0002", "001", ["unknown-bank"]),
    ],
)
def test_codes_that_nobody_knows_are_warned_of(bank: str, branch: str, warned: list[str]) -> None:
    to = Account(bank, branch, "1", "0000001", "ｱﾜ ｻﾌﾞﾛｳ")
    assert names(released(batch=paying(Transfer(to, 1))).warnings) == warned


def test_debits_leave_nine_bank_days_ahead() -> None:
    content = zengin.debit_file([samples.DEBITS])
    made = release_debits(content, [samples.DEBITS], PROFILE, DEBITS_DUE, known)
    assert made.sha256 == samples.DEBIT_SUM
    later = DEBITS_DUE.replace(minute=1)
    with pytest.raises(BankFileNotReleasable) as refused:
        release_debits(content, [samples.DEBITS], PROFILE, later, known)
    assert refused.value.extra["faults"] == ["too-late"]


def test_a_bent_debit_file_stays_here() -> None:
    content = zengin.debit_file([samples.DEBITS]).replace(b"12222222", b"12222223")
    with pytest.raises(BankFileNotReleasable) as refused:
        release_debits(content, [samples.DEBITS], PROFILE, DEBITS_DUE, known)
    assert refused.value.extra["faults"] == ["differs-from-order"]


def test_two_batches_may_leave_in_one_file() -> None:
    second = structs.replace(samples.TRANSFERS, pays_on=date(2026, 7, 1))
    content = zengin.transfer_file([samples.TRANSFERS, second])
    made = release_transfers(content, [samples.TRANSFERS, second], PROFILE, MORNING, known)
    assert (made.lines, made.yen) == (6, 2 * 1_313_439)
    assert made.sha256 == hashlib.sha256(content).hexdigest()


def test_an_approved_batch_that_is_not_in_the_file_stops_it() -> None:
    other = DebitBatch(samples.HUB, samples.DEBITS.debits_on, (Debit(samples.AWA, 1, "1"),))
    content = zengin.debit_file([samples.DEBITS])
    with pytest.raises(BankFileNotReleasable):
        release_debits(content, [samples.DEBITS, other], PROFILE, DEBITS_DUE, known)


def test_every_fault_is_told_in_both_languages() -> None:
    assert all(japanese and english.isascii() for _, japanese, english in FAULTS.values())
