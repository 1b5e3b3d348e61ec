"""How large a run is, how long it measures, and where it keeps its servers."""

from pathlib import Path

from msgspec import Struct

FOLDER = Path(".meguri") / "bench"
BUILD = Path("build")
CONNECTIONS = (1, 16, 64, 256)
PGBENCH_CLIENTS = 32
NAIVE_POOL = 16
# The desk gives up a lock after 500 ms and tells the till to send again; one call at a time has
# nobody to tell, so on a disk that stalls it waits.
PATIENT = "-c lock_timeout=10s"


class Scale(Struct, frozen=True, kw_only=True):
    """One size of a run; every bar is about the whole one."""

    name: str
    members: int
    lots: int
    rounds: int
    seconds: float
    warm_seconds: float = 0.4
    pgbench_warm_seconds: float = 1.5  # its clients connect anew, and their first calls are slow
    settle_seconds: float = 0.0
    connections: tuple[int, ...] = CONNECTIONS
    draws: tuple[int, ...] = ()
    space_accruals: int = 0
    engine_batches: int = 0
    peers: bool = False
    only_ratios: bool = False
    starts: int = 5
    tenants: int = 16


WHOLE = Scale(
    name="whole",
    members=500_000,
    lots=2_000_000,
    rounds=5,
    seconds=2.0,
    settle_seconds=12.0,
    draws=(1_000_000, 5_000_000),
    space_accruals=120_000,
    engine_batches=60,
    peers=True,
)
FULL = Scale(
    name="full",
    members=500_000,
    lots=2_000_000,
    rounds=5,
    seconds=2.0,
    settle_seconds=12.0,
    draws=(1_000_000, 5_000_000, 20_000_000),
    space_accruals=120_000,
    engine_batches=60,
    peers=True,
)
QUICK = Scale(
    name="quick",
    members=50_000,
    lots=200_000,
    rounds=2,
    seconds=1.0,
    settle_seconds=5.0,
    draws=(100_000, 500_000),
    space_accruals=10_000,
    engine_batches=20,
    peers=True,
    starts=2,
)
SMOKE = Scale(
    name="smoke",
    members=400,
    lots=1_600,
    rounds=1,
    seconds=0.2,
    warm_seconds=0.05,
    pgbench_warm_seconds=0.2,
    draws=(2_000,),
    space_accruals=20,
    engine_batches=2,
    only_ratios=True,
    starts=0,
    tenants=4,
)
SCALES = {one.name: one for one in (WHOLE, FULL, QUICK, SMOKE)}
