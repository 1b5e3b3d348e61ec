"""テナントの入口: the cycle to date, whose points one honoured and where one's own were used."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from msgspec.structs import replace
from psycopg import AsyncConnection

from deploy.portal.usage import Usage, months, used
from federation.days import day_of
from federation.refusals import NotFound
from settlement import reading
from settlement.exposure import caps
from settlement.exposure.levels import TOLD
from settlement.life.accepting import statements
from settlement.reading import CycleFlows, FlowsShown, Honoured
from settlement.reports.reports_api import sheet
from settlement.sheet import as_csv, safe
from settlement.stages import party_ids
from tenants.callers import Caller
from tenants.showing import Show

Now = Callable[[], datetime]
Asked = Request[Any, Any, Any]
READ: dict[str, Any] = {
    "requires": "portal:read",
    "page": True,
    "placed": True,
    "include_in_schema": False,
}
NEWEST = 6


class Row(Struct, frozen=True):
    """A counterpart's cells, one for each cycle that is shown, in yen."""

    party: str
    yen: tuple[int, ...]
    points: tuple[int, ...]


class Matrix(Struct, frozen=True):
    """One side of a tenant's flows: who stands there, cycle by cycle, the newest first."""

    cycles: tuple[CycleFlows, ...]
    rows: tuple[Row, ...]

    @property
    def most(self) -> int:
        """The largest cell, which the others are shaded by."""
        return max((yen for row in self.rows for yen in row.yen), default=0) or 1

    def all_yen(self, place: int) -> int:
        """What a cycle comes to."""
        return sum(row.yen[place] for row in self.rows)


def honoured(cycles: Sequence[CycleFlows]) -> Matrix:
    """Whose points the tenant honoured."""
    return matrix(cycles, [one.column for one in cycles])


def used_elsewhere(cycles: Sequence[CycleFlows]) -> Matrix:
    """Where the tenant's points were honoured."""
    return matrix(cycles, [one.row for one in cycles])


def matrix(cycles: Sequence[CycleFlows], cells: Sequence[Sequence[Honoured]]) -> Matrix:
    """Counterparts by cycles; whoever weighs most stands first."""
    parties = {cell.party for column in cells for cell in column}
    found = []
    for party in parties:
        own = [next((cell for cell in column if cell.party == party), None) for column in cells]
        found.append(
            Row(
                party,
                tuple(cell.yen if cell else 0 for cell in own),
                tuple(cell.points if cell else 0 for cell in own),
            )
        )
    found.sort(key=lambda row: (-sum(map(abs, row.yen)), row.party))
    return Matrix(tuple(cycles), tuple(found))


def to_date(flows: FlowsShown, cycle: str) -> CycleFlows:
    """The cycle that runs; empty where nothing has happened in it."""
    known = (between(one, flows.party) for one in flows.cycles if one.cycle == cycle)
    return next(known, CycleFlows(cycle, True, (), (), 0, 0))


def between(cycle: CycleFlows, own: str) -> CycleFlows:
    """A cycle without what a party's own points did at its own shops: nobody owes that to anybody,
    and the net is the same."""
    row = tuple(cell for cell in cycle.row if cell.party != own)
    column = tuple(cell for cell in cycle.column if cell.party != own)
    return replace(cycle, row=row, column=column)


@get("/portal", **READ)
async def get_home(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """The cycle to date, its net so far, and how near the cap one stands. / テナントの入口"""
    today = day_of(clock())
    own = await reading.whose(reader, caller, None)
    [cycle] = await reading.cycles(reader, today, most=1)
    flows = await reading.flows_of(reader, auditor, own, today)
    account = await caps.account(auditor, (own.party_id, own.code), today)
    return show(
        request, "portal/home.html", own=own, cycle=cycle, flows=flows,
        now=to_date(flows, cycle.cycle), exposure=account.exposure, parts=TOLD,
        names=await names_of(reader),
        statements=await statements(reader, own, most=3),
    )  # fmt: skip


@get("/portal/flows", **READ)
async def get_flows(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Whose points were honoured here, and where one's own were used, by cycle. / 送客"""
    own = await reading.whose(reader, caller, None)
    flows = await reading.flows_of(reader, auditor, own, day_of(clock()))
    newest = [between(one, own.code) for one in flows.cycles[:NEWEST]]
    return show(
        request, "portal/flows.html", own=own, flows=flows, names=await names_of(reader),
        honoured=honoured(newest), elsewhere=used_elsewhere(newest),
    )  # fmt: skip


@get("/portal/flows.csv", **READ)
async def get_flows_csv(
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """The same as a sheet, every cycle of a year, with what stayed at home. / 送客のCSV"""
    own = await reading.whose(reader, caller, None)
    flows = await reading.flows_of(reader, auditor, own, day_of(clock()))
    told: list[Sequence[str | int]] = []
    for one in flows.cycles:
        told += [(one.cycle, "受入", safe(to.party), to.points, to.yen) for to in one.column]
        told += [(one.cycle, "他社利用", safe(to.party), to.points, to.yen) for to in one.row]
    return sheet(as_csv(("期", "区分", "相手", "ポイント", "円"), told), "flows")


@get("/portal/usage", **READ)
async def get_usage(
    request: Asked,
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    show: NamedDependency[Show],
    month: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Terminals, members and calls of a month, day by day. / 利用量"""
    known = months(day_of(clock()))
    usage = await asked_for(reader, month, known)
    return show(request, "portal/usage.html", usage=usage, months=known)


@get("/portal/usage.csv", **READ)
async def get_usage_csv(
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    month: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The same as a sheet. / 利用量のCSV"""
    usage = await asked_for(reader, month, months(day_of(clock())))
    head = ("日", "呼出", "拒否", "会員", "端末")
    told = [(str(one.on), one.calls, one.refused, one.members, one.tills) for one in usage.days]
    return sheet(as_csv(head, told), f"usage-{usage.month}")


async def asked_for(conn: AsyncConnection, month: str | None, known: Sequence[str]) -> Usage:
    """The usage of a month that is shown; by default this one's."""
    if month is not None and month not in known:
        raise NotFound
    return await used(conn, month or known[0])


async def names_of(conn: AsyncConnection) -> dict[str, tuple[str, str]]:
    """What the parties are called, in both languages, by their codes."""
    return {one.party: (one.name, one.name_en) for one in await party_ids(conn)}


ROUTES: list[HTTPRouteHandler] = [get_home, get_flows, get_flows_csv, get_usage, get_usage_csv]
