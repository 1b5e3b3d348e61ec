"""Looking again: which of these clients may still come in, and which tokens still hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import tuple_row

from auth.tokens import TokenClaims
from federation.sql import statement

RECHECK = statement(__file__, "recheck")
STANDS = statement(__file__, "stands")
SHOWN = statement(__file__, "shown")


async def recheck(conn: AsyncConnection[Any], clients: Sequence[str]) -> dict[str, bool]:
    """Each client, and whether it is active; one that nobody knows is not.

    The booking desk asks on its own connection, in the transaction that books.
    """
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(RECHECK, {"clients": list(clients)}, prepare=True)
        active = {client_id for (client_id,) in await cursor.fetchall()}
    return {client: client in active for client in clients}


async def still_hold(conn: AsyncConnection[Any], shown: Sequence[tuple[str, str]]) -> list[bool]:
    """Of clients with the tokens that they showed (a job shows none): whether both still hold."""
    asked = {"clients": [one[0] for one in shown], "tokens": [one[1] for one in shown]}
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(SHOWN, asked, prepare=True)
        found = set(await cursor.fetchall())
    return [one in found for one in shown]


async def stands(conn: AsyncConnection[Any], claims: TokenClaims, now: datetime) -> bool:
    """Whether what a token says still holds: its client, what a member allowed, the token."""
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(STANDS, standing(claims, now), prepare=True)
        row = await cursor.fetchone()
    return row == (True,)


def standing(claims: TokenClaims | None, now: datetime) -> dict[str, object]:
    """What `stands.sql` asks about; of what is no token of ours, the same about nobody's."""
    if claims is None:
        return {"client_id": "", "jti": "", "grant_id": None, "now": now}
    return {
        "client_id": claims.client_id, "jti": claims.jti, "grant_id": claims.grant, "now": now,
    }  # fmt: skip
