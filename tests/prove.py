"""The long proofs: random malls against PostgreSQL, a day of tills at two hubs that are killed, a
storm of faults, an even load and an overload, whatever anybody may send (once more as Schemathesis
thinks of it, against the OpenAPI document), random cycles, one of a
hundred thousand entries and more, bugs that are planted; its last line says what was proved.
`make prove [MALLS=300 ENTRIES=1000000 MUTANTS=384]`."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

ROOT = Path(__file__).parents[1]
MALLS, STEPS = int(os.environ.get("MALLS", "300")), int(os.environ.get("STEPS", "50"))
HISTORY = int(os.environ.get("HISTORY", "6000"))
SEED = int(os.environ.get("SEED", "0")) or secrets.randbelow(1_000_000) + 1
OPERATIONS, FAULTS = (
    int(os.environ.get("OPERATIONS", "30000")),
    int(os.environ.get("FAULTS", "165")),
)
MINUTES = os.environ.get("MINUTES", "3")
ENTRIES = os.environ.get("ENTRIES", "200000")
MUTANTS = os.environ.get("MUTANTS", "100")  # by the seed; `make mutants` plants them all
REQUESTS, CYCLES = os.environ.get("REQUESTS", "10000"), os.environ.get("CYCLES", "300")
AT_ONCE = min(2, os.cpu_count() or 1)
MALL = "tests/laws/test_random_mall.py::test_a_random_mall_keeps_its_books"
DAY = "tests/races/test_history.py"
FUZZ, WORD = "tests/fuzz/test_fuzz.py", "tests/fuzz/test_schemathesis.py"
CYCLE = "tests/settlement/test_random_cycles.py::test_a_random_cycle_comes_to_what_anybody_computes"
REPLAY = (
    "tests/settlement/test_random_replays.py"
    "::test_a_replay_of_the_live_scheme_writes_every_sealed_file_again"
)
LONG = (
    "tests/settlement",
    "tests/deploy",
    "tests/bench",
    "tests/races",
    "tests/pages",
)  # where `make test` leaves long ones to the proofs
DUPLICATES = 5_000
RECOVERY_SECONDS, SLOW_SHARE, KEPT_SHARE, REFUSED_MS = 5.0, 0.01, 0.8, 50.0
P50_MS = 30.0
LIMIT_SECONDS = 1_500  # of one test: it hangs
WINDOW_SECONDS = 10.0  # of each part of the overload (bench/steady.py)
Told = dict[str, Any]


@dataclass
class Proof:
    """One of the proofs: how long it took, whether it holds, what it told last."""

    name: str
    seconds: int
    holds: bool
    told: Told = field(default_factory=dict)


def say(line: str) -> None:
    """A line of the report, at once."""
    print(line, flush=True)  # noqa: T201  this is what the tool is for


def pytest(test: str, env: Mapping[str, str], *asked: str) -> subprocess.Popen[str]:
    """A test whose progress is seen."""
    limit = f"--timeout={LIMIT_SECONDS}"
    command = [sys.executable, "-m", "pytest", "-qs", "--no-header", limit, *asked, test]
    return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **env}, text=True)


def tool(name: str, *asked: str) -> subprocess.Popen[str]:
    """A proof that is a program of its own, whose last line is heard."""
    command = [sys.executable, "-m", name, *asked]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def ended(name: str, began: float, *, holds: bool, told: Told | None = None) -> Proof:
    """Say how a proof ended."""
    seconds = round(monotonic() - began)
    say(f"━━━ {name}: {'holds' if holds else 'BROKEN'}, {seconds} s")
    return Proof(name, seconds, holds, told or {})


def tests(name: str, runs: Sequence[subprocess.Popen[str]]) -> Proof:
    """Wait for the tests of one proof."""
    began = monotonic()
    return ended(name, began, holds=not any([run.wait() for run in runs]))  # noqa: C419  each is waited for


def beside(runs: Mapping[str, subprocess.Popen[str]]) -> list[Proof]:
    """Several proofs at the same time, each until it ends."""
    began, waiting, done = monotonic(), dict(runs), []
    while waiting:
        for name, run in list(waiting.items()):
            if (status := run.poll()) is not None:
                del waiting[name]
                done.append(ended(name, began, holds=status == 0))
        sleep(0.2)
    return done


def heard(name: str, run: subprocess.Popen[str]) -> Proof:
    """Let a program speak, and keep its last line where that is an object."""
    began, last = monotonic(), ""
    assert run.stdout is not None
    with run.stdout as lines:
        for line in lines:
            last = line.rstrip("\n")
            say(last)
    holds = run.wait() == 0
    try:
        told = json.loads(last)
    except ValueError:
        told = {}
    return ended(name, began, holds=holds, told=told if isinstance(told, dict) else {})


def steady() -> Proof:
    """An even load and an overload; then whether the books have what the tills were told. Only
    what is lost, doubled, broken or answered otherwise breaks it."""
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="meguri-steady-") as folder:
        ran = heard("load", tool("bench.steady", "--minutes", MINUTES, "--folder", folder))
        if not ran.told:
            return ended("steady", began, holds=False)
        flood = ran.told["overload"]
        rates = [flood[f"{part}_per_second"] for part in ("peak", "flood", "after")]
        told = ran.told["steady"]["answered"] + round(sum(rates) * WINDOW_SECONDS)
        books = heard("audit", tool("tests.steady_audit", folder, str(told)))
    holds = ran.holds and books.holds
    return ended("steady", began, holds=holds, told={**ran.told, "books": books.told})


def barred(figure: float | None, bar: float, *, least: bool = False) -> Told:
    """A figure beside its bar; it is told, and breaks nothing."""
    holds = figure is not None and (figure >= bar if least else figure <= bar)
    return {"is": figure, "bar": f"{'>=' if least else '<='} {bar:g}", "holds": holds}


def of_the_storm(told: Told) -> Told:
    """What a storm came to."""
    if not told:
        return {}
    recovery = told["recovery_seconds"]
    return {
        **{name: told[name] for name in ("operations", "acknowledged", "lost", "doubled")},
        "faults": told["faults"]["total"],
        "broken": [law for law, holds in told["invariants"].items() if not holds],
        "duplicates": barred(told["counts"].get("duplicates", 0), DUPLICATES, least=True),
        "recovery_p50_seconds": recovery["p50"],
        "recovery_p99_seconds": barred(recovery["p99"], RECOVERY_SECONDS),
    }


def of_the_load(told: Told) -> Told:
    """What an even load and an overload came to."""
    if not told:
        return {}
    calm, flood = told["steady"], told["overload"]
    return {
        "lost": told["books"].get("lost"),
        "doubled": told["books"].get("doubled"),
        "broken_promises": told["broken_promises"],
        "errors": {**calm["errors"], **flood["errors"]},
        "rate_per_second": calm["rate"],
        "p50_ms": barred(calm["p50_ms"], P50_MS),
        "p99_ms": calm["p99_ms"],
        "slow_share": barred(calm["slow_share"], SLOW_SHARE),
        "kept_share": barred(flood["kept_share"], KEPT_SHARE, least=True),
        "refused_p99_ms": barred(flood["refused_p99_ms"], REFUSED_MS),
    }


def main() -> int:
    """Run every proof; how it ended."""
    share = {"MEGURI_MALLS": str(-(-MALLS // AT_ONCE)), "MEGURI_STEPS": str(STEPS)}
    say(f"━━━ {MALLS} malls of {STEPS} steps, {AT_ONCE} at a time, SEED={SEED}")
    seeds = [f"--hypothesis-seed={SEED + n}" for n in range(AT_ONCE)]
    done = [tests("mall", [pytest(MALL, share, seed) for seed in seeds])]
    say(f"━━━ {REQUESTS} requests of every kind, random cycles, {HISTORY} answers of many tills")
    both = {
        "fuzz": pytest(FUZZ, {"MEGURI_FUZZ": REQUESTS}, seeds[0]),
        "contract": pytest(WORD, {"MEGURI_CASES": REQUESTS}, seeds[0]),
    }
    if (ROOT / CYCLE.partition("::")[0]).exists():
        both["cycles"] = pytest(CYCLE, {"MEGURI_CYCLES": CYCLES}, seeds[0])
    if (ROOT / REPLAY.partition("::")[0]).exists():  # three cycles in a row each time
        both["replays"] = pytest(REPLAY, {"MEGURI_REPLAYS": str(-(-int(CYCLES) // 3))}, seeds[0])
    done += beside(both)
    done.append(tests("history", [pytest(DAY, {"MEGURI_HISTORY": str(HISTORY)})]))
    done.append(tests("long", [pytest(LONG[0], {}, "-mlong", f"-n{AT_ONCE}", *LONG[1:])]))
    say(f"━━━ a cycle of {ENTRIES} entries is closed, sealed and recomputed")
    done.append(heard("million", tool("tests.million", f"--entries={ENTRIES}")))
    say(f"━━━ {OPERATIONS} operations in a storm of {FAULTS} kills")
    weather = (f"--operations={OPERATIONS}", f"--faults={FAULTS}", f"--seed={SEED}")
    done.append(heard("storm", tool("tests.storm", *weather)))
    say(f"━━━ {MINUTES} minutes of an even load, then too many tills")
    done.append(steady())
    say("━━━ planted bugs")
    asked = (f"--some={MUTANTS}", f"--seed={SEED}")
    done.append(heard("mutants", tool("tests.mutants.plant", *asked)))
    told = {proof.name: proof.told for proof in done}
    account = {
        "proved": all(proof.holds for proof in done),
        "broken": [proof.name for proof in done if not proof.holds],
        "seed": SEED,
        "malls": MALLS,
        "steps": STEPS,
        "answers": HISTORY,
        "requests": int(REQUESTS),
        "operations": OPERATIONS,
        "faults": FAULTS,
        "seconds": {proof.name: proof.seconds for proof in done},
        "storm": of_the_storm(told["storm"]),
        "steady": of_the_load(told["steady"]),
        "million": told["million"],
    }
    if "cycles" in told:
        account["cycles"] = int(CYCLES)
    say(json.dumps(account))
    return 0 if account["proved"] else 1


if __name__ == "__main__":
    sys.exit(main())
