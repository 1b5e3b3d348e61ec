"""`make storm`: a whole service under load, struck by faults that a seed names; then an audit. The
last line is one JSON object. `ARGS="--seed 7 --operations 30000 --faults 165 | --long"`."""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import quantiles
from time import monotonic
from traceback import format_exception
from typing import Any

from tests.storm import full
from tests.storm.plan import MEETING, MEETINGS, plan
from tests.storm.site import ROOT, Site, site
from tests.storm.storm import Order, Storm, Weather

LONG = (1_000_000, 4_000, 36)
PROOF = (30_000, 165, 6)
DISK_TOO = 100  # with so many faults the disk is filled as well


def say(line: str) -> None:
    """A line of the report, at once."""
    print(line, flush=True)  # noqa: T201  this is what the tool is for


def asked(arguments: list[str]) -> argparse.Namespace:
    """What the command line wants."""
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--operations", type=int, default=PROOF[0])
    parser.add_argument(
        "--faults", type=int, default=PROOF[1], help="those that kill; others come on top"
    )
    parser.add_argument("--closes", type=int, default=PROOF[2], help="cycles that are closed")
    parser.add_argument("--tills", type=int, default=36)
    parser.add_argument(
        "--crowd",
        type=int,
        default=0,
        metavar="PERCENT",
        help="so many wishes are for four cards, at which the desks are brought to meet",
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--long", action="store_true", help="1,000,000 operations, 4,000 faults")
    parser.add_argument("--folder", type=Path, help="kept, with all records")
    full.option(parser)
    wanted = parser.parse_args(arguments)
    if wanted.long:
        wanted.operations, wanted.faults, wanted.closes = LONG
    return wanted


def run(ours: Site, order: Order, weather: Weather | None = None) -> Storm:
    """A storm on a site: the loop in a thread of its own, the children this thread's."""
    storm = Storm(ours, order, say)
    failed: list[BaseException] = []

    def blow() -> None:
        try:
            asyncio.run(storm.run(weather))
        except BaseException as why:
            failed.append(why)

    ours.foreman.work(blow)
    if failed:
        if isinstance(failed[0], KeyboardInterrupt) or not hasattr(storm, "fleet"):
            raise failed[0]
        ours.kill()
        storm.broke_off("".join(format_exception(failed[0]))[-2_000:])
    return storm


def audit(storm: Storm) -> dict[str, Any]:
    """The auditor's word, from a process that knows none of the hub's code; and the hub's own."""
    say("▸ the audit")
    settings = storm.site.settings
    command = [sys.executable, "-m", "tests.storm.audit"]
    papers = [settings.database_url, str(storm.record_path)]
    told = subprocess.run(
        [*command, *papers], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode != 0:
        return {
            "lost": 0,
            "doubled": 0,
            "acknowledged": 0,
            "unknown": 0,
            "answers": 0,
            "invariants": {"the audit ends": False},
            "traces": [told.stderr[-3_000:]],
        }
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    check = [sys.executable, "-m", "deploy.cli", "check", "--deep"]
    env = {**os.environ, **settings.env()}
    deep = subprocess.run(check, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    found["invariants"]["meguri check --deep agrees"] = deep.returncode == 0
    if deep.returncode != 0:
        found["traces"].append(deep.stdout[-2_000:] + deep.stderr[-2_000:])
    return found


def account(storm: Storm, found: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The last line."""
    outcome, order = storm.outcome, storm.order
    took = sorted(seconds for _, seconds in outcome.recoveries) or [0.0]
    cuts = quantiles([took[0], *took], n=100, method="inclusive")
    slowest = max(outcome.recoveries, key=lambda one: one[1], default=("", 0.0))
    invariants = {**found["invariants"], "no answer is wrong, none a 500": not outcome.wrong}
    return {
        "operations": outcome.operations,
        "acknowledged": found["acknowledged"],
        "lost": found["lost"],
        "doubled": found["doubled"],
        "faults": {"total": sum(outcome.faults.values()), **outcome.faults},
        "recovery_seconds": {
            "p50": round(cuts[49], 3),
            "p99": round(cuts[98], 3),
            "slowest": [slowest[0], round(slowest[1], 3)],
        },
        "invariants": invariants,
        "unknown": found["unknown"],
        "answers": found["answers"],
        "counts": outcome.counts,
        "statuses": outcome.statuses,
        "cycles_closed": outcome.closed,
        "seed": order.seed,
        "commit": commit(),
        "seconds": round(seconds, 1),
    }


def commit() -> str:
    """Which tree this was."""
    asked_for = ["git", "rev-parse", "--short", "HEAD"]
    told = subprocess.run(asked_for, cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def main(arguments: list[str]) -> int:
    """One storm; 0 where nothing was lost, doubled or broken, and enough of it happened."""
    wanted, began = asked(arguments), monotonic()
    if wanted.full:
        return disk_scene(wanted.full, wanted.seed)
    kinds = plan(wanted.faults, wanted.seed) if wanted.faults else []
    kinds += [MEETING] * MEETINGS if wanted.crowd else []
    say(f"▸ seed {wanted.seed}: {wanted.operations} operations, {len(kinds)} faults planned")
    folder = wanted.folder or Path(tempfile.mkdtemp(prefix="meguri-storm-"))
    order = Order(
        wanted.operations,
        kinds,
        wanted.seed,
        wanted.tills,
        closes=wanted.closes,
        crowd_percent=wanted.crowd,
    )
    with site(folder, order.hubs) as ours:
        storm = run(ours, order)
        found = audit(storm)
    told = account(storm, found, monotonic() - began)
    if wanted.faults >= DISK_TOO:
        full.add(told, found["traces"], wanted.seed, folder, say)
    enough = told["operations"] >= wanted.operations and told["faults"]["total"] >= wanted.faults
    ends_well = sound(told) and enough
    for trace in [*storm.outcome.wrong[:20], *found["traces"]]:
        say(f"✗ {trace}")
    if ends_well and wanted.folder is None:
        shutil.rmtree(folder, ignore_errors=True)
    elif not ends_well:
        say(f"✗ everything is kept in {folder}")
    say(json.dumps(told, ensure_ascii=False))
    return 0 if ends_well else 1


def sound(told: dict[str, Any]) -> bool:
    """Whether nothing was lost, doubled or broken; times are told, and decide nothing."""
    return told["lost"] == told["doubled"] == 0 and all(told["invariants"].values())


def disk_scene(folder: Path, seed: int) -> int:
    """The scene of the full disk alone, in a mount namespace of its own."""
    began = monotonic()
    with site(full.mount(folder), 1) as ours:
        storm = run(ours, Order(0, [], seed, tills=12, hubs=1, closes=0), full.weather)
        found = audit(storm)
    told = account(storm, found, monotonic() - began)
    for trace in [*storm.outcome.wrong[:20], *found["traces"]]:
        say(f"✗ {trace}")
    say(json.dumps(told, ensure_ascii=False))
    return 0 if sound(told) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
