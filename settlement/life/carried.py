"""繰越の一覧: what was carried over, whose, since when, why, and when it is paid at last."""

from datetime import date
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement import calendar
from settlement.life.states import TOLD, State

CARRIED = statement(__file__, "carried")
Why = Literal["came-back", "too-little"]
WHY: dict[Why, tuple[str, str]] = {
    "came-back": ("銀行から戻った", "came back from the bank"),
    "too-little": ("最低額に満たない", "too little to pay"),
}


class Carry(Struct, frozen=True):
    """One sum that a party is owed (+) or owes (-) in a later cycle than its own."""

    why: Why
    reference: str | None
    difference: str
    party: str
    yen: int
    since: date
    since_last_on: date
    due_in: date
    due_last_on: date
    state: State

    @property
    def why_told(self) -> tuple[str, str]:
        """Why it was carried over, in both languages."""
        return WHY[self.why]

    @property
    def state_told(self) -> tuple[str, str]:
        """How far the cycle is in which it is due, in both languages."""
        return TOLD[self.state]

    @property
    def until(self) -> date:
        """The day on which it is paid, if nothing comes between."""
        return calendar.pays_on(calendar.Cycle(self.due_in, self.due_last_on))

    @property
    def over(self) -> bool:
        """Whether the cycle to which it went is settled."""
        return self.state == "settled"


async def carried(conn: AsyncConnection, most: int, skip: int = 0) -> list[Carry]:
    """The newest first, `most` behind those that are skipped; as the auditor."""
    return [Carry(**row) for row in await rows(conn, CARRIED, {"most": most, "skip": skip})]
