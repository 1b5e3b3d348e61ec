"""締めの一覧と期の画面: every cycle with its states as steps, the nets, who owes whom, and the
buttons for what comes next."""

from typing import Any, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.finance import standing
from deploy.finance.shared import Now, Skip, Told, acted, done_in, leaf, names_of, own_path
from deploy.finance.sums import COLUMNS, matrix_sheet, net_rows, nets_sheet, picture
from deploy.pools import Pools
from federation.days import day_of
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement import close as closing_verb
from settlement.life import board
from settlement.life.confirm import confirm
from settlement.life.papers import stated
from settlement.netting import matrix
from settlement.paper.behind_api import cursor_of
from settlement.paper.daily import until
from settlement.reading import cycle_id_of, of_code
from settlement.reports.reports_api import sheet
from settlement.stages import Closing, flows, party_ids
from settlement.stages import standing as stage_of
from tenants.callers import Caller

CELL = statement(__file__, "cell")
A_PAGE = 24
MOST = 100
Measure = Literal["yen", "points"]


@get("/console/cycles", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_cycles(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    before: FromQuery[str | None] = None,
) -> Response[Any]:
    """Every cycle, how far it is, and who acts next by when. / 締めの一覧"""
    today = day_of(clock())
    number = None if before is None else cycle_id_of(before)
    found = await standing.every(auditor, today, number, A_PAGE + 1)
    return reception.page(
        request, "finance/cycles.html", session_of(request), found=found[:A_PAGE], today=today,
        before=before,
        older=found[A_PAGE - 1].shown.cycle if len(found) > A_PAGE else None,
    )  # fmt: skip


@get(
    "/console/cycles/{cycle_id:str}", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_cycle(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
    measure: FromQuery[Measure] = "yen",
    skip: FromQuery[Skip] = 0,
) -> Response[Any]:
    """One cycle: its steps, nets and matrix. / 期の画面"""
    return await cycle_page(request, reception, pools, clock, cycle_id, measure=measure, skip=skip)


async def cycle_page(
    request: Asked,
    reception: Reception,
    pools: Pools,
    clock: Now,
    cycle_id: str,
    *,
    measure: Measure = "yen",
    skip: int = 0,
    why: Told | None = None,
    status: int = 200,
) -> Response[Any]:
    """A cycle as it stands, and why a step was not taken."""
    number = cycle_id_of(cycle_id)
    async with pools.use("auditor") as conn:
        one = await standing.progress(conn, day_of(clock()), cycle_id)
        nets = net_rows(await stated(conn, number))
        parties = list(await party_ids(conn))
        cells = matrix(await flows(conn, number), parties) if nets else []
        taken = await board.steps(conn, number)
    return reception.page(
        request, "finance/cycle.html", session_of(request), status, one=one, cycle=cycle_id,
        nets=nets, leaf=leaf(nets, skip), columns=COLUMNS,
        most=max((abs(row.yen) for row in nets), default=0) or 1,
        picture=picture(cells, parties, measure), measure=measure, taken=taken,
        names=await names_of(reception, [step.who for step in taken]),
        done=done_in(request), why=why,
    )  # fmt: skip


@get(
    "/console/cycles/{cycle_id:str}/progress", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_progress(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """How far a running close is, for the page that waits for it. / 締めの進み"""
    one = await standing.progress(auditor, day_of(clock()), cycle_id)
    return reception.page(request, "finance/progress.html", session_of(request), one=one)


@get(
    "/console/cycles/{cycle_id:str}/nets.csv", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_nets(
    cycle_id: FromPath[str], auditor: NamedDependency[AsyncConnection]
) -> Response[bytes]:
    """The nets as a sheet. / 差引のCSV"""
    found = net_rows(await stated(auditor, cycle_id_of(cycle_id)))
    return sheet(nets_sheet(cycle_id, found), f"{cycle_id}-nets")


@get(
    "/console/cycles/{cycle_id:str}/matrix.csv", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_matrix(
    cycle_id: FromPath[str], auditor: NamedDependency[AsyncConnection]
) -> Response[bytes]:
    """The whole matrix as a sheet. / 相殺表のCSV"""
    found = await flows(auditor, cycle_id_of(cycle_id))
    cells = matrix(found, list(await party_ids(auditor)))
    return sheet(matrix_sheet(cycle_id, cells), f"{cycle_id}-matrix")


@get(
    "/console/cycles/{cycle_id:str}/cell", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_cell(
    request: Asked,
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    funder: FromQuery[str],
    tenant: FromQuery[str],
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """The entries behind one cell of the matrix. / セルの明細"""
    cycle = await stage_of(auditor, cycle_id_of(cycle_id))
    pair = [await of_code(auditor, code) for code in (funder, tenant) if code.isprintable()]
    if len(pair) != 2:
        raise NotFound
    asked = {
        "cycle_id": cycle.cycle_id, "since": cycle.since, "until": until(cycle),
        "funder_id": pair[0].party_id, "tenant_id": pair[1].party_id,
        "before": cursor_of(names, caller, after), "most": MOST + 1,
    }  # fmt: skip
    found = await rows(auditor, CELL, asked)
    older = None
    if len(found) > MOST:
        older = names.seal("cursor", caller.tenant_id, found[MOST - 1]["entry_id"])
    shown = [
        row | {"entry": names.seal("entry", row["member_id"], row["entry_id"])}
        for row in found[:MOST]
    ]
    return reception.page(
        request, "finance/cell.html", session_of(request), cycle=cycle_id, funder=funder,
        tenant=tenant, entries=shown, older=older,
    )  # fmt: skip


@post(
    "/console/cycles/{cycle_id:str}/close", requires="cycles:close", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_close(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Close a cycle and seal it. / 締め"""

    async def act(_: AsyncConnection, who: str) -> object:
        return await closing_verb.close(closing, cycle_id_of(cycle_id), who, clock())

    return await _step(request, reception, pools, clock, cycle_id, "close", act)


@post(
    "/console/cycles/{cycle_id:str}/confirm", requires="cycles:close", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_confirm(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Show a sealed cycle to its parties. / 速報の確定"""

    async def act(conn: AsyncConnection, who: str) -> object:
        return await confirm(conn, cycle_id_of(cycle_id), who, clock())

    return await _step(request, reception, pools, clock, cycle_id, "confirm", act)


async def _step(
    request: Asked, reception: Reception, pools: Pools, clock: Now, cycle_id: str, name: str,
    act: Any,
) -> Response[Any]:  # fmt: skip
    async def again(why: Told, status: int) -> Response[Any]:
        return await cycle_page(request, reception, pools, clock, cycle_id, why=why, status=status)

    return await acted(request, reception, pools, act, again, (own_path(cycle_id), name))


ROUTES: list[HTTPRouteHandler] = [
    get_cycles, get_cycle, get_progress, get_nets, get_matrix, get_cell, post_close, post_confirm,
]  # fmt: skip
