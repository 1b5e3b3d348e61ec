"""不達: deliveries of an endpoint that the hub has given up; a replay sends them again."""

from datetime import datetime

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement

DEAD = statement(__file__, "dead")


class Dead(Struct, frozen=True):
    """A delivery that was given up, and how its last try ended."""

    event: str
    type: str
    sequence: int | None
    at: datetime | None
    status: int | None
    failure: str | None
    tries: int | None


async def dead(conn: AsyncConnection, tenant_id: int, endpoint: str) -> list[Dead]:
    """The latest hundred that were given up."""
    asked = {"tenant_id": tenant_id, "endpoint": endpoint}
    return [Dead(**row) for row in await rows(conn, DEAD, asked)]
