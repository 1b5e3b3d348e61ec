"""The page that says which test shows which figure: each of them exists."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGE = (HOUSE / "docs" / "figures.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[a-z_/]+\.py)::(test_[a-z0-9_]+)`", PAGE)))
ROWS = {"G1", "G2", "G4", "G6", "G7", "G10", "G11", "G12", "G13", "G14", "G15"}


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_every_test_that_is_named_exists(file: str, test: str) -> None:
    assert re.search(rf"^(async )?def {test}\(", (HOUSE / file).read_text(), re.MULTILINE)


def test_every_row_has_its_line() -> None:
    assert set(re.findall(r"^\| (G\d+) \|", PAGE, re.MULTILINE)) >= ROWS
