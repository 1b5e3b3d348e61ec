"""The account of the long proofs: what breaks them, and what is only told."""

import json
import sys

import pytest

from tests import prove

STORM = {
    "operations": 9, "acknowledged": 8, "lost": 0, "doubled": 0, "faults": {"total": 7},
    "invariants": {"Σ = 0": True, "a receipt earns once": False}, "counts": {"duplicates": 40},
    "recovery_seconds": {"p50": 0.4, "p99": 6.5},
}  # fmt: skip
LOAD = {
    "sound": True,
    "steady": {"errors": {}, "rate": 300.0, "p50_ms": 9.0, "p99_ms": 70.0, "slow_share": 0.0},
    "overload": {"errors": {"500 ×": 2}, "kept_share": 0.7, "refused_p99_ms": 12.0},
    "broken_promises": 0,
    "books": {"lost": 0, "doubled": 0},
}


def test_a_storm_is_told_with_its_bars() -> None:
    told = prove.of_the_storm(STORM)
    assert told["broken"] == ["a receipt earns once"]
    assert told["recovery_p99_seconds"] == {"is": 6.5, "bar": "<= 5", "holds": False}
    assert told["duplicates"] == {"is": 40, "bar": ">= 5000", "holds": False}
    assert prove.of_the_storm({}) == {}, "it broke off before it could tell"


def test_a_load_is_told_with_its_bars() -> None:
    told = prove.of_the_load(LOAD)
    assert told["kept_share"] == {"is": 0.7, "bar": ">= 0.8", "holds": False}
    assert told["errors"] == {"500 ×": 2}
    assert (told["lost"], told["doubled"]) == (0, 0)
    assert prove.of_the_load({}) == {}


@pytest.mark.parametrize(("ends", "holds"), [(0, True), (1, False)])
def test_a_program_is_heard_to_its_last_line(ends: int, holds: bool) -> None:
    says = "import sys; print('so far'); print('{\"a\": 1}'); sys.exit(int(sys.argv[1]))"
    run = prove.subprocess.Popen(
        [sys.executable, "-c", says, str(ends)], stdout=prove.subprocess.PIPE, text=True
    )
    proof = prove.heard("load", run)
    assert (proof.holds, proof.told) == (holds, {"a": 1})


def test_proofs_beside_one_another_are_each_waited_for() -> None:
    runs = {
        name: prove.subprocess.Popen([sys.executable, "-c", f"raise SystemExit({end})"], text=True)
        for name, end in (("fuzz", 0), ("cycles", 3))
    }
    assert {one.name: one.holds for one in prove.beside(runs)} == {"fuzz": True, "cycles": False}
    assert json.dumps(prove.barred(None, 1.0)) == '{"is": null, "bar": "<= 1", "holds": false}'
