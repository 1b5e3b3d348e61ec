"""`make steady`: 300 money operations a second beside the load that makes them, minute after
minute; then five times the lines that one process is busy with. The last line is one JSON object.

Errors, refusals at an easy pace, lost file descriptors and broken promises end it with 1; times,
memory and ratios are told with their bars, and decide nothing.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import cpu, footprint
from bench import ground as grounds
from bench.options import FOLDER, SCALES
from bench.pace import Pace, Walk
from bench.servers import HUB, started
from bench.stage import READY
from bench.tokens import Tokens
from bench.wire import Asker, Script
from deploy.clock import wall
from deploy.embedded import Servers, embedded
from federation.days import TOKYO

RATE, LINES, REDEMPTIONS = 300.0, 64, 20
WINDOW = 30.0
BUSY = 64
TOO_MANY = 5
SLOW_SHARE, KEPT_SHARE, REFUSED_MS = 0.01, 0.8, 50.0
SPARE_DESCRIPTORS = 16


def say(what: str) -> None:
    """One line of what is going on."""
    sys.stderr.write(f"  {what}\n")


class Counter:
    """Whoever asks: tills of a ground, at one hub."""

    def __init__(self, ground: grounds.Ground, port: int) -> None:
        self.ground = ground
        self.port = port
        self.tokens = Tokens(ground.counters, port)
        self.run = f"s{int(wall().timestamp()):x}"
        self.next = 0

    def walk(self, lines: int, rate: float, seconds: float) -> Pace:
        """A window of load, in a process of its own."""
        if self.tokens.old:
            self.tokens.renew()
        now = wall().astimezone(TOKYO)
        script = Script(
            askers=[
                Asker(one.till, token)
                for one, token in zip(self.ground.counters, self.tokens.current, strict=True)
            ],
            run=self.run,
            first=self.next,
            members=self.ground.members,
            business_date=now.date().isoformat(),
            at=now.isoformat(timespec="seconds"),
            redemptions=REDEMPTIONS,
        )
        walk = Walk(self.port, lines, rate, seconds, script)
        done = subprocess.run(
            [sys.executable, "-m", "bench.pace"],
            input=msgspec.json.encode(walk),
            stdout=subprocess.PIPE,
            check=True,
        )
        told = msgspec.json.decode(done.stdout, type=Pace)
        self.next += told.used
        return told


def descriptors(pid: int) -> int:
    """How many files and lines a process holds open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def steady(counter: Counter, pid: int, windows: int) -> dict[str, object]:
    """Minutes at an easy pace: latencies, and what the process holds from window to window."""
    told: list[Pace] = []
    held: list[tuple[int, int]] = []
    for n in range(windows):
        told.append(counter.walk(LINES, RATE, WINDOW))
        time.sleep(1)  # its lines are gone by then
        held.append((cpu.private_bytes(pid), descriptors(pid)))
        one = told[-1]
        say(f"{n + 1}/{windows}: p50 {one.p50_ms:.1f} ms, p99 {one.p99_ms:.1f} ms, {held[-1]}")
    answered = sum(one.answered for one in told)
    slow = sum(one.slow_share * one.answered for one in told) / answered
    return {
        "rate": answered / sum(one.seconds for one in told),
        "answered": answered,
        "refused": sum(one.refused for one in told),
        "errors": errors(told),
        "p50_ms": sorted(one.p50_ms for one in told)[len(told) // 2],
        "p99_ms": max(one.p99_ms for one in told),
        "slow_share": slow,
        "slow_share_holds": slow <= SLOW_SHARE,
        "private_bytes": [memory for memory, _ in held],
        "descriptors": [some for _, some in held],
    }


def overload(counter: Counter, seconds: float) -> dict[str, object]:
    """Five times the lines that keep it busy, each sending again when it is told to."""
    peak = counter.walk(BUSY, 0, seconds)
    flood = counter.walk(BUSY * TOO_MANY, 0, seconds)
    after = counter.walk(BUSY, 0, seconds)
    share = flood.goodput / peak.goodput
    return {
        "peak_per_second": peak.goodput,
        "flood_per_second": flood.goodput,
        "after_per_second": after.goodput,
        "kept_share": share,
        "kept_share_holds": share >= KEPT_SHARE,
        "refused": flood.refused,
        "refused_p99_ms": flood.refused_p99_ms,
        "refused_holds": flood.refused_p99_ms <= REFUSED_MS,
        "flood_p99_ms": flood.p99_ms,
        "errors": errors([peak, flood, after]),
    }


def errors(told: Sequence[Pace]) -> dict[str, int]:
    """What was neither an answer nor a refusal, and how often."""
    found: dict[str, int] = {}
    for one in told:
        for what, count in one.errors.items():
            found[what] = found.get(what, 0) + count
    return found


def main() -> int:
    """One run; how it ended."""
    options = argparse.ArgumentParser(prog="make steady ARGS=…", description=__doc__)
    options.add_argument("--minutes", type=float, default=3.0)
    options.add_argument("--hour", dest="minutes", action="store_const", const=60.0)
    options.add_argument("--members", choices=sorted(SCALES), default="quick")
    options.add_argument("--folder", type=Path, default=FOLDER.with_name("steady"))
    chosen = options.parse_args()
    with embedded(chosen.folder) as servers:
        told = ran(servers, chosen.folder, chosen.members, chosen.minutes)
    sys.stdout.write(json.dumps(told) + "\n")
    return 0 if told["sound"] else 1


def ran(servers: Servers, folder: Path, members: str, minutes: float) -> dict[str, object]:
    """Both halves on a ground of so many members."""
    ground = grounds.build(servers, folder, SCALES[members], say)
    with started("hub", HUB, ground.hub, READY) as hub:
        counter = Counter(ground, hub.port)
        counter.walk(LINES, RATE / 3, 5.0)  # every till looked up, every statement prepared
        calm = steady(counter, hub.pid, max(2, round(minutes * 60 / WINDOW)))
        flood = overload(counter, 10.0)
    _, broken = footprint.promises(ground)
    held = calm["descriptors"]
    assert isinstance(held, list)
    flat = held[-1] - held[0] <= SPARE_DESCRIPTORS
    sound = not (calm["errors"] or flood["errors"] or calm["refused"] or broken) and flat
    return {"sound": sound, "steady": calm, "overload": flood, "broken_promises": broken}


if __name__ == "__main__":
    sys.exit(main())
