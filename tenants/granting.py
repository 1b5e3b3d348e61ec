"""付与停止: whether a tenant may give points of its own. The tills hear of it as soon as their desk
sees that a door has moved: in its next batch."""

from datetime import datetime

from psycopg import AsyncConnection

from federation.sql import statement
from tenants import layout
from tenants.layout import Why

ADD = statement(__file__, "add_granting")


async def decide(
    conn: AsyncConnection, tenant_id: int, why: Why, now: datetime, *, stopped: bool
) -> None:
    """Stop a tenant's own points or let it give them again, in a row with author and reason, and
    move the doors in the same transaction."""
    asked = {
        "tenant_id": tenant_id,
        "stopped": stopped,
        "author": why.author,
        "reason": why.reason,
        "now": now,
    }
    await conn.execute(ADD, asked)
    await layout.moved(conn)
