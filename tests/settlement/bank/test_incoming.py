"""振込入金通知と入出金取引明細: what the bank says, read from columns that others published."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from settlement.bank.incoming import Line, incoming
from settlement.bank.refusals import BankFileNotReadable, BankResultRefused
from tests.settlement.bank import notices as bank
from tests.settlement.bank import samples
from tests.settlement.bank.test_zengin import letters

TODAY = date(2026, 7, 1)
ON = date(2026, 6, 30)
FIRST = bank.notice(341, "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ", edi="STL20260615-A0001")
SECOND = bank.notice(140, "ｶ)ﾀｶﾏﾂｴｷﾋﾞﾙ", reference=2, code="0000000042")


def test_notices_are_read() -> None:
    (found,) = incoming(bank.notices(FIRST, SECOND, count=2, yen=481), TODAY)
    assert (found.business, found.bank, found.branch) == ("01", "9999", "101")
    assert (found.deposit, found.account, found.from_on) == ("1", "1234567", ON)
    assert found.lines == (
        Line(
            "000001", ON, "in", 341, "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ", "", "STL20260615-A0001", "", "ﾋﾔｸｼﾞﾕｳｼ", "ﾄｸｼﾏ",
            value_on=ON,
        ),
        Line(
            "000002", ON, "in", 140, "ｶ)ﾀｶﾏﾂｴｷﾋﾞﾙ", "0000000042", "", "", "ﾋﾔｸｼﾞﾕｳｼ", "ﾄｸｼﾏ",
            value_on=ON,
        ),
    )  # fmt: skip


def test_amounts_of_more_than_ten_digits_come_in_the_other_format() -> None:
    much = 12_345_678_901
    large = bank.notice(much, "ｱﾜ", edi="STL1", large=True)
    (found,) = incoming(bank.notices(large, count=1, yen=much), TODAY)
    (line,) = found.lines
    assert (line.yen, line.edi) == (much, "STL1")


@pytest.mark.parametrize(("count", "yen"), [(1, 341), (2, 682)])
def test_a_withdrawn_notice_counts_in_the_totals_or_does_not(count: int, yen: int) -> None:
    """No source says which: both readings are taken."""
    gone = bank.notice(341, "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ", reference=2, withdrawn=True)
    content = bank.notices(FIRST, gone, count=count, yen=yen, gone=1, gone_yen=341)
    (found,) = incoming(content, TODAY)
    assert [line.cancelled for line in found.lines] == [False, True]


@pytest.mark.parametrize(
    ("count", "yen", "gone", "faults"),
    [
        (3, 481, 0, ["trailer-count"]),
        (2, 482, 0, ["trailer-yen"]),
        (2, 481, 1, ["trailer-yen"]),
    ],
)
def test_notices_that_do_not_add_up_are_refused(
    count: int, yen: int, gone: int, faults: list[str]
) -> None:
    with pytest.raises(BankResultRefused) as refused:
        incoming(bank.notices(FIRST, SECOND, count=count, yen=yen, gone=gone), TODAY)
    assert refused.value.extra["faults"] == faults


CAME = bank.booked("1", 500, "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ")
WENT = bank.booked("2", 275, reference=2, summary="ｿｳｺﾞｳﾌﾘｺﾐ", manner="14")


def stated(*, before: int | None = 1_000, after: int | None = 1_225) -> bytes:
    head, trailer = bank.statement_header(before), bank.statement_trailer([500], [275], after)
    return bank.file([head, CAME, WENT, trailer, bank.end()])


def test_a_statement_is_read() -> None:
    (found,) = incoming(stated(), TODAY)
    assert (found.business, found.account) == ("03", "1234567")
    assert (found.opening_yen, found.closing_yen) == (1_000, 1_225)
    came, went = found.lines
    assert (came.direction, came.yen, came.payer) == ("in", 500, "ｱﾜｵﾄﾞﾘﾐﾔｹﾞ(ｶ")
    assert (went.direction, went.yen, went.summary) == ("out", 275, "ｿｳｺﾞｳﾌﾘｺﾐ")
    assert went.booked_on == ON


def test_an_overdrawn_account_has_a_balance_below_zero() -> None:
    (found,) = incoming(stated(before=-1_000, after=-775), TODAY)
    assert (found.opening_yen, found.closing_yen) == (-1_000, -775)


def test_a_bank_may_leave_the_balances_out() -> None:
    (found,) = incoming(stated(before=None, after=None), TODAY)
    assert (found.opening_yen, found.closing_yen) == (None, None)


def test_a_balance_that_does_not_follow_is_refused() -> None:
    with pytest.raises(BankResultRefused) as refused:
        incoming(stated(after=1_226), TODAY)
    assert refused.value.extra["faults"] == ["balance"]


@pytest.mark.parametrize(
    ("column", "text", "faults"),
    [
        (2, "000002", ["trailer-count"]),
        (8, "0000000000501", ["trailer-yen"]),
        (27, "0000000000276", ["trailer-yen"]),
        (55, "0000003", ["trailer-count"]),
    ],
)
def test_a_statement_that_does_not_add_up_is_refused(
    column: int, text: str, faults: list[str]
) -> None:
    trailer = bank.statement_trailer([500], [275], 1_225)
    bent = trailer[: column - 1] + text + trailer[column - 1 + len(text) :]
    content = bank.file([bank.statement_header(1_000), CAME, WENT, bent, bank.end()])
    with pytest.raises(BankResultRefused) as refused:
        incoming(content, TODAY)
    assert refused.value.extra["faults"] == faults


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 999_999_999_999),
            st.sampled_from(["1", "2"]),
            letters("party", 48),
            letters("edi", 20),
        ),
        max_size=6,
    ),
    st.integers(-99_999_999_999_999, 99_999_999_999_999),
)
def test_whatever_moved_is_read(moved: list[tuple[int, str, str, str]], before: int) -> None:
    lines = [
        bank.booked(direction, yen, payer, reference=at, edi=edi)
        for at, (yen, direction, payer, edi) in enumerate(moved)
    ]
    came = [yen for yen, direction, _, _ in moved if direction == "1"]
    went = [yen for yen, direction, _, _ in moved if direction == "2"]
    after = before + sum(came) - sum(went)
    assume(abs(after) < 10**14)
    trailer = bank.statement_trailer(came, went, after)
    (found,) = incoming(
        bank.file([bank.statement_header(before), *lines, trailer, bank.end()]), TODAY
    )
    assert (found.opening_yen, found.closing_yen) == (before, after)
    assert [(one.yen, one.payer, one.edi) for one in found.lines] == [
        (yen, payer, edi) for yen, _, payer, edi in moved
    ]
    assert [one.direction == "in" for one in found.lines] == [way == "1" for _, way, _, _ in moved]


def test_a_correction_is_marked_as_one() -> None:
    line = bank.booked("1", 500, "ｱﾜ", manner="19")
    head, trailer = bank.statement_header(None), bank.statement_trailer([500], [])
    (found,) = incoming(bank.file([head, line, trailer, bank.end()]), TODAY)
    assert found.lines[0].cancelled


@pytest.mark.parametrize("year", ["080630", "260630"])
def test_years_come_by_the_era_or_the_century(year: str) -> None:
    head, trailer = bank.notice_header(year), bank.notice_trailer(1, 341)
    content = bank.file([head, bank.notice(341, "ｱﾜ", on=year), trailer, bank.end()])
    (found,) = incoming(content, TODAY)
    assert (found.from_on, found.lines[0].booked_on) == (ON, ON)


def test_several_accounts_come_in_one_file() -> None:
    one = [bank.notice_header(), FIRST, bank.notice_trailer(1, 341)]
    found = incoming(bank.file([*one, *one, bank.end()], end=""), TODAY)
    assert [len(account.lines) for account in found] == [1, 1]


@pytest.mark.parametrize(
    ("bent", "fault"),
    [
        (lambda content: samples.TRANSFER_BYTES, "record-length"),
        (lambda content: content.replace(b"1010", b"1040", 1), "business"),
        (lambda content: content.replace(b"0000000341", b"000000 341", 1), "digits"),
        (lambda content: content.replace(b"2000001080630", b"2000001081330", 1), "date"),
        (lambda content: content[:-202], "record-order"),
    ],
)
def test_what_cannot_be_read_is_named(bent: Callable[[bytes], bytes], fault: str) -> None:
    with pytest.raises(BankFileNotReadable) as refused:
        incoming(bent(bank.notices(FIRST, SECOND, count=2, yen=481)), TODAY)
    assert refused.value.extra["faults"] == [fault]
