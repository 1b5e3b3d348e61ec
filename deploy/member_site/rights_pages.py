"""本人の権利: consents by version, all that is kept as a page and a file, leaving."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people import member_sign_in, sessions
from auth.people.card_pages import member_here
from auth.people.reception import (
    MEMBER_COOKIE,
    MOST_BYTES,
    Asked,
    Reception,
    confirmed,
    no_cookie,
)  # fmt: skip
from auth.people.sign_in_pages import refused
from deploy.member_site.brands import Now
from deploy.member_site.own import KINDS
from federation import profiles, reading
from federation.cards import card_of
from federation.days import day_of
from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import Refusal
from tenants import joining_rules, leaving, personal_file
from tenants.callers import OPERATOR
from tenants.mall import Mall
from tenants.personal_file import PersonalFile


@get("/member/export", requires="anyone", page=True, include_in_schema=False)
async def get_export(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Response[Any]:
    """All that is kept of me, to read. / 保有個人データの開示"""
    session, member_id = await member_here(request, reception)
    found = await _file(worker, auditor, names, member_id)
    return reception.page(request, "members/export.html", session, file=found, kinds=KINDS)


@get("/member/export.json", requires="anyone", page=True, include_in_schema=False)
async def get_export_file(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """The same as a file. / 開示ファイル"""
    _, member_id = await member_here(request, reception)
    found = await _file(worker, auditor, names, member_id)
    headers = {
        "content-disposition": 'attachment; filename="meguri-member.json"',
        "cache-control": "no-store",
    }
    told = msgspec.json.format(msgspec.json.encode(found), indent=1)
    return Response(told, media_type="application/json", headers=headers)


@get("/member/consents", requires="anyone", page=True, include_in_schema=False)
async def get_consents(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What I agreed to, in which version. / 同意の記録"""
    session, member_id = await member_here(request, reception)
    found = await _file(worker, auditor, names, member_id)
    notice = await joining_rules.notice_in_force(worker, day_of(clock()))
    return reception.page(
        request, "members/consents.html", session, found=found.consents, notice=notice
    )


@get("/member/withdraw", requires="anyone", page=True, include_in_schema=False)
async def get_withdraw(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What would be lost, before anything is. / 退会のご案内"""
    return await _withdraw(request, reception, counter, worker, clock)


@post(
    "/member/withdraw", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_withdraw(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Gone, once the name was written. / 退会"""
    session, member_id = await member_here(request, reception)
    said = await reception.form(request, session)
    try:
        confirmed(said, await _name(worker, member_id))
    except Refusal as why:
        return await _withdraw(request, reception, counter, worker, clock, why)
    await leaving.leave(desk, mall, member_id, clock())
    async with reception.door() as conn:
        await conn.execute(member_sign_in.DROP_DEVICES, {"member_id": member_id})
        await sessions.end_all(conn, member_id=member_id)
    shown = reception.page(request, "members/gone.html")
    shown.set_cookie(no_cookie(MEMBER_COOKIE))
    return shown


async def _file(
    worker: AsyncConnection[Any], auditor: AsyncConnection[Any], names: Names, member_id: int
) -> PersonalFile:
    handle = names.seal("member", OPERATOR, member_id)
    return await personal_file.personal_file(worker, auditor, member_id, handle)


async def _name(worker: AsyncConnection[Any], member_id: int) -> str:
    """What a member writes to confirm: the name, else how they are reached, else their card."""
    known = (await profiles.read(worker, member_id)).profile
    return known.name or known.email or known.phone or await card_of(worker, member_id)


async def _withdraw(
    request: Asked, reception: Reception, counter: AsyncConnection[Any],
    worker: AsyncConnection[Any], clock: Now, why: Refusal | None = None,
) -> Response[Any]:  # fmt: skip
    session, member_id = await member_here(request, reception)
    return refused(
        reception, request, "members/withdraw.html", why, session,
        balance=await reading.balance(counter, member_id, clock()),
        written=await _name(worker, member_id),
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [
    get_export, get_export_file, get_consents, get_withdraw, post_withdraw,
]  # fmt: skip
