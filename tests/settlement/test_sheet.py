"""表計算への書き出し: whatever stands in a cell, no spreadsheet computes it."""

import csv
import io

import pytest

from settlement.sheet import FORMULA, as_csv


@pytest.mark.parametrize("begins", FORMULA)
def test_no_cell_of_any_sheet_is_a_formula(begins: str) -> None:
    """One that nobody thought of making safe is made safe where the sheet is written (T-11)."""
    told = as_csv(("slip", "points"), [(f"{begins}1+cmd", -5)])
    [_, row] = csv.reader(io.StringIO(told.decode("utf-8-sig"), newline=""))
    assert row == [f"'{begins}1+cmd", "-5"]


@pytest.mark.parametrize("plain", ["-12", "-0.5", "12", "", "'=1", "2026-06-01", "bakery"])
def test_what_is_no_formula_is_left_as_it_is(plain: str) -> None:
    assert as_csv(("cell", "x"), [(plain, "")]).decode("utf-8-sig").splitlines()[1] == f"{plain},"
