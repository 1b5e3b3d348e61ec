"""The bench of refusals in small: each kind of bad request is refused as it should be, and what it
costs is told."""

import json
import subprocess
import sys
from pathlib import Path

from bench.refused import BOOKED, KINDS, ONE_CARD

HOUSE = Path(__file__).parents[2]
TAKEN = (BOOKED, ONE_CARD)


def test_every_kind_of_bad_request_is_refused_and_its_cost_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.refused", "--requests", "20", "--folder", str(tmp_path)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["wrong"] == {}
    assert told["costs"].keys() == KINDS.keys()
    assert told["costs"][BOOKED]["over_booked"] in (0, 1)
    refused = {one["status"] for name, one in told["costs"].items() if name not in TAKEN}
    assert refused == {400, 401, 404, 409, 413, 415, 422}
