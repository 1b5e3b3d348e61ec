"""表計算への書き出し: whatever stands in a cell, no spreadsheet computes it."""

import csv
import io

import pytest
from msgspec.structs import replace

from settlement.sheet import FORMULA, as_csv, sheet
from tests.settlement.test_paper import statement


@pytest.mark.parametrize("begins", FORMULA)
def test_no_cell_of_any_sheet_is_a_formula(begins: str) -> None:
    """One that nobody thought of making safe is made safe where the sheet is written (T-11)."""
    told = as_csv(("slip", "points"), [(f"{begins}1+cmd", -5)])
    [_, row] = csv.reader(io.StringIO(told.decode("utf-8-sig"), newline=""))
    assert row == [f"'{begins}1+cmd", "-5"]


@pytest.mark.parametrize("plain", ["-12", "-0.5", "12", "", "'=1", "2026-06-01", "bakery"])
def test_what_is_no_formula_is_left_as_it_is(plain: str) -> None:
    assert as_csv(("cell", "x"), [(plain, "")]).decode("utf-8-sig").splitlines()[1] == f"{plain},"


def test_a_line_tells_its_tax_and_what_it_corrects() -> None:
    """Finance imports the sheet: what is taxed, and to which line of which cycle it belongs."""
    told = statement(((201, 20, 1, 20), (301, 0, 0, -100), (601, 0, 0, -10), (401, 30, 1, -30)))
    late = replace(told.lines[3], original=121, of_cycle="2026-05-16")
    told = replace(told, lines=(*told.lines[:3], late, *told.lines[4:]))
    read = list(csv.DictReader(io.StringIO(sheet(told).decode("utf-8-sig"), newline="")))
    assert [(row["コード"], row["税区分"], row["本来コード"], row["対象期"]) for row in read] == [
        ("201", "不課税", "", ""),
        ("301", "課税10%", "", ""),
        ("601", "消費税", "", ""),
        ("401", "不課税", "121", "2026-05-16"),
        ("900", "", "", ""),
    ]
