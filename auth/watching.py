"""Watching the doors: a process in which nothing is booked learns within a second that one was
shut, whether or not it hears the bell."""

import asyncio
import logging
from collections.abc import Callable

import psycopg

from auth.keys import Reader
from federation.sql import statement

STANDS_AT = statement(__file__, "doors_stand_at")
EVERY = 1.0  # seconds

log = logging.getLogger("meguri.doors")


async def keep_watching(reader: Reader, on_move: Callable[[], None]) -> None:
    """Call `on_move` whenever the doors' counter is another than before, as long as the process
    lives; whoever could not look may have missed a move, so seeing again counts as one."""
    seen: int | None = None
    while True:
        try:
            async with reader() as conn:
                row = await (await conn.execute(STANDS_AT)).fetchone()
            assert row is not None
            if row[0] != seen:
                on_move()
            seen = row[0]
        except (psycopg.Error, OSError):
            if seen is not None:
                log.warning("the doors are out of sight")
            seen = None
        await asyncio.sleep(EVERY)
