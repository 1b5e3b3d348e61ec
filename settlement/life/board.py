"""締めの一覧: how far every cycle is, what a party is due of one, and what waits for whom."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.life.dues import AdjustmentKind
from settlement.life.states import TOLD, State

BOARD = statement(__file__, "board")
DUE = statement(__file__, "due")
OWN_PAYMENTS = statement(__file__, "own_payments")
ADJUSTMENTS = statement(__file__, "adjustments")
LOGGED = statement(__file__, "logged")


class Row(Struct, frozen=True):
    """A cycle on the board: its state, its last step, its plan, and what waits."""

    cycle: date
    last_on: date
    state: State
    plan: int | None
    prepared_by: str | None
    approved_by: str | None
    payments: int
    paid_out_yen: int
    collected_yen: int
    failing: int
    open: int
    disputes: int

    @property
    def told(self) -> str:
        """Its state in both languages."""
        return " / ".join(TOLD[self.state])


class StepTaken(Struct, frozen=True):
    """A step of a cycle: who took it, and when."""

    step: str
    who: str
    at: datetime


class Beside(Struct, frozen=True):
    """A line beside the statement: held, released, corrected or carried, and where from; what was
    decided in time is already a line of the statement itself."""

    kind: AdjustmentKind
    yen: int
    of_cycle: date
    of_party: str
    of_code: int | None
    of_original: int | None
    dispute: str | None
    reference: str | None
    in_statement: bool = False


class Paid(Struct, frozen=True):
    """A payment as its party sees it; `yen` is to it (+) or by it (-), of which `fee_yen` stays
    behind as the fee of its transfer (先方負担)."""

    reference: str
    party: str
    unit: str | None
    yen: int
    route: str
    why: str
    pays_on: date
    state: str
    difference: str
    settled_yen: int
    of_reference: str | None
    fee_yen: int


class Due(Struct, frozen=True):
    """支払明細: what a party is due of a cycle, and how it is paid."""

    cycle: date
    state: State
    party: str
    statement_yen: int
    beside: tuple[Beside, ...]
    due_yen: int
    payments: tuple[Paid, ...]


async def board(conn: AsyncConnection, today: date) -> list[Row]:
    """Every cycle that has begun, newest first."""
    return [Row(**row) for row in await rows(conn, BOARD, {"today": today})]


async def steps(conn: AsyncConnection, cycle_id: int) -> list[StepTaken]:
    """Who did what to a cycle, the first first."""
    return [
        StepTaken(**row) for row in await rows(conn, LOGGED, {"cycle_id": cycle_id, "step": None})
    ]


async def paid(
    conn: AsyncConnection, cycle_id: int, party_id: int | None = None
) -> tuple[Paid, ...]:
    """The payments of a cycle that count, of one party or of all that the reader sees."""
    asked = {"cycle_id": cycle_id, "party_id": party_id}
    return tuple(Paid(**row) for row in await rows(conn, OWN_PAYMENTS, asked))


async def due(conn: AsyncConnection, cycle_id: int, party_id: int) -> Due:
    """What a party is due of a confirmed cycle; NotFound before."""
    asked = {"cycle_id": cycle_id, "party_id": party_id}
    found = await rows(conn, DUE, asked)
    if not found:
        raise NotFound
    beside = tuple(shown(row) for row in await rows(conn, ADJUSTMENTS, asked))
    total = found[0]["statement_yen"] + sum(one.yen for one in beside if not one.in_statement)
    return Due(
        **found[0],
        beside=beside,
        due_yen=total,
        payments=await paid(conn, cycle_id, party_id),
    )


def shown(row: dict[str, Any]) -> Beside:
    """A line beside the statement from its row."""
    number = str(row["of_cycle_id"])
    return Beside(
        row["kind"],
        row["yen"],
        date.fromisoformat(number),
        row["of_party"],
        row["of_code"],
        row["of_original"],
        row["dispute_id"],
        row["reference"],
        row["in_statement"],
    )
