"""The promises of settlement, asked of the statements and the books."""

from psycopg import AsyncConnection

from federation import checks
from federation.checks import Broken
from federation.sql import statement

CHECKS = statement(__file__, "checks")


async def broken(conn: AsyncConnection) -> list[Broken]:
    """Every promise of the books and of settlement that does not hold."""
    return [*await checks.broken(conn), *await checks.broken(conn, CHECKS)]
