"""The table and the file of a run, from its windows."""

from collections.abc import Sequence
from typing import Any

from bench.figures import spread
from bench.load import Window


def told(cells: dict[str, list[Window]]) -> tuple[str, dict[str, Any]]:
    """A table to read, and everything."""
    rows = [
        "| what/connections | per second | p50/p95/p99 ms | CPU µs app/pg/load |",
        "|---|---|---|---|",
    ]
    rows += [row(name, windows) for name, windows in cells.items()]
    return "\n".join(rows) + "\n", {"cells": cells, "ratios": {}}


def row(name: str, windows: Sequence[Window]) -> str:
    """One line of the table."""
    rate = spread([one.rate for one in windows])
    p50, p95, p99, app, postgres, load = (
        spread([getattr(one, name) for one in windows]).median
        for name in ("p50_us", "p95_us", "p99_us", "app_us", "postgres_us", "load_us")
    )
    return (
        f"| {name} | {rate.median:,.0f} [{rate.least:,.0f}–{rate.most:,.0f}] | "
        f"{p50 / 1000:.1f}/{p95 / 1000:.1f}/{p99 / 1000:.1f} | "
        f"{app:.0f}/{postgres:.0f}/{load:.0f} |"
    )
