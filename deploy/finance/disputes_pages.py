"""異議の画面: what is disputed, what is held for it on which side, until when, and the decision."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.finance.shared import Now, Told, acted, done_in
from deploy.pools import Pools
from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound, Validation
from settlement.life import board, disputes
from settlement.life.board import ADJUSTMENTS, Beside
from settlement.life.disputes import Decision, Dispute
from settlement.reading import cycle_id_of
from settlement.statement import CATALOGUE

DISPUTES = "/console/disputes"


@get(DISPUTES, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_disputes_page(
    request: Asked,
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Every dispute, those that wait for a decision first. / 異議の一覧"""
    return await disputes_page(request, reception, pools, clock)


@get(
    "/console/cycles/{cycle_id:str}/disputes", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_cycle_disputes_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The disputes of one cycle. / 期の異議"""
    return await disputes_page(request, reception, pools, clock, cycle_id)


async def disputes_page(
    request: Asked,
    reception: Reception,
    pools: Pools,
    clock: Now,
    cycle_id: str | None = None,
    *,
    why: Told | None = None,
    status: int = 200,
) -> Response[Any]:
    """Disputes as they stand, and why one was not decided."""
    number = None if cycle_id is None else cycle_id_of(cycle_id)
    async with pools.use("auditor") as conn:
        every = await disputes.disputes(conn, cycle_id=number)
        held = await held_of(conn, every)
    waits = [one for one in every if one.state == "open"]
    return reception.page(
        request, "finance/disputes.html", session_of(request), status, cycle=cycle_id,
        waits=sorted(waits, key=lambda one: one.deadline_on), held=held,
        decided=[one for one in every if one.state != "open"], catalogue=CATALOGUE,
        today=day_of(clock()), done=done_in(request), why=why,
    )  # fmt: skip


async def held_of(conn: AsyncConnection, found: list[Dispute]) -> dict[str, list[Beside]]:
    """What each open dispute holds back, on all its sides."""
    told: dict[str, list[Beside]] = {}
    for cycle in sorted({one.cycle for one in found if one.state == "open"}):
        asked = {"cycle_id": cycle_id_of(cycle.isoformat()), "party_id": None}
        for row in await rows(conn, ADJUSTMENTS, asked):
            if row["kind"] == "held" and row["dispute_id"]:
                beside = msgspec.structs.replace(board.shown(row), of_party=row["party"])
                told.setdefault(row["dispute_id"], []).append(beside)
    return told


@post(f"{DISPUTES}/{{dispute:str}}/decision", requires="disputes:decide", page=True,
      status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_decision_page(
    request: Asked,
    dispute: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Decide a dispute. / 異議の裁定"""
    if not dispute.isprintable():
        raise NotFound
    decision = decision_in(await reception.form(request, session_of(request)))

    async def act(conn: AsyncConnection, who: str) -> object:
        return await disputes.decide(conn, dispute, decision, who, clock())

    async def again(why: Told, status: int) -> Response[Any]:
        return await disputes_page(request, reception, pools, clock, why=why, status=status)

    return await acted(request, reception, pools, act, again, (DISPUTES, "decide"))


def decision_in(told: dict[str, str]) -> Decision:
    """A decision as its form says it; by default all of the line that is disputed."""
    given = told.get("adjusted_yen", "").strip().replace(",", "")
    try:
        adjusted = int(given) if given and told.get("outcome") == "upheld" else None
    except ValueError:
        raise Validation(pointer="/adjusted_yen") from None
    asked = {
        "outcome": told.get("outcome"), "reason": told.get("reason", "").strip(),
        "adjusted_yen": adjusted,
    }  # fmt: skip
    try:
        return msgspec.convert(asked, Decision)
    except msgspec.ValidationError:
        raise Validation(pointer="/reason") from None


ROUTES: list[HTTPRouteHandler] = [
    get_disputes_page, get_cycle_disputes_page, post_decision_page,
]  # fmt: skip
