"""What was set: how fast points may move, by business date."""

from typing import Any

from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from tenants.terms import Pace

PACES = statement(__file__, "paces")


async def paces(conn: AsyncConnection[Any]) -> tuple[Pace, ...]:
    """How fast points may move, all dates."""
    return tuple(Pace(**row) for row in await rows(conn, PACES, {}))
