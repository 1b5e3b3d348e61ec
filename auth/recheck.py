"""Looking again: which of these clients may still come in."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from federation.sql import statement

RECHECK = statement(__file__, "recheck")


async def recheck(conn: AsyncConnection[Any], clients: Sequence[str]) -> dict[str, bool]:
    """Each client, and whether it is active; one that nobody knows is not.

    The booking desk asks on its own connection, in the transaction that books.
    """
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(RECHECK, {"clients": list(clients)}, prepare=True)
        active = {client_id for (client_id,) in await cursor.fetchall()}
    return {client: client in active for client in clients}
