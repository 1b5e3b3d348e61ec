"""締め前の内訳: what a cycle that runs leaves with a tenant: counterpart by counterpart what points
owe, and its fees and tax line by line."""

from datetime import date
from typing import Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked
from deploy.behind import MOST, MOST_ON_A_SHEET, Behind, Cell, Head, Skip, number, opened, saved
from deploy.behind import words as said
from deploy.finance.shared import Now, own_path
from deploy.finance.statement_pages import whose
from federation.days import day_of
from settlement import calendar, reading
from settlement.exposure.caps import running_charges
from settlement.exposure.levels import TOLD
from settlement.reading import Own
from settlement.stages import party_ids
from settlement.statement import CATALOGUE
from tenants.showing import Show

PATH = "/console/exposure/{party:str}/running"
Which = Literal["running", "fees"]
YEN = Head("円", "Yen", number=True, part=True)
POINTS_HEADS = (
    Head("相手", "With"), Head("どちら", "Which way"), Head("ポイント", "Points", number=True), YEN,
)  # fmt: skip
FEE_HEADS = (Head("科目", "Line"), Head("ポイント", "Points", number=True), YEN)
OWED, OWES = ("受け取る", "to receive"), ("負担する", "to bear")
Auditor = NamedDependency[AsyncConnection]


async def left(
    auditor: AsyncConnection, clock: Now, party: str, cycle: date, which: Which,
    *, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """One part of a tenant's exposure: owed to it (+), or by it (-)."""
    own, today = await whose(auditor, party), day_of(clock())
    if which == "fees":
        heads: tuple[Head, ...] = FEE_HEADS
        lines: list[tuple[Cell, ...]] = [
            (said(*(f"{one.code} {name}" for name in CATALOGUE[one.code])), number(one.points),
             number(one.yen or 0))
            for one in await running_charges(auditor, (own.party_id, own.code), today, cycle)
        ]  # fmt: skip
    else:
        heads, lines = POINTS_HEADS, await with_others(auditor, own, today, cycle)
    ja, en = TOLD[which]
    return Behind(
        PATH.replace("{party:str}", party), {"cycle": str(cycle), "part": which},
        (f"{party} · {ja}", f"{party}: {en}"),
        (f"{cycle} の期、いままで。▲は負担。", f"Cycle {cycle}, so far; ▲ is borne."),
        ("円", "yen"),
        sum(int(line[-1].ja) for line in lines), heads, lines[skip : skip + most], skip, len(lines),
    )  # fmt: skip


async def with_others(
    auditor: AsyncConnection, own: Own, today: date, cycle: date
) -> list[tuple[Cell, ...]]:
    """Each counterpart, on either side; points lead to the entries of their cell."""
    cycle_id = calendar.number_of(cycle)
    flows = (await reading.running(auditor, auditor, own, today)).get(cycle_id, [])
    parties = list(await party_ids(auditor))
    found = reading.cycle_flows(own.code, cycle_id, True, flows, parties)
    lines: list[tuple[Cell, ...]] = []
    for way, cells, sign in ((OWED, found.column, 1), (OWES, found.row, -1)):
        for one in cells:
            funder, tenant = (one.party, own.code) if sign > 0 else (own.code, one.party)
            pair = urlencode({"funder": funder, "tenant": tenant})
            path = f"{own_path(str(cycle), 'cell')}?{pair}" if one.points else None
            cells_ = said(one.party), said(*way), number(one.points, path), number(sign * one.yen)
            lines.append(cells_)
    return lines


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_running(
    request: Asked, party: FromPath[str], auditor: Auditor, clock: NamedDependency[Now],
    show: NamedDependency[Show], cycle: FromQuery[date], part: FromQuery[Which] = "running",
    skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """What a cycle that runs leaves with a tenant. / 締め前の内訳"""
    return opened(request, show, await left(auditor, clock, party, cycle, part, skip=skip))


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_running_csv(
    party: FromPath[str], auditor: Auditor, clock: NamedDependency[Now], cycle: FromQuery[date],
    part: FromQuery[Which] = "running",
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 締め前の内訳のCSV"""
    found = await left(auditor, clock, party, cycle, part, most=MOST_ON_A_SHEET)
    return saved(found, f"{part}-{cycle}")


ROUTES: list[HTTPRouteHandler] = [get_running, get_running_csv]
