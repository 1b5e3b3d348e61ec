"""A bench in small: all of its parts run, and every ratio is there or says why not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.figures import BARS

HOUSE = Path(__file__).parents[2]
NEEDS_A_LARGER_RUN = {"close_5m_over_duckdb", "incremental_20m_over_1m"}


@pytest.mark.long
def test_a_small_run_tells_every_ratio(tmp_path: Path) -> None:
    where = ("--folder", str(tmp_path / "books"), "--build", str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--smoke", *where],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.strip().splitlines()[-1])["ratios"]
    assert last.keys() == BARS.keys()
    assert {name for name, ratio in last.items() if ratio is None} == NEEDS_A_LARGER_RUN
    kept = json.loads((tmp_path / "bench.json").read_text())
    assert kept["ratios"] == last
    assert kept["broken_promises"] == 0
    assert (tmp_path / "bench.md").read_text() in done.stdout
