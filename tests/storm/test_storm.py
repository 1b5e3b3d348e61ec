"""A short storm: hubs, PostgreSQL and Redis are killed under load, and an auditor who knows none of
the hub's code finds every acknowledged booking once. A long one is `make storm`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.storm import plan
from tests.storm.site import dying_with_us

ROOT = Path(__file__).parents[2]
SEED = int(os.environ.get("MEGURI_STORM", "17"))
OPERATIONS, FAULTS = 400, 5


def test_a_short_storm_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    sizes = ("--operations", str(OPERATIONS), "--faults", str(FAULTS), "--closes", "1")
    storm = (sys.executable, "-m", "tests.storm", *sizes, "--seed", str(SEED))
    done = subprocess.run(
        (*dying_with_us(), *storm, "--folder", str(tmp_path)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout[-6_000:]
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert [law for law, holds in told["invariants"].items() if not holds] == []
    assert told["operations"] >= OPERATIONS
    assert told["acknowledged"] + told["unknown"] == told["operations"]
    assert told["faults"]["total"] >= FAULTS
    assert told["faults"].keys() >= plan.KILLS.keys()
    assert told["cycles_closed"] == 1


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
