"""暗証番号の設定: a member's cards get a PIN; how often it was mistaken before is forgotten."""

from psycopg import AsyncConnection

from federation.pins import Pins
from federation.refusals import NotFound
from federation.sql import statement

CARDS_OF = statement(__file__, "cards_of")
SET_PIN = statement(__file__, "set_pin")


async def set_pin(conn: AsyncConnection, pins: Pins, member_id: int, pin: str) -> None:
    """One PIN for every card of a member that is not stopped; `NotFound` where there is none."""
    rows = await conn.execute(CARDS_OF, {"member_id": member_id})
    carriers = [row[0] for row in await rows.fetchall()]
    if not carriers:
        raise NotFound
    digests = [pins.digest(carrier, pin) for carrier in carriers]
    await conn.execute(SET_PIN, {"carriers": carriers, "digests": digests})
