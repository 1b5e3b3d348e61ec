"""The promises of the books, asked of the books themselves."""

from msgspec import Struct
from psycopg import AsyncConnection

from federation.sql import statement

CHECKS = statement(__file__, "checks")


class Broken(Struct, frozen=True):
    """A promise that does not hold: which, where, and by how much."""

    promise: str
    id: int
    off: int


async def broken(conn: AsyncConnection, checks: str = CHECKS) -> list[Broken]:
    """Every broken promise; an empty list is the only good answer."""
    rows = await conn.execute(checks)
    return [Broken(row[0], row[1], row[2]) for row in await rows.fetchall()]
