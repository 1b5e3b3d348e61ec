"""Whatever is written can be read back, by us and by a reader that shares no line with us."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.bank import zengin
from settlement.bank.characters import ALLOWED, MARKS, lone_marks
from settlement.bank.frames import records
from settlement.bank.orders import (
    Account,
    Debit,
    DebitBatch,
    Ending,
    Originator,
    Transfer,
    TransferBatch,
)
from settlement.bank.records import END_OF_LINE
from settlement.bank.refusals import (
    BankFileNotReadable,
    NotWritableInKana,
    TooLongForTheField,
)
from tests.settlement.bank import samples
from tests.settlement.bank.columns import looked_at

TODAY = date(2026, 6, 20)
ENDINGS: list[Ending] = ["CRLF", "NONE"]


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


def letters(kind: str, longest: int, shortest: int = 0) -> st.SearchStrategy[str]:
    """Names as they may stand in a file; voicing marks only where they belong."""
    plain = sorted(ALLOWED[kind] - MARKS)  # type: ignore[index]
    part = st.one_of(st.sampled_from(plain), st.sampled_from(["ｶﾞ", "ﾊﾟ", "ﾎﾞ", "ｳﾞ"]))
    return (
        st.lists(part, max_size=longest)
        .map(lambda parts: "".join(parts)[:longest].strip(" "))
        .filter(lambda text: len(text) >= shortest and not lone_marks(text))
    )


accounts = st.builds(
    Account,
    bank=digits(4),
    branch=digits(3),
    deposit=st.sampled_from("1249"),
    number=digits(7),
    holder=letters("party", 30, 1),
    bank_name=letters("branch", 15),
    branch_name=letters("branch", 15),
)
originators = st.builds(Originator, code=digits(10), account=accounts)
days = st.integers(-150, 150).map(lambda days: TODAY + timedelta(days))
yen = st.one_of(st.just(1), st.just(9_999_999_999), st.integers(1, 9_999_999_999))
transfers = st.one_of(
    st.builds(Transfer, to=accounts, yen=yen, edi=letters("edi", 20)),
    st.builds(
        Transfer,
        to=accounts,
        yen=yen,
        customer_1=st.integers(0, 9_999_999_999),
        customer_2=st.integers(0, 9_999_999_999),
        new_code=st.sampled_from("012"),
    ),
)
debits = st.builds(Debit, account=accounts, yen=yen, customer=digits(20))
transfer_batches = st.lists(
    st.builds(
        TransferBatch, originators, days, st.lists(transfers, min_size=1, max_size=4).map(tuple)
    ),
    min_size=1,
    max_size=3,
)
debit_batches = st.lists(
    st.builds(DebitBatch, originators, days, st.lists(debits, min_size=1, max_size=4).map(tuple)),
    min_size=1,
    max_size=3,
)


@settings(max_examples=40, deadline=None)
@given(transfer_batches, st.sampled_from(ENDINGS))
def test_transfers_come_back_as_they_were(batches: list[TransferBatch], ending: Ending) -> None:
    made = zengin.transfer_file(batches, ending)
    assert zengin.read_transfers(made, TODAY) == batches
    groups = looked_at(made, END_OF_LINE[ending])
    assert len(groups) == len(batches)
    for group, batch in zip(groups, batches, strict=True):
        assert group.header["month_day"] == f"{batch.pays_on:%m%d}"
        for line, one in zip(group.lines, batch.transfers, strict=True):
            assert int(line["yen"]) == one.yen
            assert line["holder"].rstrip(" ") == one.to.holder
            place = (line["bank"], line["branch"], line["deposit"], line["account"])
            assert place == one.to.place
            assert (line["identified"] == "Y") == (one.edi is not None)
            if one.edi is not None:
                assert line["edi"].rstrip(" ") == one.edi


@settings(max_examples=40, deadline=None)
@given(debit_batches, st.sampled_from(ENDINGS))
def test_debits_come_back_as_they_were(batches: list[DebitBatch], ending: Ending) -> None:
    made = zengin.debit_file(batches, ending)
    assert zengin.read_debits(made, TODAY) == batches
    for group, batch in zip(looked_at(made, END_OF_LINE[ending]), batches, strict=True):
        assert [line["customer"] for line in group.lines] == [one.customer for one in batch.debits]
        assert {line["result"] for line in group.lines} == {"0"}
        assert group.trailer["done_yen"] == "0" * 12


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""])
def test_lines_may_end_as_banks_and_programs_write_them(end: bytes) -> None:
    plain = samples.TRANSFER_BYTES.replace(b"\r\n", end)
    assert zengin.read_transfers(plain, TODAY) == [samples.TRANSFERS]


def test_a_lone_carriage_return_is_refused() -> None:
    with pytest.raises(BankFileNotReadable) as refused:
        records(samples.TRANSFER_BYTES.replace(b"\r\n", b"\r"), 120)
    assert refused.value.extra["faults"] == ["line-end"]


def test_the_last_line_end_may_be_missing() -> None:
    assert zengin.read_transfers(samples.TRANSFER_BYTES[:-2], TODAY) == [samples.TRANSFERS]


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ("0123", "record-order"),  # no trailer, no end
        ("01239", "record-order"),
        ("012345" + "5", "record-order"),
        ("12345", "record-order"),
        ("00123" + "45", "record-order"),
        ("5", "record-order"),
        ("", "record-order"),
    ],
)
def test_records_come_in_their_order(order: str, fault: str) -> None:
    parts = records(samples.TRANSFER_BYTES, 120)
    content = b"".join(parts[int(one)] if one != "9" else parts[5] for one in order)
    with pytest.raises(BankFileNotReadable) as refused:
        zengin.read_transfers(content, TODAY)
    assert refused.value.extra["faults"] == [fault]


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        (b"1210", b"1910", "business"),
        (b"1210", b"1211", "encoding"),
        (b"0000000275", b"0000000 75", "digits"),
        (b"7Y", b"7YX", "record-length"),
    ],
)
def test_what_cannot_be_read_is_named(was: bytes, becomes: bytes, fault: str) -> None:
    with pytest.raises(BankFileNotReadable) as refused:
        zengin.read_transfers(samples.TRANSFER_BYTES.replace(was, becomes, 1), TODAY)
    assert refused.value.extra["faults"] == [fault]


def test_an_unused_clearing_house_number_may_be_blank() -> None:
    content = samples.TRANSFER_BYTES.replace(b"000017654321", b"    17654321")
    assert zengin.read_transfers(content, TODAY) == [samples.TRANSFERS]


@pytest.mark.parametrize(
    ("holder", "refusal"),
    [
        ("ｾﾄｳﾁﾍﾞｰｶﾘｰ", NotWritableInKana),  # ｰ is no hyphen
        ("ｷｬﾉﾝ", NotWritableInKana),
        ("瀬戸内", NotWritableInKana),
        ("Setouchi", NotWritableInKana),
        ("ｱﾜ,ｻﾌﾞﾛｳ", NotWritableInKana),
        ("ｾﾄ/ｳﾁ", NotWritableInKana),  # only EDI information takes it
        ("ﾞｱﾜ", NotWritableInKana),
        ("ｱﾜ\r\n2", NotWritableInKana),
        ("ｱ" * 31, TooLongForTheField),
    ],
)
def test_a_name_that_does_not_fit_is_refused_not_bent(
    holder: str, refusal: type[Exception]
) -> None:
    to = Account("9999", "102", "1", "7654321", holder)
    batch = TransferBatch(samples.HUB, TODAY, (Transfer(to, 1),))
    with pytest.raises(refusal):
        zengin.transfer_file([batch])


def test_a_sum_that_outgrows_its_field_is_refused() -> None:
    much = Transfer(samples.SABURO, 9_999_999_999)
    batch = TransferBatch(samples.HUB, TODAY, (much,) * 101)
    with pytest.raises(TooLongForTheField):
        zengin.transfer_file([batch])
