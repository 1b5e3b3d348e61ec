"""The long proofs: random malls against PostgreSQL, a day of tills at two hubs that are killed, a
storm of faults, bugs that are planted; its last line says what was proved.
`make prove [MALLS=300]`."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).parents[1]
MALLS, STEPS = int(os.environ.get("MALLS", "300")), int(os.environ.get("STEPS", "50"))
HISTORY = int(os.environ.get("HISTORY", "6000"))
SEED = int(os.environ.get("SEED", "0")) or secrets.randbelow(1_000_000) + 1
OPERATIONS, FAULTS = (
    int(os.environ.get("OPERATIONS", "30000")),
    int(os.environ.get("FAULTS", "165")),
)
AT_ONCE = min(2, os.cpu_count() or 1)
MALL = "tests/laws/test_random_mall.py::test_a_random_mall_keeps_its_books"
DAY = "tests/races/test_history.py"


def say(line: str) -> None:
    """A line of the report, at once."""
    print(line, flush=True)  # noqa: T201  this is what the tool is for


def pytest(test: str, env: Mapping[str, str], *asked: str) -> subprocess.Popen[bytes]:
    """A test whose progress is seen."""
    command = [sys.executable, "-m", "pytest", "-qs", "--no-header", *asked, test]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env})


def tool(name: str, *asked: str) -> subprocess.Popen[bytes]:
    """A proof that is a program of its own."""
    return subprocess.Popen([sys.executable, "-m", f"tests.{name}", *asked], cwd=ROOT)


def step(name: str, runs: Sequence[subprocess.Popen[bytes]]) -> tuple[str, int, bool]:
    """Wait for all that a step runs; how many seconds it took, and whether it holds."""
    began = monotonic()
    holds = [run.wait() == 0 for run in runs]
    seconds = round(monotonic() - began)
    say(f"━━━ {name}: {'holds' if all(holds) else 'BROKEN'}, {seconds} s")
    return name, seconds, all(holds)


def main() -> int:
    """Run every proof; how it ended."""
    share = {"MEGURI_MALLS": str(-(-MALLS // AT_ONCE)), "MEGURI_STEPS": str(STEPS)}
    say(f"━━━ {MALLS} malls of {STEPS} steps, {AT_ONCE} at a time, SEED={SEED}")
    seeds = [f"--hypothesis-seed={SEED + n}" for n in range(AT_ONCE)]
    done = [step("mall", [pytest(MALL, share, seed) for seed in seeds])]
    say(f"━━━ {HISTORY} answers of many tills at two hubs")
    done.append(step("history", [pytest(DAY, {"MEGURI_HISTORY": str(HISTORY)})]))
    say(f"━━━ {OPERATIONS} operations in a storm of {FAULTS} kills")
    weather = (f"--operations={OPERATIONS}", f"--faults={FAULTS}", f"--seed={SEED}")
    done.append(step("storm", [tool("storm", *weather)]))
    say("━━━ planted bugs")
    done.append(step("mutants", [tool("mutants.plant")]))
    proved = all(holds for _, _, holds in done)
    account = {
        "proved": proved,
        "seed": SEED,
        "malls": MALLS,
        "steps": STEPS,
        "answers": HISTORY,
        "operations": OPERATIONS,
        "faults": FAULTS,
        "seconds": {name: seconds for name, seconds, _ in done},
    }
    say(json.dumps(account))
    return 0 if proved else 1


if __name__ == "__main__":
    sys.exit(main())
