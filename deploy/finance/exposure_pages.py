"""与信枠と預託金の画面: what one tenant's exposure is made of; a cap or a movement of its deposit
is proposed by one person and approved by another."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, confirmed, session_of
from deploy.finance.books_pages import LEVELS
from deploy.finance.shared import Now, Told, acted, done_in, names_of
from deploy.pools import Pools
from federation.days import day_of
from federation.refusals import NotFound, Validation
from settlement.exposure import caps, proposing
from settlement.exposure.levels import TOLD
from settlement.exposure.proposing import Decided
from settlement.reading import of_code
from settlement.stages import party_ids

PATH = "/console/exposure/{party:str}"
ONE = f"{PATH}/proposals/{{proposal:int}}"
Number = Annotated[int, Meta(ge=1, le=2**62)]
STATES = {"proposed": ("承認待ち", "waits for approval"), "approved": ("承認", "approved"),
          "rejected": ("却下", "rejected"), "withdrawn": ("取下げ", "withdrawn")}  # fmt: skip
SIGNS = {"in": 1, "back": -1}
FIELDS = ("kind", "on_day", "reason")
FIGURES = ("warning_yen", "refusal_yen", "yen")


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_account_page(
    request: Asked,
    party: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What one tenant's exposure is made of, its caps and its deposit. / 与信の内訳"""
    return await account_page(request, reception, pools, clock, party)


async def account_page(
    request: Asked,
    reception: Reception,
    pools: Pools,
    clock: Now,
    party: str,
    *,
    told: dict[str, str] | None = None,
    why: Told | None = None,
    status: int = 200,
) -> Response[Any]:
    """A tenant's account as it stands, what was written so far, and why it was not done."""
    if not party.isprintable():
        raise NotFound
    session, today = session_of(request), day_of(clock())
    async with pools.use("auditor") as conn:
        own = await of_code(conn, party)
        account = await caps.account(conn, (own.party_id, own.code), today)
        found = await proposing.proposals(conn, own.code)
        tenants = {one.party for one in await party_ids(conn) if one.kind == "tenant"}
    ways = ["propose", *(f"proposals/{one.proposal_id}/approve" for one in found)]
    proves = {
        way: session.proves(f"POST /console/exposure/{party}/{way}", reception.now())
        for way in ways
    }
    whose = [who for one in found for who in (one.proposed_by, one.decided_by)]
    return reception.page(
        request, "finance/account.html", session, status, account=account, words=TOLD,
        levels=LEVELS, proposals=found, states=STATES, proves=proves, today=today,
        capable=own.code in tenants, told=told or {}, names=await names_of(reception, whose),
        done=done_in(request), why=why,
    )  # fmt: skip


@post(f"{PATH}/propose", requires="settlement:prepare", page=True, status_code=200, step_up=True,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_propose(
    request: Asked,
    party: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Propose a cap or a movement of the deposit. / 与信枠・預託金の申請"""
    told = await reception.form(request, session_of(request))

    async def act(conn: AsyncConnection, who: str) -> object:
        return await proposing.propose(conn, party, asked_in(told), who, clock())

    async def again(why: Told, status: int) -> Response[Any]:
        return await account_page(
            request, reception, pools, clock, party, told=told, why=why, status=status
        )

    return await acted(request, reception, pools, act, again, (own_path(party), "proposed"))


@post(f"{ONE}/approve", requires="settlement:approve", page=True, status_code=200, step_up=True,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_approve(
    request: Asked,
    party: FromPath[str],
    proposal: FromPath[Number],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Approve what another proposed: it holds from then on. / 申請の承認"""
    return await _decide(request, reception, pools, clock, party, proposal, "approved")


@post(f"{ONE}/reject", requires="settlement:approve", page=True, status_code=200,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_reject(
    request: Asked,
    party: FromPath[str],
    proposal: FromPath[Number],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Reject what another proposed. / 申請の却下"""
    return await _decide(request, reception, pools, clock, party, proposal, "rejected")


@post(f"{ONE}/withdraw", requires="settlement:prepare", page=True, status_code=200,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_withdraw(
    request: Asked,
    party: FromPath[str],
    proposal: FromPath[Number],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Take back what one proposed oneself. / 申請の取下げ"""
    return await _decide(request, reception, pools, clock, party, proposal, "withdrawn")


async def _decide(
    request: Asked, reception: Reception, pools: Pools, clock: Now, party: str, number: int,
    state: Decided,
) -> Response[Any]:  # fmt: skip
    told = await reception.form(request, session_of(request))

    async def act(conn: AsyncConnection, who: str) -> object:
        if state == "approved":
            confirmed(told, party)
        return await proposing.decide(conn, party, number, state, who, clock())

    async def again(why: Told, status: int) -> Response[Any]:
        return await account_page(request, reception, pools, clock, party, why=why, status=status)

    return await acted(request, reception, pools, act, again, (own_path(party), state))


def own_path(party: str) -> str:
    """The page of one tenant's exposure."""
    return f"/console/exposure/{party}"


def asked_in(told: dict[str, str]) -> proposing.Asked:
    """A proposal as its form says it: empty levels are none, yen go in or back."""
    fields: dict[str, Any] = {name: told.get(name, "").strip() for name in FIELDS}
    try:
        for name in FIGURES:
            if given := told.get(name, "").strip().replace(",", ""):
                fields[name] = int(given) * (SIGNS[told["way"]] if name == "yen" else 1)
    except (KeyError, ValueError):
        raise Validation(pointer=f"/{name}") from None
    try:
        return msgspec.convert(fields, proposing.Asked, strict=False)
    except msgspec.ValidationError as wrong:
        named = str(wrong).rpartition("$.")[2].rstrip("`")
        raise Validation(pointer=f"/{named}") from None


ROUTES: list[HTTPRouteHandler] = [
    get_account_page, post_propose, post_approve, post_reject, post_withdraw,
]  # fmt: skip
