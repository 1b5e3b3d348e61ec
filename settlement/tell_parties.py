"""期の知らせ: the parties of a cycle are told of each step it takes, in that very step."""

from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from federation.tell import tell

STATED_TO = statement(__file__, "stated_to")


class CycleTold(Struct, frozen=True):
    """A cycle by its first day, and its state from now on."""

    cycle: date
    state: str


async def tell_parties(conn: AsyncConnection, cycle_id: int, state: str) -> None:
    """Tell everybody who has a statement of this cycle."""
    parties = [row["party_id"] for row in await rows(conn, STATED_TO, {"cycle_id": cycle_id})]
    first_on = date.fromisoformat(str(cycle_id))
    await tell(conn, f"cycle.{state}", parties, CycleTold(first_on, state))
