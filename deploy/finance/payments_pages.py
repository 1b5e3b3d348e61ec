"""支払と承認の画面: what an approval binds, who prepared it, what differs from the last; the files,
and what the bank says of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.finance import binding, files, standing
from deploy.finance.shared import (
    Now,
    Skip,
    Told,
    acted,
    done_in,
    hands,
    leaf,
    names_of,
    on_to,
    own_path,
    told_of,
)
from deploy.finance.uploads import MOST_BYTES_OF_UPLOAD, uploaded
from deploy.pools import Pools
from federation.days import day_of
from federation.refusals import NotFound, Refusal, Validation
from settlement.bank import ageing
from settlement.bank.routing import WHY
from settlement.life import board, finance, results, send
from settlement.life.papers import life
from settlement.reading import cycle_id_of
from settlement.reports.reports_api import sheet
from tenants.scanning import Scan

PATH = "/console/cycles/{cycle_id:str}"
Act = Callable[[AsyncConnection, str, dict[str, str]], Awaitable[object]]


@get(f"{PATH}/payments", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_payments_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
    skip: FromQuery[Skip] = 0,
) -> Response[Any]:
    """What is paid of a cycle, what is approved, and what left. / 支払と承認"""
    return await payments_page(request, reception, pools, clock, cycle_id, skip=skip)


async def payments_page(
    request: Asked,
    reception: Reception,
    pools: Pools,
    clock: Now,
    cycle_id: str,
    *,
    skip: int = 0,
    why: Told | None = None,
    status: int = 200,
) -> Response[Any]:
    """The payments as they stand, and why a step was not taken."""
    session, number = session_of(request), cycle_id_of(cycle_id)
    async with pools.use("worker") as conn:
        one = await standing.progress(conn, day_of(clock()), cycle_id)
        bound = await binding.bound(conn, one.of)
        since = await binding.since_last(conn, one.of, bound.payments) if bound else None
        paid = await board.paid(conn, number)
        hands_on = await finance.preparers(conn, number)
        made = await files.of_plans(conn, one.of)
    mine = session.person in hands_on or session.person in (one.of.prepared_by, one.of.closed_by)
    proves = {
        name: session.proves(f"POST {own_path(cycle_id, name)}", reception.now())
        for name in ("approve", "send", "results")
    }
    return reception.page(
        request, "finance/payments.html", session, status, cycle=cycle_id, one=one, bound=bound,
        since=since, payments_of=paid, leaf=leaf(paid, skip), why_told=WHY, files=made,
        kinds=files.kinds(made), mine=mine,
        proves=proves,
        by_hand=any(not who.startswith(finance.MACHINE) for who in hands_on),
        names=await names_of(reception, [*hands(one.of), *hands_on,
                                         since.approved_by if since else None]),
        done=done_in(request), why=why,
    )  # fmt: skip


@get(f"{PATH}/payments.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_payments_csv(
    cycle_id: FromPath[str], auditor: NamedDependency[AsyncConnection]
) -> Response[bytes]:
    """The payments as a sheet. / 支払のCSV"""
    found = await board.paid(auditor, cycle_id_of(cycle_id))
    return sheet(binding.payments_sheet(cycle_id, found), f"{cycle_id}-payments")


@get(f"{PATH}/files/{{plan:int}}/{{kind:str}}", requires="settlement:send", page=True,
     include_in_schema=False)  # fmt: skip
async def get_file(
    cycle_id: FromPath[str],
    plan: FromPath[int],
    kind: FromPath[str],
    worker: NamedDependency[AsyncConnection],
) -> Response[bytes]:
    """A file for the bank, once it was approved and released. / 銀行ファイルの保存"""
    return await files.download(worker, await life(worker, cycle_id_of(cycle_id)), plan, kind)


@post(f"{PATH}/prepare", requires="settlement:prepare", page=True, status_code=200,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_prepare_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Prepare the payments, as a person who answers for them. / 支払案の作成"""

    async def act(conn: AsyncConnection, who: str, told: dict[str, str]) -> object:
        return await finance.prepare(conn, cycle_id_of(cycle_id), who, reason_in(told), clock())

    return await _step(request, reception, pools, clock, cycle_id, "prepare", act)


@post(f"{PATH}/approve", requires="settlement:approve", page=True, status_code=200, step_up=True,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_approve_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Approve the plan that was shown, byte for byte. / 支払案の承認"""

    async def act(conn: AsyncConnection, who: str, told: dict[str, str]) -> object:
        sha256, number = told.get("sha256", ""), cycle_id_of(cycle_id)
        return await finance.approve_as_shown(conn, number, who, sha256, clock())

    return await _step(request, reception, pools, clock, cycle_id, "approve", act)


@post(f"{PATH}/send", requires="settlement:send", page=True, status_code=200, step_up=True,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_send_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Release the approved files that the bank takes now. / 銀行ファイルの送信"""

    async def act(conn: AsyncConnection, who: str, _: dict[str, str]) -> object:
        return await send.send(conn, cycle_id_of(cycle_id), who, clock())

    return await _step(request, reception, pools, clock, cycle_id, "send", act)


@post(f"{PATH}/again", requires="settlement:prepare", page=True, status_code=200,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_again_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Prepare what came back to be sent again. / 送り直し"""

    async def act(conn: AsyncConnection, who: str, told: dict[str, str]) -> object:
        return await send.send_again(conn, cycle_id_of(cycle_id), who, reason_in(told), clock())

    return await _step(request, reception, pools, clock, cycle_id, "again", act)


@post(f"{PATH}/carry", requires="settlement:prepare", page=True, status_code=200,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_carry_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Carry what is left of a payment over to the next cycle. / 繰越"""

    async def act(conn: AsyncConnection, who: str, told: dict[str, str]) -> object:
        reference = told.get("reference", "")
        if not reference.startswith(f"{cycle_id_of(cycle_id)}-"):
            raise NotFound
        return await send.carry(conn, reference, who, clock())

    return await _step(request, reception, pools, clock, cycle_id, "carry", act)


async def _step(
    request: Asked, reception: Reception, pools: Pools, clock: Now, cycle_id: str, name: str,
    act: Act,
) -> Response[Any]:  # fmt: skip
    session = session_of(request)
    told = await reception.form(request, session)

    async def done(conn: AsyncConnection, who: str) -> object:
        return await act(conn, who, told)

    async def again(why: Told, status: int) -> Response[Any]:
        return await payments_page(
            request, reception, pools, clock, cycle_id, why=why, status=status
        )

    return await acted(
        request, reception, pools, done, again, (own_path(cycle_id, "payments"), name)
    )


@post(f"{PATH}/results", requires="settlement:results", page=True, status_code=200, step_up=True,
      request_max_body_size=MOST_BYTES_OF_UPLOAD, include_in_schema=False)  # fmt: skip
async def post_results_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
    scan: NamedDependency[Scan],
) -> Response[Any]:
    """Take in a file of the bank's. / 銀行の結果の取込"""
    session = session_of(request)
    try:
        told, content = await uploaded(request, reception, session)
        file, number = await scan(content), cycle_id_of(cycle_id)
        async with pools.bare("worker") as conn:
            if told.get("kind") == "statement":
                await results.take_statement(conn, file, session.person, clock())
            else:
                await results.take_results(conn, number, file, session.person, clock())
    except Refusal as why:
        return await payments_page(
            request, reception, pools, clock, cycle_id, why=told_of(why), status=why.status
        )
    return on_to(request, own_path(cycle_id, "payments"), "results")


@get("/console/overdue", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_overdue_page(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What is overdue by age, and whom to remind. / 滞留・督促"""
    found = await results.open_amounts(auditor, day_of(clock()))
    return reception.page(
        request, "finance/overdue.html", session_of(request), found=found,
        ages=ageing.by_age(found), reminders=ageing.reminders(found), words=ageing.TOLD,
        today=day_of(clock()),
    )  # fmt: skip


@get("/console/overdue.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_overdue_csv(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Response[bytes]:
    """The same as a sheet. / 滞留のCSV"""
    found = await results.open_amounts(auditor, day_of(clock()))
    return sheet(binding.overdue_sheet(found), "overdue")


def reason_in(told: dict[str, str]) -> str:
    """Why, as a form says it; a reason is asked for."""
    reason = told.get("reason", "").strip()
    if not 1 <= len(reason) <= 1000 or not reason.isprintable():
        raise Validation(pointer="/reason")
    return reason


ROUTES: list[HTTPRouteHandler] = [
    get_payments_page, get_payments_csv, get_file, post_prepare_page, post_approve_page,
    post_send_page, post_again_page, post_carry_page, post_results_page, get_overdue_page,
    get_overdue_csv,
]  # fmt: skip
