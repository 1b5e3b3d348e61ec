"""Arithmetic of a run: percentiles, medians with their spread, ratios and what they should be."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from msgspec import Struct


class Spread(Struct, frozen=True):
    """A figure over the rounds of a run: its median, its least and its most."""

    median: float
    least: float
    most: float
    rounds: int


class Bar(Struct, frozen=True):
    """What a ratio should come to, and on which side of it is well."""

    side: Literal[">=", "<="]
    bound: float
    says: str

    def holds(self, ratio: float) -> bool:
        """Whether a ratio is on the right side."""
        return ratio >= self.bound if self.side == ">=" else ratio <= self.bound


BARS: Mapping[str, Bar] = {
    "accrual_c64_over_pgbench": Bar(">=", 0.9, "HTTP c=64 / pgbench, one call at a time"),
    "accrual_c256_over_pgbench": Bar(">=", 1.1, "HTTP c=256 / pgbench, one call at a time"),
    "accrual_two_processes_over_pgbench": Bar(">=", 1.4, "two processes c=256 / pgbench"),
    "accrual_c64_over_naive": Bar(">=", 2.2, "HTTP c=64 / one call per request"),
    "accrual_c256_over_naive": Bar(">=", 3.0, "HTTP c=256 / one call per request"),
    "p50_alone_over_naive": Bar("<=", 1.25, "p50 of a lone till / one call per request"),
    "p99_over_p50_c64": Bar("<=", 4.0, "p99 / p50 at c=64"),
    "app_cpu_over_floor": Bar("<=", 1.8, "CPU of the app per accrual / bare ASGI, c=256"),
    "pg_cpu_over_one_call": Bar("<=", 0.3, "CPU of PostgreSQL per accrual c=256 / one call"),
    "batch_over_one_call": Bar(">=", 3.0, "the desk without HTTP / pgbench, one call"),
    "redemption_over_accrual_batch": Bar(">=", 0.4, "the desk: redemptions / accruals"),
    "disk_bytes_per_accrual": Bar("<=", 1_300, "bytes of disk per accrual"),
    "wal_bytes_per_accrual": Bar("<=", 2_000, "bytes of WAL per accrual"),
    "close_5m_over_duckdb": Bar("<=", 10.0, "summing 5 M draws / DuckDB over Parquet"),
    "incremental_20m_over_1m": Bar("<=", 1.3, "incremental close, 20 M / 1 M draws"),
}


def spread(figures: Sequence[float]) -> Spread:
    """The middle of the rounds, and how far they lie apart."""
    return Spread(median(figures), min(figures), max(figures), len(figures))


def percentile(ordered: Sequence[int], share: float) -> int:
    """The smallest of these that so large a share is not above (nearest rank)."""
    rank = max(1, -(-round(share * 10_000) * len(ordered) // 10_000))
    return ordered[rank - 1]


def over(one: Sequence[float], other: Sequence[float]) -> Spread:
    """One figure over another, round by round: what disturbed a round disturbed both."""
    return spread([a / b for a, b in zip(one, other, strict=True)])
