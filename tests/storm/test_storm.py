"""A short storm: hubs, PostgreSQL and Redis are killed under load, and an auditor who knows none of
the hub's code finds every acknowledged booking once. A long one is `make storm`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.storm import plan
from tests.storm.site import dying_with_us

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("MEGURI_STORM", "17"))
OPERATIONS, FAULTS = 400, 5
CROWD_PERCENT, CROWD_TILLS = 85, 64


def storm(folder: Path, *sizes: str) -> dict[str, Any]:
    """The last line of a storm after which nothing is lost, doubled or broken."""
    storm = (sys.executable, "-m", "tests.storm", *sizes, "--seed", str(SEED))
    done = subprocess.run(
        (*dying_with_us(), *storm, "--folder", str(folder)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-6_000:]
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert [law for law, holds in told["invariants"].items() if not holds] == []
    assert told["operations"] >= OPERATIONS
    assert told["acknowledged"] + told["unknown"] == told["operations"]
    return told


@pytest.mark.long
def test_a_short_storm_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    sizes = ("--operations", str(OPERATIONS), "--faults", str(FAULTS), "--closes", "1")
    told = storm(tmp_path, *sizes)
    assert told["faults"]["total"] >= FAULTS
    assert told["faults"].keys() >= plan.KILLS.keys()
    assert told["cycles_closed"] == 1


@pytest.mark.long
def test_a_crowd_at_a_handful_of_cards_is_served_as_if_one_by_one(tmp_path: Path) -> None:
    """Two desks are brought to stand in the middle of a booking for the same cards."""
    sizes = ("--operations", str(OPERATIONS), "--faults", "0", "--closes", "0")
    crowd = ("--crowd", str(CROWD_PERCENT), "--tills", str(CROWD_TILLS))
    told = storm(tmp_path, *sizes, *crowd)
    assert told["faults"] == {"total": plan.MEETINGS, plan.MEETING: plan.MEETINGS}


def test_the_audit_knows_none_of_the_hubs_code() -> None:
    look = "import sys, tests.storm.audit; print(*{m.partition('.')[0] for m in sys.modules})"
    found = subprocess.run(
        (sys.executable, "-c", look), cwd=ROOT, capture_output=True, text=True, check=True
    )
    known = set(found.stdout.split())
    assert "psycopg" in known
    assert not known & {"federation", "tenants", "auth", "settlement", "deploy", "msgspec"}


@pytest.mark.parametrize("faults", [4, 12, 165, 4_000])
def test_a_plan_has_as_many_of_each_kind_as_the_proof_asks_for(faults: int) -> None:
    kinds = plan.plan(faults, seed=3)
    assert kinds == plan.plan(faults, seed=3) != plan.plan(faults, seed=4)
    killing = [kind for kind in kinds if kind in plan.KILLS]
    assert len(killing) >= faults
    assert set(killing) == plan.KILLS.keys()
    assert set(kinds) - plan.KILLS.keys() <= set(plan.MILDER)
    if faults == 165:
        assert {kind: killing.count(kind) for kind in plan.KILLS} == plan.KILLS
        assert set(kinds) >= set(plan.MILDER)
