"""ISO 20022: the same transfers as XML, by the public schema's rules and ZEDI's placement."""

import base64
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from msgspec import structs

from settlement.bank.orders import TransferBatch
from settlement.bank.pain import EDI_LINE, MIME, Message, payment_file, remittance
from settlement.bank.refusals import NotWritableInKana, TooLongForTheField
from tests.settlement.bank import samples
from tests.settlement.bank.pain_schema import NAMESPACE, faults
from tests.settlement.bank.test_zengin import transfer_batches

MADE = Message("MEGURI-20260629-1", datetime(2026, 6, 29, 1, 2, 3, tzinfo=UTC))
INVOICE = "<EDI>精算書 STL20260615-C0001 & 明細</EDI>".encode() * 5


def texts(content: bytes, path: str) -> list[str]:
    """The texts at a path of tags."""
    root = ET.fromstring(content)  # noqa: S314  we wrote it ourselves
    steps = "/".join(f"{NAMESPACE}{tag}" for tag in path.split("/"))
    return [found.text or "" for found in root.findall(f".//{steps}")]


def test_the_sample_as_xml_keeps_the_schema() -> None:
    assert faults(payment_file(MADE, [samples.TRANSFERS])) == []


def test_where_each_word_stands() -> None:
    made = payment_file(MADE, [samples.TRANSFERS])
    assert texts(made, "ReqdExctnDt") == ["2026-06-30"]
    assert texts(made, "CreDtTm") == ["2026-06-29T10:02:03"]  # Tokyo, without an offset
    assert set(texts(made, "ClrSysId/Cd")) == {"JPZGN"}
    assert texts(made, "CdtrAgt/FinInstnId/ClrSysMmbId/MmbId") == ["9999"] * 3
    assert texts(made, "CdtrAgt/BrnchId/Id") == ["102", "103", "104"]
    assert texts(made, "DbtrAgt/BrnchId/Id") == ["101"]
    assert texts(made, "Dbtr/Id/OrgId/Othr/Id") == ["1234567890"]
    assert texts(made, "CdtrAcct/Id/Othr/Id") == ["7654321", "1000012", "0000055"]
    assert texts(made, "CdtrAcct/Tp/Prtry") == ["1", "2", "1"]
    assert texts(made, "Amt/InstdAmt") == ["275", "1313068", "96"]
    assert texts(made, "PmtId/EndToEndId") == [
        "STL20260615-C0001",
        "STL20260615-B0001",
        "NOTPROVIDED",
    ]
    assert texts(made, "Cdtr/Id/OrgId/Othr/Id") == ["42", "7"]
    assert texts(made, "PmtInf/CtrlSum") == ["1313439"]
    assert texts(made, "GrpHdr/NbOfTxs") == ["3"]


def test_the_group_may_count_its_batches() -> None:
    made = payment_file(MADE, [samples.TRANSFERS], counts_batches=True)
    assert texts(made, "GrpHdr/NbOfTxs") == ["1"]
    assert texts(made, "PmtInf/NbOfTxs") == ["3"]
    assert faults(made) == []


def test_a_long_remittance_goes_along_in_lines_of_76_letters() -> None:
    made = payment_file(MADE, [samples.TRANSFERS], {"STL20260615-C0001": INVOICE})
    lines = texts(made, "CdtTrfTxInf/RmtInf/Ustrd")
    assert tuple(lines[:3]) == MIME
    assert all(len(line) == EDI_LINE for line in lines[3:-1])
    assert 1 <= len(lines[-1]) <= EDI_LINE
    assert base64.b64decode("".join(lines[3:]), validate=True) == INVOICE
    assert faults(made) == []


def test_lines_end_where_the_letters_end() -> None:
    assert remittance(b"x" * 57)[3:] == [base64.b64encode(b"x" * 57).decode()]
    assert len(remittance(b"x" * 58)) == 5


@settings(max_examples=40, deadline=None)
@given(transfer_batches)
def test_whatever_can_be_transferred_keeps_the_schema(batches: list[TransferBatch]) -> None:
    made = payment_file(MADE, batches)
    assert faults(made) == []
    amounts = [int(yen) for yen in texts(made, "Amt/InstdAmt")]
    assert amounts == [one.yen for batch in batches for one in batch.transfers]
    assert texts(made, "PmtInf/ReqdExctnDt") == [one.pays_on.isoformat() for one in batches]


@pytest.mark.parametrize(
    ("message", "refusal"),
    [
        (structs.replace(MADE, message_id="M" * 36), TooLongForTheField),
        (structs.replace(MADE, message_id=""), NotWritableInKana),
        (structs.replace(MADE, message_id="M\x00"), NotWritableInKana),
    ],
)
def test_what_the_schema_would_refuse_is_refused_here(
    message: Message, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        payment_file(message, [samples.TRANSFERS])


def test_the_table_of_rules_sees_what_is_wrong() -> None:
    made = payment_file(MADE, [samples.TRANSFERS])
    assert faults(made.replace(b"<PmtMtd>TRF</PmtMtd>", b"")) != []
    assert faults(made.replace(b"275<", b"275.5<")) != []
    assert faults(made.replace(b"2026-06-30", b"0630")) != []
    assert faults(made.replace(b'Ccy="JPY"', b'Ccy="USD"', 1)) != []
    swapped = made.replace(
        b"<PmtMtd>TRF</PmtMtd><NbOfTxs>3</NbOfTxs>", b"<NbOfTxs>3</NbOfTxs><PmtMtd>TRF</PmtMtd>"
    )
    assert faults(swapped) != []


def test_days_are_written_whole() -> None:
    batch = structs.replace(samples.TRANSFERS, pays_on=date(2027, 1, 4))
    assert texts(payment_file(MADE, [batch]), "ReqdExctnDt") == ["2027-01-04"]
