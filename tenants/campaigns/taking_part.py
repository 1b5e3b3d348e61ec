"""一斉展開: which shops take part in a campaign, in one action, with the result per shop (O2)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants import layout

TAKE_PART = statement(__file__, "take_part")
TAKING_PART = statement(__file__, "taking_part")

Result = Literal["takes-part", "stays-out", "unchanged", "unknown", "elsewhere", "not-allowed"]


class ShopResult(Struct, frozen=True):
    """What became of one shop, named `TENANT/SHOP`: it may stand elsewhere, or not be free to stay
    out."""

    shop: str
    result: Result


async def take_part(
    conn: AsyncConnection,
    code: str,
    shops: Sequence[str] | None,
    facility: str | None,
    who: str,
    reason: str,
    now: datetime,
    *,
    takes_part: bool = True,
) -> list[ShopResult]:
    """These shops, all of a facility, or all there are take part or stay out."""
    asked = {
        "code": code,
        "shops": list(shops) if shops is not None else None,
        "facility": facility,
        "takes_part": takes_part,
        "who": who,
        "reason": reason,
        "now": now,
    }
    found = await rows(conn, TAKE_PART, asked)
    if not found and not await rows(conn, TAKING_PART, {"code": code}):
        raise NotFound
    told = [ShopResult(row["shop"], row["result"]) for row in found]
    if any(one.result in ("takes-part", "stays-out") for one in told):
        await layout.moved(conn)
    return told


async def taking_part(conn: AsyncConnection, code: str) -> list[ShopResult]:
    """Every shop of the campaign's facility, and whether it takes part."""
    return [
        ShopResult(row["shop"], row["result"])
        for row in await rows(conn, TAKING_PART, {"code": code})
    ]
