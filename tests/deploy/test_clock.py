"""The clock in a file: what it says where the file says nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.clock import FileClock

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)


@pytest.fixture
def clock(tmp_path: Path) -> FileClock:
    """A clock that stood at noon when it was last read."""
    ours = FileClock(tmp_path / "clock")
    ours.set(NOON)
    assert ours() == NOON
    return ours


def test_a_clock_that_cannot_be_read_stands_still(clock: FileClock, tmp_path: Path) -> None:
    for written in ("??", ""):
        (tmp_path / "clock").write_text(written)
        assert clock() == NOON
    (tmp_path / "clock").unlink()
    assert clock() == NOON
    clock.set(NOON.replace(hour=13))
    assert clock() == NOON.replace(hour=13)


def test_a_clock_that_never_said_anything_is_no_clock(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("??")
    with pytest.raises(ValueError, match="Invalid isoformat"):
        FileClock(tmp_path / "clock")()
