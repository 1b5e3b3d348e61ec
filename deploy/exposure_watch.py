"""与信の見張り: every few seconds one of the hubs measures what tenants owe, and stops the points
of those that owe too much. Now and then it counts whose give and take is below its floor, and what
tills, books and payouts still disagree on."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from time import perf_counter

import psycopg
from opentelemetry import metrics
from psycopg import AsyncConnection

from deploy.clock import Clock
from federation.days import day_of
from federation.reading import rows
from federation.sql import statement
from settlement.breaks.book import how_many_open
from settlement.exposure.caps import look
from settlement.fairness.give_take import below_floor

STANDING = statement(__file__, "exposure_standing")
EVERY_SECONDS = 2.0
REST = 5.0  # rests so many times as long as a look took: the tills come first
LOOKS_PER_ROUND = 150

_meter = metrics.get_meter("meguri")
exposure_tenants = _meter.create_gauge(
    "meguri.exposure.tenants",
    unit="{tenant}",
    description="tenants whose exposure is over a level of their cap: warned or refused",
)
breaks_open = _meter.create_gauge(
    "meguri.breaks.open",
    unit="{break}",
    description="differences between tills, books and payouts that nobody explained or resolved",
)
ratio_below = _meter.create_gauge(
    "meguri.give.take.below",
    unit="{tenant}",
    description="tenants that issue less than their contract's floor, since the fiscal year began",
)
Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

log = logging.getLogger("meguri.exposure")


async def keep_watching(connect: Connect, clock: Clock) -> None:
    """Look as long as the process lives; where another hub is at it, hear what it saw."""
    looks = 0
    for level in ("warned", "refused"):
        exposure_tenants.set(0, {"level": level})
    ratio_below.set(0)
    breaks_open.set(0)
    while True:
        began = perf_counter()
        try:
            async with connect() as conn:
                await look_once(conn, clock)
                if looks % LOOKS_PER_ROUND == 0:
                    ratio_below.set(await below_floor(conn, day_of(clock())))
                    breaks_open.set(await how_many_open(conn))
            looks += 1
        except (psycopg.Error, OSError) as missed:
            log.warning("exposure was not measured", extra={"reason": type(missed).__name__})
        except Exception:
            log.exception("the watch on exposure stumbled")
        await asyncio.sleep(max(EVERY_SECONDS, REST * (perf_counter() - began)))


async def look_once(conn: AsyncConnection, clock: Clock) -> None:
    """Measure, and tell the gauges how many tenants stand where."""
    [stands] = await rows(conn, STANDING, {})
    if stands["capped"]:
        await look(conn, clock(), wait=False)
        [stands] = await rows(conn, STANDING, {})
    for level in ("warned", "refused"):
        exposure_tenants.set(stands[level], {"level": level})
