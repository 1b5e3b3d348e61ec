"""知らせ: what changed beside the books is told to whom it concerns, in the transaction that
changed it; what never commits is told to nobody."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.sql import statement

TELL = statement(__file__, "tell")
TELL_OF_MEMBER = statement(__file__, "tell_of_member")


async def tell(conn: AsyncConnection, kind: str, tenants: Iterable[int], content: Struct) -> None:
    """Tell these tenants that something of this kind has changed; `content` is what they read of
    it."""
    told = msgspec.json.encode(content).decode()
    await conn.execute(TELL, {"kind": kind, "tenants": sorted(set(tenants)), "content": told})


async def tell_of_member(conn: AsyncConnection, kind: str, member_id: int, content: Struct) -> None:
    """Tell every tenant that has booked something for a member; each reads its own handle of it."""
    told = msgspec.json.encode(content).decode()
    await conn.execute(TELL_OF_MEMBER, {"kind": kind, "member_id": member_id, "content": told})
