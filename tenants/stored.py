"""What became of a slip."""

from psycopg import AsyncConnection

from federation.packing import told
from federation.refusals import NotArrived
from federation.slips import Answer
from federation.sql import statement
from tenants.terms import Till

STORED = statement(__file__, "stored")


async def stored(conn: AsyncConnection, till: Till, slip: str) -> Answer:
    """The very bytes a slip was answered with, or that it has not arrived."""
    row = await (await conn.execute(STORED, {"shop_id": till.shop_id, "slip": slip})).fetchone()
    if row is None:
        raise NotArrived
    return Answer(row[0], told(row[1], row[2]), replayed=True)
