"""`make bench`: build the ground, measure side by side, write the table and the file."""

import argparse
import importlib.metadata
import os
import platform
import sys
import time
from pathlib import Path

import msgspec
import psycopg

from bench import close, footprint, peers
from bench import ground as grounds
from bench.options import BUILD, FOLDER, SCALES, Scale
from bench.report import Run, errors, ratios, table
from bench.rounds import measured
from bench.stage import staged
from bench.wire import STRIDE
from deploy.clock import wall
from deploy.embedded import SETTINGS, Servers, embedded

BEGAN = time.monotonic()
PACKAGES = ("litestar", "msgspec", "uvicorn", "uvloop", "httptools", "psycopg", "duckdb")


def say(what: str) -> None:
    """One line of what is going on."""
    sys.stderr.write(f"  {time.monotonic() - BEGAN:6.1f} s  {what}\n")


def main() -> None:
    """One run, as large as its options say; bars are told, errors end it."""
    options = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    size = options.add_mutually_exclusive_group()
    for name in SCALES:
        size.add_argument(f"--{name}", dest="scale", action="store_const", const=name)
    options.add_argument("--keep", action="store_true", help="the ground of the last run, if any")
    options.add_argument(
        "--only", default="", help="only windows whose names hold one of these words, or `space`"
    )
    options.add_argument(
        "--folder", type=Path, default=FOLDER, help="where the servers keep theirs"
    )
    options.add_argument("--build", type=Path, default=BUILD, help="where the table goes")
    chosen = options.parse_args()
    scale = SCALES[chosen.scale or "whole"]
    with embedded(chosen.folder) as servers:
        run = ran(servers, chosen.folder, scale, chosen.only, keep=chosen.keep)
    made = ratios(run)
    chosen.build.mkdir(exist_ok=True)
    told = {"ratios": {name: one.ratio for name, one in made.items()}}
    everything = told | {"bars": made} | msgspec.to_builtins(run)
    (chosen.build / "bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(everything)))
    (chosen.build / "bench.md").write_text(table(run, made), encoding="utf-8")
    sys.stdout.write(table(run, made) + "\n" + msgspec.json.encode(told).decode() + "\n")
    sys.exit(1 if errors(run) else 0)


def ran(servers: Servers, folder: Path, scale: Scale, only: str, *, keep: bool) -> Run:
    """Everything, in order: what is disturbed most easily comes first."""
    began_at = wall()
    ground = grounds.kept(servers, folder, scale) if keep else None
    ground = ground or grounds.build(servers, folder, scale, say)
    with staged(ground, scale, servers) as stage:
        say("servers are ready")
        cells = measured(stage, only, say)
        whole = not only
        spaced = whole or "space" in only.split(",")
        memory = footprint.memory(stage)
        space = footprint.space(stage, scale.space_accruals) if spaced else None
        say("space is measured")
        start_up = footprint.start_up(stage, scale.starts) if whole else []
        told = peers.met(stage, servers, folder, scale, say) if whole and scale.peers else {}
        seeds: dict[str, int | str] = {"run": stage.run, "stride": STRIDE, "requests": stage.next}
    check_seconds, broken = footprint.promises(ground) if whole else (None, None)
    say("the promises are checked")
    closes = close.closes(servers, folder, scale, say) if whole else []
    return Run(
        scale=scale.name,
        began_at=began_at.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - BEGAN, 1),
        machine=machine(),
        versions=versions(servers),
        settings=SETTINGS,
        seeds=seeds,
        cells=cells,
        start_up_seconds=start_up,
        memory=memory,
        space=space,
        closes=closes,
        sealed_line_us=close.sealed_line_us() if whole else None,
        check_seconds=check_seconds,
        broken_promises=broken,
        peers=told,
    )


def machine() -> dict[str, str]:
    """What it ran on."""
    facts = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in facts if line.startswith("model name")]
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1024**3
    return {
        "CPU": f"{os.cpu_count()} × {models[0] if models else platform.machine()}",
        "memory": f"{gib:.0f} GiB",
        "kernel": platform.release(),
    }


def versions(servers: Servers) -> dict[str, str]:
    """Of what it is made."""
    with psycopg.connect(servers.database_url) as conn:
        row = conn.execute("SHOW server_version").fetchone()
    assert row is not None
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"Python": platform.python_version(), "PostgreSQL": str(row[0])} | found


if __name__ == "__main__":
    main()
