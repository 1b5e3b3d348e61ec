"""一括訂正の画面: what a campaign gave too much is worked out, agreed to by another person, booked,
and undone the same way."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.registers import forms
from deploy.registers.campaign_pages import because
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import Refusal, Validation
from tenants.callers import Caller
from tenants.campaigns import corrections_api as api
from tenants.campaigns import lives
from tenants.campaigns.campaigns_api import Why
from tenants.campaigns.correcting import NewRun
from tenants.mall import Mall
from tenants.showing import Show

LIST = "/console/corrections"
RUNS = "SELECT run FROM tenants.correction_runs ORDER BY proposed_at DESC LIMIT 100"
FIELDS = ("run", "campaign", "from_on", "to_on", "multiplier", "cap_points_per_receipt",
          "shortage", "reason")  # fmt: skip
STATES = {
    "counting": ("計算中", "being worked out"), "proposed": ("承認待ち", "waits for approval"),
    "rejected": ("却下", "rejected"), "approved": ("承認済み・計上中", "approved, being booked"),
    "booked": ("計上済み", "booked"), "undo-proposed": ("取消の承認待ち", "undoing waits"),
    "undo-approved": ("取消の計上中", "being undone"), "undone": ("取消済み", "undone"),
}  # fmt: skip


@get(LIST, requires="points:adjust", page=True, include_in_schema=False)
async def get_list(
    request: Asked,
    worker: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
    campaign: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Every correction, and one to propose. / 一括訂正"""
    told = {"campaign": campaign or "", "multiplier": "1", "shortage": "WAIVE"}
    return await listed(request, worker, show, told)


async def listed(
    request: Asked,
    conn: AsyncConnection,
    show: Show,
    told: dict[str, str],
    why: Refusal | None = None,
) -> Response[bytes]:
    """The list with what was written so far."""
    runs = await (await conn.execute(RUNS)).fetchall()
    found = [await api.get_run.fn(run, conn) for (run,) in runs]
    gave = [one for one in await lives.told(conn) if one.state in lives.EVERYWHERE]
    shown = show(
        request, "registers/corrections.html", runs=found, told=told, campaigns=gave,
        states=STATES, **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


@post(
    LIST, requires="points:adjust", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_new(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Work a correction out; nothing is booked. / 訂正案"""
    told = await reception.form(request, session_of(request))
    try:
        asked = forms.struct_of(NewRun, {name: told.get(name, "").strip() for name in FIELDS})
        await api.post_run.fn(asked, caller, clerk, clock)
    except Refusal as why:
        return await listed(request, clerk, show, told, why)
    return forms.onward(request, f"{LIST}/{asked.run}", "proposed")


@get(f"{LIST}/{{run:str}}", requires="points:adjust", page=True, include_in_schema=False)
async def get_one(
    request: Asked,
    run: FromPath[str],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """A correction by funder and by member, and what may be done. / 訂正"""
    found = await api.get_run.fn(run, auditor)
    page = await api.get_members.fn(run, auditor, caller, names, after, 50)
    who = {one for one in (found.proposed_by, found.approved_by, found.undo_proposed_by,
                           found.undo_approved_by) if one}  # fmt: skip
    return show(
        request, "registers/correction.html", one=found, members=page.members, next=page.next,
        states=STATES, own=caller.client_id, names=await forms.names_of(auditor, who),
        **forms.said(request),
    )  # fmt: skip


@post(
    f"{LIST}/{{run:str}}", requires="points:adjust", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_step(
    request: Asked,
    run: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    desk: NamedDependency[Desk],
    mall: NamedDependency[Mall],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Approve, reject, book the next hundred, ask to undo. / 承認・却下・計上・取消申請"""
    told = await reception.form(request, session_of(request))
    does = told.get("do", "")
    try:
        if does == "book":
            await api.post_run_booking.fn(run, clerk, desk, mall, clock)
            return forms.onward(request, f"{LIST}/{run}", "ran")
        async with clerk.transaction():
            match does:
                case "approve":
                    await api.post_run_approval.fn(run, caller, clerk, clock)
                case "reject":
                    await api.post_run_rejection.fn(run, caller, clerk, clock)
                case "undo":
                    why = forms.struct_of(Why, because(told))
                    await api.post_run_undoing.fn(run, why, caller, clerk, clock)
                case _:
                    raise Validation(pointer="/do")
    except Refusal as refused:
        return forms.onward(request, f"{LIST}/{run}", "", refused)
    done = {"approve": "approved", "reject": "rejected", "undo": "proposed"}[does]
    return forms.onward(request, f"{LIST}/{run}", done)


ROUTES: list[HTTPRouteHandler] = [get_list, post_new, get_one, post_step]
