"""連携しているアプリ: which apps a member lets ask in their name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.sql import statement

APPS_OF = statement(__file__, "apps_of")


class App(Struct, frozen=True):
    """One app, and what it may do until when."""

    client_id: str
    name: str
    given_at: datetime
    ends_at: datetime
    scopes: Sequence[str]


async def apps_of(conn: AsyncConnection[Any], member_id: int, now: datetime) -> list[App]:
    """The apps that a member allows something now, the newest first."""
    async with conn.cursor(row_factory=class_row(App)) as cursor:
        await cursor.execute(APPS_OF, {"member_id": member_id, "now": now})
        return await cursor.fetchall()
