"""本人の権利のAPI: disclosure as a file, consents by version, the record of what third parties got.
Correction is `PUT …/profile`; erasure is a withdrawal: after thirty days only a number is left.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants import personal_file
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.member_words import Words
from tenants.office import Handle
from tenants.personal_file import Basis, Consent, Disclosure, How, Notice, PersonalFile
from tenants.reading_api import NO_STORE, member_of

Now = Callable[[], datetime]


class Notices(Struct, frozen=True):
    """What members are told, every version that is in force or was."""

    notices: tuple[Notice, ...]


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """What a member agreed to, or took back."""

    notice: Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,30}$(?!\n)")]
    version: Annotated[int, Meta(ge=1, le=32_767)]
    given: bool
    how: How


class Consents(Struct, frozen=True):
    """What a member ever agreed to or took back, oldest first."""

    consents: tuple[Consent, ...]


class HandedOn(Struct, frozen=True, forbid_unknown_fields=True):
    """What is handed to a third party: of one member, or of many as `what` says."""

    recipient: Words
    what: Words
    basis: Basis
    member: Handle | None = None


class Disclosures(Struct, frozen=True):
    """第三者提供記録: what was handed on, oldest first."""

    disclosures: tuple[Disclosure, ...]


@get("/v1/notices", requires="anyone")
async def get_notices(
    counter: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Notices:
    """What members are told of the use of their data. / 共同利用の通知"""
    return Notices(tuple(await personal_file.notices(counter, day_of(clock()))))


@get(
    "/v1/admin/members/{handle:str}/export",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, PersonalFile, NotFound, Validation),
)
async def get_personal_file(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """All that is kept of a member, as a file for the member. / 保有個人データの開示"""
    member_id = member_of(names, caller, handle)
    found = await personal_file.personal_file(worker, auditor, member_id, handle)
    return Response(
        msgspec.json.format(msgspec.json.encode(found), indent=1),
        media_type="application/json",
        headers={"content-disposition": 'attachment; filename="meguri-member.json"'},
    )


@post(
    "/v1/admin/members/{handle:str}/consents",
    requires="members:write",
    cache_control=NO_STORE,
    responses=answers(201, None, NotFound, *ANY_JSON),
)
async def post_consent(
    handle: FromPath[str],
    data: JSONBody[Said],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Consents:
    """Keep what a member agreed to, by version. / 同意の記録"""
    member_id = member_of(names, caller, handle)
    said = Consent(data.notice, data.version, data.given, data.how, clock())
    return Consents(tuple(await personal_file.consent(worker, member_id, said, caller)))


@post(
    "/v1/admin/disclosures",
    requires="members:write",
    status_code=204,
    responses=answers(204, None, NotFound, *ANY_JSON),
)
async def post_disclosure(
    data: JSONBody[HandedOn],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> None:
    """Keep what was handed to a third party. / 第三者提供の記録"""
    member_id = member_of(names, caller, data.member) if data.member else None
    told = Disclosure(data.recipient, data.what, data.basis, clock())
    await personal_file.disclose(worker, member_id, told, caller)


@get(
    "/v1/admin/disclosures",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_disclosures(worker: NamedDependency[AsyncConnection]) -> Disclosures:
    """The record of what third parties got. / 第三者提供記録"""
    return Disclosures(tuple(await personal_file.disclosures(worker)))


ROUTES: list[HTTPRouteHandler] = [
    get_notices,
    get_personal_file,
    post_consent,
    post_disclosure,
    get_disclosures,
]
