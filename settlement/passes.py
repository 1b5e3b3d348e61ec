"""全件を読む: a pass over everything is hashed, by several at once.

The planner expects far more cells than any mall has: it would sort every draw, on disk, and look up
lot by lot what one pass over them finds.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection

from federation.reading import rows

HASHED = "SELECT set_config('enable_sort', 'off', true), set_config('work_mem', '64MB', true)"
JOINED = "SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)"


async def whole(
    conn: AsyncConnection, query: str, asked: Mapping[str, Any], how: str
) -> list[dict[str, Any]]:
    """All rows of a statement that reads everything, `HASHED` or `JOINED` as suits it."""
    async with conn.transaction():
        await conn.execute(how)
        return await rows(conn, query, asked)
