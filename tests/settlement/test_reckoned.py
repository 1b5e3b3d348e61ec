"""手数料の計算の説明: a month's fee by days, tax, and what is carried, told in words."""

from datetime import UTC, date, datetime
from typing import Any

from msgspec import structs

from settlement.fees import CARRIED, MONTHLY_FEE, TAX, Agreed
from settlement.paper.reckoned import reckoned
from settlement.statement import CATALOGUE, Addressee, Statement, StatementLine
from tests.settlement.papers import A
from tests.settlement.test_fees import SECOND_HALF, terms


def statement(*lines: StatementLine) -> Statement:
    """A statement of these lines."""
    at = datetime(2026, 7, 1, tzinfo=UTC)
    return Statement(
        "1", "2026-06-16", *SECOND_HALF, at, date(2026, 7, 31), "JPY",
        Addressee(A.party, A.kind, "ベーカリー", "Bakery"), lines,
        sum(one.yen or 0 for one in lines),
    )  # fmt: skip


def line(code: int, yen: int, points: int = 0) -> StatementLine:
    """A line without entries."""
    return StatementLine(code, *CATALOGUE[code], points, 0, yen=yen)


def words(told: Statement, code: int, **agreed: Any) -> str:
    """How the one line of a code is told, in English."""
    ((_, en),) = reckoned(told, code, Agreed(*SECOND_HALF, (terms(**agreed),)))
    return en


def test_a_month_is_told_with_its_terminals_and_by_its_days() -> None:
    whole = statement(line(MONTHLY_FEE, -4_000))
    fees = {"monthly_fee_yen": 3_000, "terminal_fee_yen": 500, "terminals": 2}
    assert words(whole, MONTHLY_FEE, **fees) == "2026-06: 3,000 + 2 × 500 yen = 4,000 yen"
    part = statement(line(MONTHLY_FEE, -1_333))
    told = words(part, MONTHLY_FEE, prorated=True, **fees)
    assert (
        told == "2026-06: 3,000 + 2 × 500 yen → 1,333 yen, by the days it was there, rounded down"
    )


def test_tax_is_told_from_all_fees_together() -> None:
    told = statement(line(MONTHLY_FEE, -999), line(301, -16, 330), line(TAX, -101))
    assert words(told, TAX) == "1,015 yen × 10 % = 101 yen, rounded down"


def test_what_is_carried_is_told_with_the_least_transfer() -> None:
    out = structs.replace(line(CARRIED, 300), carry="out")
    told = statement(structs.replace(line(CARRIED, -120), carry="in"), out)
    came, goes = reckoned(told, CARRIED, Agreed(*SECOND_HALF, (terms(minimum_yen=500),)))
    assert "120 yen were carried over" in came[1]
    assert goes[1] == "Less than the least transfer of 500 yen: 300 yen go on to the next cycle"


def test_what_sums_entries_is_not_reckoned() -> None:
    told = statement(structs.replace(line(201, 500, 500), entries=3))
    assert reckoned(told, 201, Agreed(*SECOND_HALF, (terms(),))) == []
