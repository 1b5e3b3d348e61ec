"""What 1, 10, 100 and 1,000 times today's national programmes would take, from figures that were
measured; and what one machine carries. `python -m bench.scale` writes the tables into the docs;
with `--bench FILE` the figures of that run of `make bench` replace those of the same name."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import ceil
from pathlib import Path

from msgspec import Struct, structs

from deploy.pools import CONNECTIONS

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {
    DOCS / "scale.md": ("figures", "needs", "limits", "first"),
    DOCS / "running.md": ("capacity",),
}
TIMES = (1, 10, 100, 1_000)
TRANSACTIONS = 180_000_000  # a month, of all national programmes together
MONTH, YEAR = 30 * 86_400, 365 * 86_400
CYCLE = MONTH // 2

# What was decided, not measured.
PEAK = 10  # the busiest second of a year over the mean one
CORES, BUSY = 32, 0.5  # of a machine; how busy it may be at the peak
DISK_TB, WAL_MB = 20.0, 400.0  # what a machine keeps; what its log may take a second
KEPT_YEARS = 11
LINES = 1.2  # of a sealed file per transaction: what it grants, and what it draws
MACHINES = (2, 4, 8, 16, 32)  # cores
PROCESS_BUSY = 0.7  # of a core, one hub process at the peak
FOR_PEOPLE = 10  # docs/running.md, Connections
WINDOW = 86_400  # seconds in which a sealed file must be there: one bank day


class Measured(Struct, frozen=True):
    """Figures of one machine, each with where it is from."""

    app_us: float = 105.0
    postgres_us: float = 96.0
    desk_per_second: float = 8_100.0
    sealer_per_second: float = 4_100.0
    pass_per_second: float = 1_800_000.0
    incremental_seconds: float = 0.035
    sealed_line_us: float = 63.0
    disk_bytes: float = 3_368.0
    wal_bytes: float = 1_683.0


FROM = {
    "app_us": "CPU of a hub per operation, 80 % accruals: the design's end-to-end prototype",
    "postgres_us": "CPU of PostgreSQL per operation: the same row",
    "desk_per_second": "operations a second of one desk, without HTTP: the design's prototype",
    "sealer_per_second": "entries a second of the one sealer: measured here over 105,000 entries",
    "pass_per_second": "draws and lots a second, one pass, one core: the design's settlement table",
    "incremental_seconds": "a close from positions, however many draws: the same table",
    "sealed_line_us": "Python per line of a sealed file: measured here by bench/close.py",
    "disk_bytes": "disk per receipt with sealed file, journal, indexes: docs/running.md, Growth",
    "wal_bytes": "log per operation, the larger figure: the design's prototype",
}
UNITS = {"us": "µs", "second": "/s", "seconds": "s", "bytes": "B"}


class Need(Struct, frozen=True):
    """What so many times today's transactions ask for."""

    mean: float
    peak: float
    app_cores: float
    postgres_cores: float
    app_machines: int
    by_cpu: int
    by_disk: int
    shards: int
    disk_tb: float
    wal_tb: float
    wal_mb: float
    proof_seconds: float
    file_lines: float
    file_hours: float


def needed(times: int, m: Measured) -> Need:
    """Arithmetic, and nothing else."""
    mean = times * TRANSACTIONS / MONTH
    peak = mean * PEAK
    app_cores, postgres_cores = peak * m.app_us / 1e6, peak * m.postgres_us / 1e6
    disk_tb, wal_mb = mean * YEAR * m.disk_bytes / 1e12, peak * m.wal_bytes / 1e6
    by_cpu = ceil(postgres_cores / (CORES * BUSY))
    by_disk = ceil(disk_tb * KEPT_YEARS / DISK_TB)
    lines = mean * CYCLE * LINES
    shards = max(by_cpu, by_disk, ceil(wal_mb / WAL_MB))
    return Need(
        mean=mean,
        peak=peak,
        app_cores=app_cores,
        postgres_cores=postgres_cores,
        app_machines=ceil(app_cores / (CORES * BUSY)) + 1,
        by_cpu=by_cpu,
        by_disk=by_disk,
        shards=shards,
        disk_tb=disk_tb,
        wal_tb=mean * YEAR * m.wal_bytes / 1e12,
        wal_mb=wal_mb,
        proof_seconds=lines / m.pass_per_second / shards,
        file_lines=lines,
        file_hours=lines * m.sealed_line_us / 1e6 / 3_600,
    )


ROWS: Sequence[tuple[str, Callable[[Need], str]]] = (
    ("operations a second, mean", lambda n: f"{n.mean:,.0f}"),
    ("operations a second, peak", lambda n: f"{n.peak:,.0f}"),
    ("cores busy at the peak: hubs", lambda n: f"{n.app_cores:,.1f}"),
    ("cores busy at the peak: PostgreSQL", lambda n: f"{n.postgres_cores:,.1f}"),
    ("machines for hubs, one of them to spare", lambda n: f"{n.app_machines:,}"),
    ("shards that CPU asks for", lambda n: f"{n.by_cpu:,}"),
    ("disk a year, TB", lambda n: f"{n.disk_tb:,.1f}"),
    ("shards that eleven years of disk ask for", lambda n: f"{n.by_disk:,}"),
    ("log a year, TB", lambda n: f"{n.wal_tb:,.1f}"),
    ("log at the peak, MB/s", lambda n: f"{n.wal_mb:,.1f}"),
    ("lines in the sealed file of a half month, millions", lambda n: f"{n.file_lines / 1e6:,.0f}"),
    (
        "the proof's pass over them, seconds, all shards at once",
        lambda n: f"{n.proof_seconds:,.0f}",
    ),
    ("sealing it in one process, hours", lambda n: f"{n.file_hours:,.1f}"),
)


def limits(need: Need, m: Measured) -> dict[str, float]:
    """How much of each part that there is only one of would be used; past 1 it breaks."""
    return {
        "one hub process, at the peak": need.peak / m.desk_per_second,
        "one machine's CPU for PostgreSQL": need.postgres_cores / (CORES * BUSY),
        "one machine's log": need.wal_mb / WAL_MB,
        "one machine's disk, after one year": need.disk_tb / DISK_TB,
        "the one sealer, over a whole day": need.mean / m.sealer_per_second,
        "the one sealed file, within a bank day": need.file_hours * 3_600 / WINDOW,
        "the one pass that proves a close, within an hour": need.proof_seconds
        * need.shards
        / 3_600,
    }


def rendered(m: Measured) -> dict[str, str]:
    """Each table of the page, by the name that it stands under."""
    needs = {times: needed(times, m) for times in TIMES}
    head = [f"×{times:,}" for times in TIMES]
    used = {times: limits(need, m) for times, need in needs.items()}
    return {
        "figures": table(
            ["figure", "", "from"],
            (
                [told.rpartition(": ")[0], f"{getattr(m, name):,.10g} {unit(name)}", where(told)]
                for name, told in FROM.items()
            ),
        ),
        "needs": table(["", *head], ([name, *map(say, needs.values())] for name, say in ROWS)),
        "limits": table(
            ["share of it that is used", *head],
            ([part, *(share(used[times][part]) for times in TIMES)] for part in used[1]),
        ),
        "first": "\n".join(first(times, used[times]) for times in TIMES),
        "capacity": table(CAPACITY, (capacity(cores, m) for cores in MACHINES)),
    }


CAPACITY = (
    "cores",
    "operations/s at the peak",
    "bound by",
    "transactions a month",
    "hub processes",
    "`max_connections` ≥",
    "disk a day, GB",
    "log a day, GB",
)


def capacity(cores: int, m: Measured) -> list[str]:
    """What a machine with hubs and PostgreSQL on it carries, half busy at the peak."""
    by_cpu = cores * BUSY * 1e6 / (m.app_us + m.postgres_us)
    by_sealer = m.sealer_per_second * BUSY * PEAK
    peak = min(by_cpu, by_sealer)
    mean = peak / PEAK
    processes = ceil(peak * m.app_us / 1e6 / PROCESS_BUSY)
    return [
        str(cores),
        f"{peak:,.0f}",
        "CPU" if by_cpu <= by_sealer else "the one sealer",
        f"{mean * MONTH / 1e6:,.0f} M",
        str(processes),
        str(CONNECTIONS * (processes + 1) + FOR_PEOPLE),
        f"{mean * 86_400 * m.disk_bytes / 1e9:,.0f}",
        f"{mean * 86_400 * m.wal_bytes / 1e9:,.0f}",
    ]


def first(times: int, used: Mapping[str, float]) -> str:
    """What breaks first, in a sentence."""
    part, most = max(used.items(), key=lambda one: one[1])
    over = [name for name, one in used.items() if one > 1]
    if not over:
        return f"- **×{times:,}**: nothing; the most used is {part} ({share(most)})."
    return f"- **×{times:,}**: {part} ({share(most)}), {len(over)} of {len(used)} parts in all."


def share(used: float) -> str:
    """In hundredths; what breaks stands out."""
    told = f"{used:,.0%}" if used >= 0.01 else "< 1%"
    return f"**{told}**" if used > 1 else told


def unit(name: str) -> str:
    """What a figure is counted in."""
    return UNITS[name.rpartition("_")[2]]


def where(told: str) -> str:
    """The part of a line that says where its figure is from."""
    return told.rpartition(": ")[2]


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """A table in Markdown."""
    told = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in told)


def page(path: Path, tables: Mapping[str, str]) -> str:
    """A page with today's tables between its marks."""
    text = path.read_text(encoding="utf-8")
    for name in PAGES[path]:
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        assert rest, name
        text = before + begin + tables[name] + "\n" + end + rest.partition(end)[2]
    return text


def from_bench(path: Path) -> Measured:
    """The figures that a run of `make bench` has; all others stay."""
    told = json.loads(path.read_text())
    found: dict[str, float] = {}
    if windows := told["cells"].get("mix/256"):
        for name in ("app_us", "postgres_us"):
            found[name] = sorted(one[name] for one in windows)[len(windows) // 2]
    if windows := told["cells"].get("desk accrual/250"):
        found["desk_per_second"] = sorted(one["rate"] for one in windows)[len(windows) // 2]
    if told["space"]:
        found["wal_bytes"] = told["space"]["wal_bytes"]
    if told["sealed_line_us"]:
        found["sealed_line_us"] = told["sealed_line_us"]
    return structs.replace(Measured(), **found)


def main(asked: Sequence[str]) -> None:
    """Write the pages anew."""
    measured = from_bench(Path(asked[1])) if asked[:1] == ["--bench"] else Measured()
    tables = rendered(measured)
    for path in PAGES:
        path.write_text(page(path, tables), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
