"""精算の照会: what a party, or the operator, may read of cycles, statements and flows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import TOKYO, months_until
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement import calendar
from settlement.lines import Cell, Party
from settlement.netting import LAPSING, Flow, matrix
from settlement.stages import party_ids
from tenants.callers import Caller

CYCLES = statement(__file__, "cycles")
WHOSE = statement(__file__, "whose")
STATEMENT = statement(__file__, "statement")
OWN_FLOWS = statement(__file__, "own_flows")
OWN_POINTS = statement(__file__, "own_points")
RUNNING = statement(__file__, "running")
RUNNING_FLOWS = statement(__file__, "running_flows")

LATEST = timedelta(days=32)
Points = Counter[tuple[str, bool]]  # by movement, at one's own shops or elsewhere


class CycleShown(Struct, frozen=True):
    """A cycle: its days, how far it is, and its seal once it has one."""

    cycle: str
    first_on: date
    last_on: date
    closes_on: date
    pays_on: date
    state: str
    closed_at: datetime | None
    sealed_at: datetime | None
    leaves: int | None
    previous: str | None
    root: str | None
    seal: str | None


class Honoured(Struct, frozen=True):
    """Points that crossed between a party and another, and the yen owed for them."""

    party: str
    points: int
    yen: int


class CycleFlows(Struct, frozen=True):
    """A party's row and column of one cycle's matrix: where its points were honoured, and whose
    points it honoured. `net_yen` is what it is owed (+) or owes (-)."""

    cycle: str
    running: bool
    row: tuple[Honoured, ...]
    column: tuple[Honoured, ...]
    issued_points: int
    net_yen: int


class FlowsShown(Struct, frozen=True):
    """What became of the points a party funds, ever, and its flows in each cycle of the
    last twelve months, newest first."""

    party: str
    issued_points: int
    recovered_points: int
    redeemed_here_points: int
    redeemed_elsewhere_points: int
    lapsed_points: int
    outstanding_points: int
    cycles: tuple[CycleFlows, ...]


class Own(Struct, frozen=True):
    """The party whose papers are read."""

    party_id: int
    code: str


def cycle_id_of(name: str) -> int:
    """The number of the cycle that a path names by its first day; NotFound for anything else."""
    try:
        first_on = date.fromisoformat(name)
    except ValueError:
        raise NotFound from None
    if name != first_on.isoformat():
        raise NotFound
    return calendar.number_of(first_on)


async def cycles(
    conn: AsyncConnection,
    today: date,
    *,
    most: int,
    cycle_id: int | None = None,
    before: int | None = None,
) -> list[CycleShown]:
    """Cycles that have begun, newest first."""
    asked = {"today": today, "most": most, "cycle_id": cycle_id, "before": before}
    return [shown(**row) for row in await rows(conn, CYCLES, asked)]


def shown(cycle_id: int, first_on: date, last_on: date, **rest: object) -> CycleShown:
    """A cycle with the days that the bank calendar gives it."""
    cycle = calendar.Cycle(first_on, last_on)
    return CycleShown(
        cycle=first_on.isoformat(),
        first_on=first_on,
        last_on=last_on,
        closes_on=calendar.closes_on(cycle),
        pays_on=calendar.pays_on(cycle),
        **rest,  # type: ignore[arg-type]  # the statement's columns
    )


async def cycle(conn: AsyncConnection, today: date, name: str) -> CycleShown:
    """One cycle that has begun."""
    found = await cycles(conn, today, most=1, cycle_id=cycle_id_of(name))
    if not found:
        raise NotFound
    return found[0]


async def whose(conn: AsyncConnection, caller: Caller, party: str | None) -> Own:
    """The caller itself, or the party that one who sees all has named; else there is none."""
    if party is not None and not party.isprintable():  # PostgreSQL has no text with a NUL in it
        raise NotFound
    found = await rows(conn, WHOSE, {"code": party, "party_id": caller.tenant_id})
    if not found or not (caller.wide or found[0]["party_id"] == caller.tenant_id):
        raise NotFound
    return Own(**found[0])


async def of_code(conn: AsyncConnection, code: str) -> Own:
    """The party of a code; NotFound if there is none."""
    found = await rows(conn, WHOSE, {"code": code, "party_id": None})
    if not found:
        raise NotFound
    return Own(**found[0])


async def statement_of(conn: AsyncConnection, own: Own, name: str) -> bytes:
    """A party's statement of a sealed cycle, byte for byte."""
    asked = {"cycle_id": cycle_id_of(name), "party_id": own.party_id}
    found = await rows(conn, STATEMENT, asked)
    if not found:
        raise NotFound
    body: str = found[0]["body"]
    return body.encode()


async def flows_of(
    reader: AsyncConnection, auditor: AsyncConnection, own: Own, today: date
) -> FlowsShown:
    """A party's flows. Lots and the journal belong to nobody who reads here, so that the running
    cycles are added up by the auditor, for this party alone; all else its own eyes see."""
    parties = list(await party_ids(reader))
    a_year = {"party_id": own.party_id, "since": months_until(today, 12)}
    summed = await rows(reader, OWN_FLOWS, a_year)
    still = await running(reader, auditor, own, today)
    by_cycle: dict[int, list[Flow]] = {
        cycle_id: flows for cycle_id, flows in still.items() if flows
    }
    for row in summed:
        by_cycle.setdefault(row.pop("cycle_id"), []).append(Flow(**row))
    known = [
        cycle_flows(own.code, cycle_id, cycle_id in still, by_cycle[cycle_id], parties)
        for cycle_id in sorted(by_cycle, reverse=True)
    ]
    points = await points_by_cycle(reader, own, still)
    became = Became.of(sum(points.values(), Points()))
    return FlowsShown(
        own.code,
        became.issued,
        became.recovered,
        became.here,
        became.elsewhere,
        became.lapsed,
        became.outstanding,
        tuple(known),
    )


async def running(
    reader: AsyncConnection, auditor: AsyncConnection, own: Own, today: date
) -> dict[int, list[Flow]]:
    """A party's flows in the cycles that are not summed yet."""
    begun = await rows(reader, RUNNING, {"today": today})
    found: dict[int, list[Flow]] = {row["cycle_id"]: [] for row in begun}
    asked = {
        "party_id": own.party_id,
        "cycles": list(found),
        "since": _before(row["first_on"] for row in begun),
    }
    for row in await rows(auditor, RUNNING_FLOWS, asked):
        found[row.pop("cycle_id")].append(Flow(**row))
    return found


async def points_by_cycle(
    reader: AsyncConnection, own: Own, still: Mapping[int, Iterable[Flow]]
) -> dict[int, Points]:
    """What became of a party's points in every cycle there ever was; coupons are none."""
    found: defaultdict[int, Points] = defaultdict(Points)
    for row in await rows(reader, OWN_POINTS, {"party_id": own.party_id}):
        found[row["cycle_id"]][row["movement"], row["here"]] += row["points"]
    for cycle_id, flows in still.items():
        for one in flows:
            if one.funder == own.code and one.kind != "coupon":
                found[cycle_id][one.movement, one.tenant == own.code] += one.points
    return dict(found)


class Became(Struct, frozen=True):
    """What became of a party's points, and what is left of them."""

    issued: int
    recovered: int
    here: int
    elsewhere: int
    lapsed: int
    outstanding: int

    @classmethod
    def of(cls, points: Points) -> "Became":
        """By movement, at one's own shops or elsewhere."""
        issued, recovered, *lapses = (
            points[movement, True] + points[movement, False]
            for movement in ("granted", "recovered", *LAPSING.values())
        )
        lapsed = sum(lapses)
        here, elsewhere = (points["used", own] - points["restored", own] for own in (True, False))
        left = issued - recovered - here - elsewhere - lapsed
        return cls(issued, recovered, here, elsewhere, lapsed, left)


def cycle_flows(
    party: str, cycle_id: int, running: bool, flows: list[Flow], parties: list[Party]
) -> CycleFlows:
    """One cycle's row and column, with those whose points and yen stand in them."""
    cells = matrix(flows, parties)
    row = [cell for cell in cells if cell.funder == party]
    column = [cell for cell in cells if cell.tenant == party]
    granted = (
        one.points
        for one in flows
        if one.movement == "granted" and one.funder == party and one.kind != "coupon"
    )
    return CycleFlows(
        cycle=calendar.name_of(cycle_id),
        running=running,
        row=tuple(Honoured(cell.tenant, cell.points, cell.yen) for cell in row),
        column=tuple(Honoured(cell.funder, cell.points, cell.yen) for cell in column),
        issued_points=sum(granted),
        net_yen=_yen(column) - _yen(row),
    )


def _yen(cells: Iterable[Cell]) -> int:
    return sum(cell.yen for cell in cells)


def _before(days: Iterable[date]) -> datetime:
    """Before anything of these cycles can have been booked, lines of 31 days' lateness included."""
    first_on = min(days, default=date.max)
    return datetime.combine(first_on, time(0), TOKYO) - LATEST
