"""締めの進み: how far each cycle is, who acts next, and by when."""

from datetime import date
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.refusals import NotFound
from settlement import reading
from settlement.calendar import DAY
from settlement.life import board, finance
from settlement.life.board import Row
from settlement.life.papers import Life, life
from settlement.life.states import TOLD, State
from settlement.reading import CycleShown
from settlement.stages import standing

Act = Literal[
    "wait", "close", "confirm", "object", "prepare", "approve", "send", "results",
    "again", "rest",
]  # fmt: skip
Mark = Literal["done", "now", "ahead", "back"]
WAY: tuple[State, ...] = ("open", "closed", "confirmed", "approved", "sent", "settled")
STAGES: dict[str, tuple[str, str]] = {
    "begun": ("失効を計上しています", "booking what lapses"),
    "lapsed": ("受付を締め切っています", "shutting the doors"),
    "shut": ("全記帳を集計・検算しています", "adding up and proving every entry"),
    "summed": ("精算書を作っています", "writing the statements"),
    "stated": ("封印しています", "sealing"),
    "sealed": ("封印済み", "sealed"),
}


class Duty(Struct, frozen=True):
    """What is to be done next, by whom, in both languages; which scope it takes."""

    who: tuple[str, str]
    what: tuple[str, str]
    scope: str = ""


PREPARER = ("起案者", "who prepares")
NOBODY = ("—", "—")
DUTIES: dict[Act, Duty] = {
    "wait": Duty(NOBODY, ("期間中です", "the cycle runs")),
    "close": Duty(PREPARER, ("締める", "close it"), "cycles:close"),
    "confirm": Duty(PREPARER, ("速報を出す", "show it to the parties"), "cycles:close"),
    "object": Duty(("テナント", "the tenants"), ("異議があれば申し立てる", "object, if they do")),
    "prepare": Duty(PREPARER, ("支払案を作る", "prepare the payments"), "settlement:prepare"),
    "approve": Duty(("承認者", "who approves"), ("支払案を承認する", "approve the payments"),
                    "settlement:approve"),
    "send": Duty(PREPARER, ("銀行ファイルを送る", "send the bank files"), "settlement:send"),
    "results": Duty(PREPARER, ("銀行の結果を取り込む", "take in what the bank says"),
                    "settlement:results"),
    "again": Duty(PREPARER, ("戻った分を送り直すか、繰り越す",
                             "send again, or carry over, what came back"), "settlement:prepare"),
    "rest": Duty(NOBODY, ("済んでいます", "all is done")),
}  # fmt: skip


class Progress(Struct, frozen=True):
    """One cycle on the board."""

    shown: CycleShown
    row: Row
    of: Life
    stage: str | None
    act: Act
    by: date | None

    @property
    def duty(self) -> Duty:
        """What is to be done next, and by whom."""
        return DUTIES[self.act]

    @property
    def closing(self) -> bool:
        """Whether its close has begun and is not at its end."""
        return self.stage not in (None, "sealed")

    @property
    def stage_told(self) -> tuple[str, str]:
        """How far its close is, in both languages."""
        return STAGES.get(self.stage or "", ("", ""))

    @property
    def way(self) -> list[tuple[tuple[str, str], Mark]]:
        """Its states in order, and which of them it has reached."""
        state = "settled" if self.row.state == "returned" else self.row.state
        at = WAY.index(state)
        found: list[tuple[tuple[str, str], Mark]] = []
        for place, one in enumerate(WAY):
            mark: Mark = "done" if place < at else "now" if place == at else "ahead"
            found.append((TOLD[one], mark))
        if self.row.state == "returned":
            found[-1] = (TOLD["returned"], "back")
        if self.row.state == "settled":
            found[-1] = (TOLD["settled"], "done")
        return found


def next_act(
    shown: CycleShown, row: Row, of: Life, today: date, *, sealed: bool, by_hand: bool
) -> tuple[Act, date | None]:
    """What a cycle waits for, and the day by which it is to be done. Pure."""
    if not sealed:
        return ("wait", shown.last_on) if today <= shown.last_on else ("close", shown.closes_on)
    if row.state == "closed":
        return "confirm", of.shown_on
    if row.state == "confirmed":
        if today <= of.objections_until:
            return "object", of.objections_until
        return ("approve" if by_hand else "prepare"), before(of)
    if row.state == "returned" and of.pending:
        return ("send" if of.approved_by else "approve"), before(of)
    late: dict[str, tuple[Act, date | None]] = {
        "approved": ("send", before(of)),
        "sent": ("results", max(filter(None, (of.transfers_on, of.debits_on)), default=None)),
        "returned": ("again", None),
    }
    return late.get(row.state, ("rest", None))


def before(of: Life) -> date | None:
    """The day before the first money moves: by then the bank has the file."""
    moves = [day for day in (of.transfers_on, of.debits_on) if day is not None]
    return min(moves) - DAY if moves else None


async def progress(conn: AsyncConnection, today: date, cycle: str) -> Progress:
    """One cycle; `NotFound` where none such has begun."""
    shown = await reading.cycle(conn, today, cycle)
    rows = {one.cycle.isoformat(): one for one in await board.board(conn, today)}
    if cycle not in rows:
        raise NotFound
    return await _progress(conn, today, shown, rows[cycle])


async def every(
    conn: AsyncConnection, today: date, before_id: int | None, most: int
) -> list[Progress]:
    """Cycles that have begun, newest first."""
    rows = {one.cycle.isoformat(): one for one in await board.board(conn, today)}
    found = await reading.cycles(conn, today, most=most, before=before_id)
    return [await _progress(conn, today, one, rows[one.cycle]) for one in found]


async def _progress(conn: AsyncConnection, today: date, shown: CycleShown, row: Row) -> Progress:
    number = reading.cycle_id_of(shown.cycle)
    of = await life(conn, number)
    stage = "sealed" if of.sealed else (await standing(conn, number)).stage
    by_hand = False
    if row.state == "confirmed":
        hands = await finance.preparers(conn, number)
        by_hand = any(not one.startswith(finance.MACHINE) for one in hands)
    act, by = next_act(shown, row, of, today, sealed=of.sealed, by_hand=by_hand)
    return Progress(shown, row, of, stage, act, by)
