"""通知係: looks every second whether somebody's points were spent, and tells them. Every hub looks;
the follower's mark in the database lets each redemption be told once."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import psycopg
from psycopg import AsyncConnection

from tenants import noticing

EVERY_SECONDS = 1.0
NEW = (
    "SELECT coalesce((SELECT max(number) FROM federation.journal), 0) > number FROM tenants.noticed"
)

Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]
log = logging.getLogger("meguri.noticer")


async def keep_noticing(connect: Connect) -> None:
    """Follow the journal as long as the process lives, whatever becomes of the database."""
    while True:
        try:
            async with connect() as conn:
                while await look(conn):
                    pass
        except (psycopg.Error, OSError) as lost:
            log.warning("the noticer begins again", extra={"reason": type(lost).__name__})
        await asyncio.sleep(EVERY_SECONDS)


async def look(conn: AsyncConnection[Any]) -> bool:
    """One slice, where there is anything new; whether there may be more at once."""
    row = await (await conn.execute(NEW)).fetchone()
    return bool(row and row[0]) and await noticing.follow(conn) == noticing.MOST
