"""A statement as its party gets it, to the byte: JSON and CSV."""

from datetime import UTC, date, datetime

import msgspec

from settlement.lines import Charge, Party
from settlement.sheet import sheet
from settlement.statement import Statement, told, written
from tests.golden.golden import same


def owing(name: str) -> Statement:
    """A tenant whose points were used elsewhere for more than it honoured."""
    return told(
        Party("A", "tenant", name, "A Bakery"),
        [
            Charge("A", 121, 180, 2, yen=-180),
            Charge("A", 131, 30, 1, yen=30),
            Charge("A", 201, 20, 1, yen=20),
            Charge("A", 401, 7, 1, original=121, yen=-7),
            Charge("A", 801, 300, 3),
            Charge("A", 900, 0, 0, yen=-137),
        ],
        date(2026, 6, 1),
        date(2026, 6, 15),
        datetime(2026, 6, 17, 3, 0, tzinfo=UTC),
        date(2026, 6, 30),
    )


def test_the_statement_of_a_tenant_that_owes() -> None:
    statement = owing("徳島ベーカリー")
    assert statement.total_yen == -180 + 30 + 20 - 7
    same("statement.json", msgspec.json.format(written(statement).encode(), indent=1) + b"\n")
    same("statement.csv", sheet(statement))


def test_a_name_that_looks_like_a_formula_is_text_in_a_spreadsheet() -> None:
    assert "'=徳島ベーカリー".encode() in sheet(owing("=徳島ベーカリー"))
