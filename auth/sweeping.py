"""Sweeping: what the doors remembered, and what is refused for its age anyway."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from federation.sql import statement

SWEEP = statement(__file__, "sweep_doors")
CLOCKS_APART = timedelta(seconds=60)
DAY = timedelta(days=1)


async def sweep(conn: AsyncConnection[Any], now: datetime) -> None:
    """Let go of requests, codes, tokens and proofs that are over."""
    await conn.execute(SWEEP, {"before": now - CLOCKS_APART, "day_before": now - DAY})
