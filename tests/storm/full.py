"""A disk that is full: the books of a hub on a small disk of their own, filled to the last byte.
The tills are told to come again, nobody waits in vain, and with room again everything goes on."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg

from tests.storm.site import ROOT, Site
from tests.storm.storm import Storm

KIND = "disk full"
MEGABYTES = 320
BOOKED, TURNED_AWAY = 150, 60
PATIENCE_SECONDS = 60.0
APART = ("unshare", "--mount", "--")
BLOCK = bytes(1 << 20)
GROWS = "CREATE TABLE IF NOT EXISTS public.heap (bytes text)"


def impossible() -> str:
    """Why no disk can be filled here; nothing, where one can."""
    if os.geteuid() != 0:
        return "not root"
    mounts = [*APART, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    done = subprocess.run(mounts, capture_output=True, check=False)
    return "" if done.returncode == 0 else "no mount namespace of our own"


def add(
    told: dict[str, Any], traces: list[str], seed: int, folder: Path, say: Callable[[str], None]
) -> None:
    """Play the scene in a mount namespace, and add what it came to."""
    if why := impossible():
        told["skipped"] = {KIND: why}
        return
    say("▸ a disk that is full")
    scene = [
        sys.executable,
        "-m",
        "tests.storm",
        "--seed",
        str(seed),
        "--full",
        str(folder / "full"),
    ]
    done = subprocess.run([*APART, *scene], cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        found = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        told["invariants"]["the full disk is survived"] = False
        traces.append(done.stdout[-1_500:] + done.stderr[-1_500:])
        return
    for name in ("operations", "acknowledged", "lost", "doubled"):
        told[name] += found[name]
    told["faults"][KIND] = found["faults"].get(KIND, 0)
    told["faults"]["total"] += told["faults"][KIND]
    for law, holds in found["invariants"].items():
        told["invariants"][law] = told["invariants"].get(law, True) and holds
    told["invariants"]["the full disk is survived"] = done.returncode == 0
    told["full_disk"] = {name: found[name] for name in ("recovery_seconds", "statuses", "seconds")}
    traces += [line for line in done.stdout.splitlines() if line.startswith("✗")]


def mount(folder: Path) -> Path:
    """A small disk for the servers alone, seen by this process and its children; the folder."""
    disk = folder / "servers"
    disk.mkdir(parents=True, exist_ok=True)
    size = f"size={MEGABYTES}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], check=True)
    return folder


async def weather(storm: Storm) -> None:
    """Fill the disk under load, watch what the tills are told, make room, and see them served."""
    fleet, faults = storm.fleet, storm.faults
    await grown(lambda: fleet.statuses[201] >= BOOKED)
    ballast = storm.site.folder / "servers" / "ballast"
    filling = asyncio.create_task(filled(ballast, storm.site))
    before = fleet.counts["busy"]
    await grown(lambda: fleet.counts["busy"] >= before + TURNED_AWAY)
    filling.cancel()
    await asyncio.gather(filling, return_exceptions=True)
    ballast.unlink(missing_ok=True)
    await back(storm.site)
    faults.done[KIND] += 1
    await faults.recovered(KIND, monotonic(), faults.everywhere)
    until = fleet.statuses[201] + BOOKED
    await grown(lambda: fleet.statuses[201] >= until)


async def grown(enough: Callable[[], bool]) -> None:
    """Wait for the fleet to have come so far."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not enough():  # noqa: ASYNC110  it counts, and tells nobody
            await asyncio.sleep(0.02)


async def filled(ballast: Path, site: Site) -> None:
    """Keep it full: whatever room PostgreSQL makes is taken at once, and its log is spun on."""
    with ballast.open("ab", buffering=0) as file:
        while True:
            for size in (1 << 20, 1 << 12):
                with suppress(OSError):
                    while file.write(BLOCK[:size]) == size:  # noqa: ASYNC110  till it is full
                        await asyncio.sleep(0)
            with suppress(psycopg.Error):
                async with await psycopg.AsyncConnection.connect(
                    site.servers.database_url, autocommit=True, connect_timeout=2
                ) as conn:
                    await conn.execute(GROWS)
                    await conn.execute(
                        "INSERT INTO heap SELECT repeat('x', 2000) FROM generate_series(1, 8000)"
                    )
                    await conn.execute("TRUNCATE heap")
            await asyncio.sleep(0.05)


async def back(site: Site) -> None:
    """A server that gave up for want of room is started again by whoever made some."""
    with suppress(psycopg.Error):
        async with await psycopg.AsyncConnection.connect(
            site.servers.database_url, autocommit=True, connect_timeout=5
        ) as conn:
            await conn.execute("DROP TABLE IF EXISTS public.heap")
            return
    await site.foreman.do(site.servers.restart_postgres)


def option(parser: argparse.ArgumentParser) -> None:
    """How the storm is told to play this scene alone."""
    parser.add_argument("--full", type=Path, help=argparse.SUPPRESS)
