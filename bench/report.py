"""The ratios of a run, each with its bar; the table, and the file."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from bench.close import Closes
from bench.figures import BARS, Spread, over, spread
from bench.footprint import Memory, Space
from bench.load import Window
from bench.rounds import Cells

MILLION = 1_000_000
ABOUT = (
    "Medians over the rounds of one run, least and most in brackets. What each figure is, and what "
    "it does not show: `docs/bench.md`."
)


class Run(Struct, frozen=True, kw_only=True):
    """All that was measured, and on what."""

    scale: str
    began_at: str
    seconds: float
    machine: dict[str, str]
    versions: dict[str, str]
    settings: dict[str, str]
    seeds: dict[str, int | str]
    cells: Cells
    start_up_seconds: list[float]
    memory: dict[str, Memory]
    space: Space | None
    closes: list[Closes]
    sealed_line_us: float | None
    check_seconds: float | None
    broken_promises: int | None
    peers: dict[str, dict[str, float | str | None]]


class Ratio(Struct, frozen=True):
    """One ratio beside its bar; null where it was left out, for this reason."""

    ratio: float | None
    least: float | None
    most: float | None
    bar: str
    holds: bool | None
    says: str
    reason: str | None


class LeftOut(Exception):
    """Something that a ratio is made of was not measured; says why."""


def ratios(run: Run) -> dict[str, Ratio]:
    """Every ratio that there should be."""
    found = {}
    for name, bar in BARS.items():
        says = f"{bar.side} {bar.bound:g}"
        try:
            made = MADE[name](run)
        except LeftOut as why:
            found[name] = Ratio(None, None, None, says, None, bar.says, str(why))
        else:
            found[name] = Ratio(
                made.median, made.least, made.most, says, bar.holds(made.median), bar.says, None
            )
    return found


def each(run: Run, cell: str, figure: str) -> list[float]:
    """One figure of a cell, round by round."""
    windows = run.cells.get(cell, [])
    if not windows:
        raise LeftOut(f"'{cell}' was not measured in this run ({run.scale})")
    return [float(getattr(one, figure)) for one in windows]


def between(one: str, other: str, figure: str = "rate") -> Callable[[Run], Spread]:
    """A figure of one cell over that of another."""
    return lambda run: over(each(run, one, figure), each(run, other, figure))


def tail(run: Run) -> Spread:
    """How much longer the slowest of a hundred wait than those in the middle."""
    return over(each(run, "accrual/64", "p99_us"), each(run, "accrual/64", "p50_us"))


def taken(figure: str) -> Callable[[Run], Spread]:
    """Bytes per accrual."""

    def made(run: Run) -> Spread:
        if run.space is None:
            raise LeftOut(f"space was not measured in this run ({run.scale})")
        return spread([getattr(run.space, figure)])

    return made


def close_of(run: Run, draws: int) -> Closes:
    """The closes of so many draws; in a smaller run the largest there is says why there is none."""
    for one in run.closes:
        if one.draws == draws:
            return one
    raise LeftOut(f"no cycle of {draws:,} draws in this run ({run.scale}); ARGS=--full has 20 M")


def close_over_duckdb(run: Run) -> Spread:
    """The pass over 5 M draws in the books over that of DuckDB over a file."""
    one = close_of(run, 5 * MILLION)
    return over(one.summed, one.duckdb)


def flat(run: Run) -> Spread:
    """The incremental close of 20 M draws over that of 1 M."""
    few, many = close_of(run, MILLION), close_of(run, 20 * MILLION)
    return over(many.incremental, few.incremental)


MADE: Mapping[str, Callable[[Run], Spread]] = {
    "accrual_c64_over_pgbench": between("accrual/64", "pgbench"),
    "accrual_c256_over_pgbench": between("accrual/256", "pgbench"),
    "accrual_two_processes_over_pgbench": between("accrual two processes/256", "pgbench"),
    "accrual_c64_over_naive": between("accrual/64", "naive/64"),
    "accrual_c256_over_naive": between("accrual/256", "naive/256"),
    "p50_alone_over_naive": between("accrual/1", "naive/1", "p50_us"),
    "p99_over_p50_c64": tail,
    "app_cpu_over_floor": between("accrual/256", "floor/256", "app_us"),
    "pg_cpu_over_one_call": between("accrual/256", "pgbench", "postgres_us"),
    "batch_over_one_call": between("desk accrual/250", "pgbench beside the desk"),
    "redemption_over_accrual_batch": between("desk redemption/250", "desk accrual/250"),
    "disk_bytes_per_accrual": taken("disk_bytes"),
    "wal_bytes_per_accrual": taken("wal_bytes"),
    "close_5m_over_duckdb": close_over_duckdb,
    "incremental_20m_over_1m": flat,
}


def errors(run: Run) -> list[str]:
    """Windows in which something else than a 201 was answered: they make the run no measurement."""
    return [
        f"{name}, round {turn}: {said} ×{count}"
        for name, windows in run.cells.items()
        for turn, one in enumerate(windows, 1)
        for said, count in one.errors.items()
    ]


def table(run: Run, made: Mapping[str, Ratio]) -> str:
    """Everything a reader wants, as Markdown."""
    parts = [
        f"# Meguri, measured ({run.scale})",
        f"{run.began_at}, {run.seconds:,.0f} s. "
        + "; ".join(f"{name} {said}" for name, said in (run.machine | run.versions).items()),
        ABOUT,
        *(f"**NOT A MEASUREMENT** {one}" for one in errors(run)),
        "## Ratios",
        rows(("ratio", "median", "least–most", "bar", "", "what"), map(ratio_row, made.items())),
        "## Rates, latencies and CPU per operation",
        rows(
            (
                "what/connections",
                "per second",
                "p50",
                "p95",
                "p99 ms",
                "app",
                "PostgreSQL",
                "load µs",
                "journal after s",
            ),
            (cell_row(name, windows) for name, windows in run.cells.items()),
        ),
        *others(run),
    ]
    return "\n\n".join(parts) + "\n"


def ratio_row(named: tuple[str, Ratio]) -> tuple[str, ...]:
    """One ratio, with ✓ or ✗, or the reason why there is none."""
    name, one = named
    if one.ratio is None or one.least is None or one.most is None:
        return f"`{name}`", "–", "", one.bar, "", f"{one.says}: {one.reason}"
    figures = (short(one.ratio), f"{short(one.least)}–{short(one.most)}")
    return f"`{name}`", *figures, one.bar, "✓" if one.holds else "✗", one.says


def cell_row(name: str, windows: Sequence[Window]) -> tuple[str, ...]:
    """One contender."""

    def middle(figure: str) -> float:
        return spread([getattr(one, figure) for one in windows]).median

    rate = spread([one.rate for one in windows])
    return (
        name,
        f"{rate.median:,.0f} [{rate.least:,.0f}–{rate.most:,.0f}]",
        *(f"{middle(figure) / 1000:.1f}" for figure in ("p50_us", "p95_us", "p99_us")),
        *(f"{middle(figure):.0f}" for figure in ("app_us", "postgres_us", "load_us")),
        f"{middle('sealed_after'):.1f}",
    )


def others(run: Run) -> list[str]:
    """What is no window: starting, memory, space, closes, promises, peers."""
    parts = []
    if run.start_up_seconds:
        start = spread(run.start_up_seconds)
        parts.append(
            f"## Start, memory, space\n\nReady {start.median:.2f} s after its start "
            f"[{start.least:.2f}–{start.most:.2f}]."
        )
        memory = ((name, mib(one.resident), mib(one.private)) for name, one in run.memory.items())
        parts.append(rows(("process", "resident MiB", "private MiB"), memory))
    if run.space is not None:
        parts.append(
            f"Over {run.space.accruals:,} accruals: {run.space.disk_bytes:,.0f} B of disk and "
            f"{run.space.wal_bytes:,.0f} B of WAL each ({run.space.full_pages:,} whole pages and "
            f"{run.space.checkpoints} checkpoints in it)."
        )
        places = ((name, f"{size:,.0f}") for name, size in run.space.by_table.items())
        parts.append(rows(("table with its indexes", "B per accrual"), places))
    if run.check_seconds is not None:
        parts.append(
            f"`meguri check` over all of it: {run.check_seconds:.1f} s, "
            f"{run.broken_promises} broken promises."
        )
    if run.closes:
        head = ("draws", "summing s", "counting lines s", "DuckDB s", "incremental s", "flows")
        parts += ["## The close", rows(head, map(close_row, run.closes))]
        if run.sealed_line_us is not None:
            parts.append(f"Sealing: {run.sealed_line_us:.0f} µs of Python per line of the file.")
    if run.peers:
        peers = ((name, *map(str, said.values())) for name, said in run.peers.items())
        parts += ["## Peers", rows(("peer", "per second", "over pgbench", "note"), peers)]
    return parts


def close_row(one: Closes) -> tuple[str, ...]:
    """One size of a cycle."""
    figures = (one.summed, one.counted, one.duckdb, one.incremental)
    seconds = (f"{spread(rounds).median:.3f}" if rounds else "–" for rounds in figures)
    return f"{one.draws:,}", *seconds, f"{one.flows:,}"


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def mib(size: int) -> str:
    """Bytes as whole MiB."""
    return f"{size / 1024**2:.0f}" if size else ""


def short(figure: float) -> str:
    """Three figures, or whole thousands."""
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"
