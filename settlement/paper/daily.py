"""日別小計と明細: what a statement's lines come to day by day, and the entries behind each line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from msgspec import UNSET, Struct
from psycopg import AsyncConnection

from federation.as_of import DETACHED
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.counting import PUTS
from settlement.paper.paper import DayLine
from settlement.refusals import PromiseBroken
from settlement.stages import Standing, standing
from settlement.statement import CATALOGUE, LATE, TOTAL, Statement

DAILY = statement(__file__, "daily")
BEHIND = statement(__file__, "behind")


class Behind(Struct, frozen=True):
    """An entry behind a line; what the party may not see of it is None."""

    member_id: int
    entry_id: int
    business_date: date
    kind: str
    points: int
    yen: int | None
    shop: str
    facility: str | None
    own: bool
    at: datetime | None
    till: str | None
    receipt_no: str | None
    slip: str | None


async def day_lines(
    conn: AsyncConnection, cycle_id: int, party_id: int | None = None
) -> dict[int, list[DayLine]] | None:
    """What each line comes to on each business date, by party: of one party, or of all in one pass;
    None where a month of the cycle was detached. The reader sees every lot and draw (auditor,
    worker); the party filter is the statement's."""
    cycle = await standing(conn, cycle_id)
    [detached] = await rows(conn, DETACHED, {})
    if detached["until_at"] is not None and cycle.since < detached["until_at"]:
        return None
    asked = {
        "cycle_id": cycle_id,
        "since": cycle.since,
        "until": until(cycle),
        "party_id": party_id,
        "late": LATE,
        "puts": PUTS,
    }
    told: dict[int, list[DayLine]] = {}
    for row in await rows(conn, DAILY, asked):
        told.setdefault(row["party_id"], []).append(
            DayLine(
                row["business_date"],
                row["code"],
                row["points"],
                row["entries"],
                row["original"] or UNSET,
                UNSET if row["memo"] else row["yen"],
            )
        )
    return told


async def behind(
    conn: AsyncConnection,
    cycle_id: int,
    party_id: int,
    line: tuple[int, int | None],
    *,
    wide: bool,
    most: int,
    before: int | None = None,
    on: date | None = None,
) -> list[Behind]:
    """The entries behind a line (its code, and the one an adjustment would have had in time),
    newest first, of one business date or all. The reader sees all; what the party may see, the
    statement decides."""
    code, original = line
    if code not in CATALOGUE or (code == LATE) != (original is not None):
        raise NotFound
    cycle = await standing(conn, cycle_id)
    asked = {
        "cycle_id": cycle_id,
        "since": cycle.since,
        "until": until(cycle),
        "party_id": party_id,
        "code": code if original is None else original,
        "late": original is not None,
        "wide": wide,
        "before": before,
        "on": on,
        "most": most,
        "puts": PUTS,
    }
    return [Behind(**row) for row in await rows(conn, BEHIND, asked)]


def until(cycle: Standing) -> datetime:
    """No entry of a cycle was booked after it was closed; one that is open has no end yet."""
    return cycle.closed_at or datetime.max.replace(tzinfo=UTC)


def agreed(told: Statement, days: Sequence[DayLine]) -> tuple[DayLine, ...]:
    """The days of a statement, once each line that has entries comes to what they come to."""
    summed = sums(days)
    broken = [
        f"{told.number} {line.code}: {summed.get((line.code, line.original or 0))}"
        for line in told.lines
        if line.entries and line.code != TOTAL
        and summed.get((line.code, line.original or 0))
        != (line.points, line.entries, 0 if line.yen is UNSET else line.yen)
    ]  # fmt: skip
    if broken:
        raise PromiseBroken(broken=broken)
    return tuple(days)


def sums(days: Iterable[DayLine]) -> dict[tuple[int, int], tuple[int, int, int]]:
    """Points, entries and yen of each line over all days: an entry has one business date."""
    points: Counter[tuple[int, int]] = Counter()
    entries: Counter[tuple[int, int]] = Counter()
    yen: Counter[tuple[int, int]] = Counter()
    for day in days:
        key = (day.code, day.original or 0)
        points[key] += day.points
        entries[key] += day.entries
        yen[key] += 0 if day.yen is UNSET else day.yen
    return {key: (points[key], entries[key], yen[key]) for key in points}
