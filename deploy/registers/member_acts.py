"""会員への操作: what the office does to a member from its page, through the functions of the API
itself; each is in the audit trail as the route is."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, confirmed, session_of
from deploy.registers import forms
from deploy.registers.forms import onward, slug_in, struct_of
from deploy.registers.member_pages import LIST
from federation import join, profiles
from federation.carriers import led
from federation.days import TOKYO, day_of
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import CardKnown, Refusal, Validation
from tenants import acts, codes_api, members_api, office_api, personal_api
from tenants.callers import Caller
from tenants.codes_api import CodeFor
from tenants.mall import Mall
from tenants.member_words import Kept
from tenants.members_api import Because, Replacement, Written
from tenants.office import OFFICE, Adjust, Withdraw
from tenants.office_api import Rejection
from tenants.showing import Show

PROFILE = ("name", "kana", "birth_on", "sex", "postcode", "phone", "email", "external_id")
PROPOSALS = "/console/proposals"


class NewCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card for somebody who joins at the counter."""

    card: Kept


@post(
    f"{LIST}/{{handle:str}}/card", requires="members:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_card(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Freeze, unfreeze, replace a card. / 利用停止・解除・カードの差替え"""
    told = await reception.form(request, session_of(request))
    does = told.get("do", "")
    why = told.get("reason", "").strip()

    async def change() -> None:
        asked = (caller, worker, names, clock)
        match does:
            case "freeze":
                because = struct_of(Because, {"reason": why})
                await members_api.post_freeze.fn(handle, because, *asked)
            case "unfreeze":
                because = struct_of(Because, {"reason": why})
                await members_api.post_unfreeze.fn(handle, because, *asked)
            case "replace":
                cards = {name: told.get(name, "").strip() for name in ("old_card", "new_card")}
                new = struct_of(Replacement, {**cards, "reason": why})
                await members_api.post_card.fn(handle, new, *asked)
            case _:
                raise Validation(pointer="/do")

    refused = await forms.tried(worker, change)
    done = {"freeze": "frozen", "unfreeze": "unfrozen", "replace": "replaced"}.get(does, "kept")
    return onward(request, f"{LIST}/{handle}", done, refused)


@post(
    f"{LIST}/{{handle:str}}/profile", requires="members:write members:read", page=True,
    status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_profile(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Correct who a member is. / 会員情報の訂正"""
    told = await reception.form(request, session_of(request))

    async def write() -> None:
        whole = struct_of(Written, {name: told.get(name, "").strip() for name in PROFILE})
        await members_api.put_profile.fn(handle, whole, caller, worker, names, clock)

    return onward(request, f"{LIST}/{handle}", "kept", await forms.tried(worker, write))


@post(
    f"{LIST}/{{handle:str}}/code", requires="members:code members:read", page=True,
    status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_code(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Give a member a one-time code, shown this once. / 会員コードの発行"""
    await reception.form(request, session_of(request))
    code = await codes_api.post_member_code.fn(CodeFor(handle), caller, counter, names, clock)
    return show(request, "registers/member_code.html", code=code, handle=handle)


@post(
    f"{LIST}/{{handle:str}}/adjust", requires="points:adjust", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_adjust(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Give or take points for a reason; above 1,000 another person approves. / 調整"""
    told = await reception.form(request, session_of(request))
    fields = {name: told.get(name, "").strip() for name in ("slip", "points", "reason", "funder")}
    try:
        asked = struct_of(Adjust, {**fields, **booked(clock), "member": handle})
        answer = await office_api.post_adjustment.fn(
            asked, caller, mall, desk, names, worker, clock
        )
    except Refusal as why:
        return onward(request, f"{LIST}/{handle}", "", why)
    return after(request, f"{LIST}/{handle}", answer, "adjusted")


@post(
    f"{LIST}/{{handle:str}}/withdrawal", requires="points:adjust", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_withdrawal(
    request: Asked,
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Let a member go, confirmed by the beginning of its handle. / 退会"""
    told = await reception.form(request, session_of(request))
    fields = {name: told.get(name, "").strip() for name in ("slip", "reason")}
    try:
        confirmed(told, handle[:8])
        asked = struct_of(Withdraw, {**fields, **booked(clock)})
        answer = await office_api.post_withdrawal.fn(handle, asked, caller, mall, desk, names)
    except Refusal as why:
        return onward(request, f"{LIST}/{handle}", "", why)
    return after(request, f"{LIST}/{handle}", answer, "withdrawn")


def booked(clock: forms.Now) -> dict[str, Any]:
    """The fields that every slip of the office has."""
    now = clock()
    return {"till": OFFICE, "business_date": day_of(now), "at": now.astimezone(TOKYO)}


def after(request: Asked, path: str, answer: Response[Any], done: str) -> Response[Any]:
    """On to a page that says how the desk answered."""
    slug = slug_in(answer)
    if slug is not None:
        return onward(request, f"{path}?no={slug}", "")
    return onward(request, path, "proposed" if answer.status_code == 202 else done)


@get(f"{LIST}/{{handle:str}}/export", requires="members:read", page=True, include_in_schema=False)
async def get_export(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Response[Any]:
    """All that is kept of a member, as a file for the member. / 保有個人データの開示"""
    told: Response[Any] = await personal_api.get_personal_file.fn(
        handle, caller, worker, auditor, names
    )
    return told


@post(
    f"{LIST}/new", requires="members:write members:read", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_new(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """A member joins at the counter with a card that nobody has. / 窓口での入会"""
    told = await reception.form(request, session_of(request))
    now, made = clock(), [0]

    async def add() -> None:
        card = struct_of(NewCard, {"card": told.get("card", "").strip()}).card
        if await led(worker, card) is not None:
            raise CardKnown
        made[:] = await join.join(worker, [(card, "general")], day_of(now))
        await profiles.read(worker, made[0])
        await acts.record(worker, made[0], "registered", caller, "console", now)

    why = await forms.tried(worker, add)
    if why is not None:
        return onward(request, LIST, "", why)
    return onward(request, f"{LIST}/{names.seal('member', caller.tenant_id, made[0])}", "made")


@get(PROPOSALS, requires="points:adjust", page=True, include_in_schema=False)
async def get_proposals(
    request: Asked,
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
) -> Response[Any]:
    """What waits for a second pair of eyes. / 承認待ち"""
    found = await office_api.get_proposals.fn(caller, worker, names, None, None, 100)
    who = {one for told in found.proposals for one in (told.proposed_by, told.decided_by) if one}
    return show(
        request, "registers/proposals.html", proposals=found.proposals, own=caller.client_id,
        names=await forms.names_of(worker, who), **forms.said(request),
    )  # fmt: skip


@post(
    f"{PROPOSALS}/{{proposal:str}}", requires="points:adjust", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_proposal(
    request: Asked,
    proposal: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Agree to what another person proposed, or do not. / 承認・却下"""
    told = await reception.form(request, session_of(request))
    try:
        if told.get("do") == "approve":
            answer = await office_api.post_approval.fn(
                proposal, caller, mall, desk, names, clerk, clock
            )
            return after(request, PROPOSALS, answer, "approved")
        because = struct_of(Rejection, {"reason": told.get("reason", "").strip()})
        async with clerk.transaction():
            await office_api.post_rejection.fn(proposal, because, caller, clerk, names, clock)
    except Refusal as why:
        return onward(request, PROPOSALS, "", why)
    return onward(request, PROPOSALS, "rejected")


ROUTES: list[HTTPRouteHandler] = [
    post_card, post_profile, post_code, post_adjust, post_withdrawal, get_export, post_new,
    get_proposals, post_proposal,
]  # fmt: skip
