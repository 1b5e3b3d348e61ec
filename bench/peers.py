"""Peers: other ledgers on the same server, where they can be had as a package. They book what they
book (a transfer of two legs, no slip, no receipt, no lot), each through its own API."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec

from bench.ground import fresh
from bench.options import Scale
from bench.stage import Stage
from deploy.embedded import Servers

Said = dict[str, float | str | None]
HORDAK = "django-hordak==2.0.0"
HORDAK_NEEDS = (HORDAK, "psycopg[binary]")
CLIENTS = 8
INSTALL_SECONDS = 120
SCRIPT = Path(__file__).with_name("peer_hordak.py")
NO_PACKAGE = "SQL in a repository: no package index carries it"
TWO_LEGS = f"{HORDAK}, transfer_to, {CLIENTS} processes"


def met(
    stage: Stage, servers: Servers, folder: Path, scale: Scale, say: Callable[[str], None]
) -> dict[str, Said]:
    """What each peer came to, beside pgbench in the same rounds; never fails the run."""
    left_out: Said = {"rate": None, "over_pgbench": None, "note": NO_PACKAGE}
    try:
        hordak = django_hordak(stage, servers, folder, scale)
    except (OSError, subprocess.SubprocessError, ValueError) as why:
        told = getattr(why, "stderr", None) or str(why)
        hordak = {"rate": None, "over_pgbench": None, "note": str(told).strip()[-200:]}
    say("peers are met")
    return {"django-hordak": hordak, "pgledger": left_out}


def django_hordak(stage: Stage, servers: Servers, folder: Path, scale: Scale) -> Said:
    """Transfers per second, from an environment that is thrown away."""
    root = servers.database_url.rpartition("/")[0]
    fresh(root, "bench_hordak")
    url = f"{root}/bench_hordak"
    home = folder / "hordak"
    shutil.rmtree(home, ignore_errors=True)
    uv = str(Path(sys.executable).with_name("uv"))
    called([uv, "venv", "--quiet", "--python", sys.executable, str(home)])
    python = str(home / "bin" / "python")
    called([uv, "pip", "install", "--quiet", "--python", python, *HORDAK_NEEDS])
    called([python, "-P", str(SCRIPT), url, "1", "0", "lay-out"])
    rates, ratios = [], []
    for _ in range(scale.rounds):
        told = called([python, "-P", str(SCRIPT), url, str(CLIENTS), str(scale.seconds)])
        rate = float(msgspec.json.decode(told)["rate"])
        rates.append(rate)
        ratios.append(rate / stage.one_call().rate)
    shutil.rmtree(home)
    return {"rate": median(rates), "over_pgbench": median(ratios), "note": TWO_LEGS}


def called(command: list[str]) -> str:
    """What a program says; whatever it complains of goes into the note."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=True
    )
    return done.stdout
