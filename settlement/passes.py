"""全件を読む: a pass over everything, in the way that suits it.

The planner expects far more cells than any mall has: it would sort every draw, on disk, and look up
lot by lot what one pass over them finds. Where there are nearly as many groups as rows, it is the
other way round: a hash table of them all is slower than a sort.
"""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection

from federation.reading import rows

HASHED = "SELECT set_config('enable_sort', 'off', true), set_config('work_mem', '64MB', true)"
SORTED = "SELECT set_config('enable_hashagg', 'off', true)"
JOINED = "SELECT set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)"


async def whole(
    conn: AsyncConnection, query: str, asked: Mapping[str, Any], how: str
) -> list[dict[str, Any]]:
    """All rows of a statement that reads everything, `HASHED`, `JOINED` or `SORTED` as suits it;
    what is read after it is planned as before."""
    async with conn.transaction(force_rollback=True):
        await conn.execute(how)
        return await rows(conn, query, asked)
