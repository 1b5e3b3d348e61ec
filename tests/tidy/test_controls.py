"""管理策の対応表: every file that docs/controls.md and docs/privacy.md name is there."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PAGES = ("controls.md", "privacy.md", "audit.md")
NAMED = re.compile(r"`((?:auth|deploy|federation|settlement|tenants|tests)/[A-Za-z0-9_/.-]+)`")
# They stand with webhooks, people and the code flow.
ELSEWHERE = {9, 10, 21, 22, 32}


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_is_there(page: str) -> None:
    names = NAMED.findall((HOUSE / "docs" / page).read_text(encoding="utf-8"))
    assert names
    assert [name for name in names if not (HOUSE / name).exists()] == []


def test_every_threat_has_its_row() -> None:
    text = (HOUSE / "docs" / "controls.md").read_text(encoding="utf-8")
    rows = {int(number) for number in re.findall(r"^\| T-(\d+) \|", text, re.MULTILINE)}
    assert rows | ELSEWHERE == set(range(1, 33))
