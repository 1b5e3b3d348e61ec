"""会員への知らせのAPI: what a member was told, 「心当たりがない」, which mails they want; and for
the office, what members denied."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import (
    AlreadyMerged,
    MemberWithdrawn,
    NotFound,
    Validation,
)
from tenants import noticing
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.me_api import me
from tenants.noticing import MemberNotice
from tenants.reading_api import NO_STORE, Most

Now = Callable[[], datetime]
Kind = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,30}$(?!\n)")]


class Told(Struct, frozen=True, omit_defaults=True):
    """One thing that a member was told."""

    notice: str
    kind: str
    at: datetime
    facts: dict[str, Any]
    seen_at: datetime | None = None
    denied_at: datetime | None = None


class ToldOf(Struct, frozen=True):
    """What a member was told, newest first; `next` leads to older ones."""

    notices: tuple[Told, ...]
    next: str | None


class Wanted(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether mails of a kind are wanted."""

    wanted: bool


class Mails(Struct, frozen=True):
    """Which mails a member wants, by kind."""

    mails: dict[str, bool]


class Denied(Struct, frozen=True):
    """A redemption that its member denied; `state` says whether they are frozen still."""

    notice: str
    member: str
    state: str
    denied_at: datetime
    facts: dict[str, Any]


class Denials(Struct, frozen=True):
    """What members denied, newest first; `next` leads to older ones."""

    denials: tuple[Denied, ...]
    next: str | None


@get(
    "/v1/me/notices",
    requires="member:notices",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_my_notices(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> ToldOf:
    """What the member was told: every redemption, and what else there was. / お知らせ"""
    member_id = me(names, caller)
    before = place_of(names, member_id, after)
    found = await noticing.listed(worker, member_id, clock(), before=before, most=limit + 1)
    told = tuple(told_of(one, names, member_id) for one in found[:limit])
    return ToldOf(told, told[-1].notice if len(found) > limit else None)


@post(
    "/v1/me/notices/{notice:str}/not-me",
    requires="member:notices",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, *ANY_JSON, AlreadyMerged, MemberWithdrawn),
)
async def post_not_me(
    notice: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Told:
    """It was not me: the points are frozen at once, and the office knows. / 心当たりがない"""
    member_id = me(names, caller)
    notice_id = place_of(names, member_id, notice)
    assert notice_id is not None
    denied = await noticing.deny(worker, member_id, notice_id, clock())
    return told_of(denied, names, member_id)


@get(
    "/v1/me/mails",
    requires="member:notices",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound),
)
async def get_my_mails(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Mails:
    """Which mails the member wants. / メールの設定"""
    return Mails(await noticing.choices(worker, me(names, caller)))


@put(
    "/v1/me/mails/{kind:str}",
    requires="member:notices",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, *ANY_JSON),
)
async def put_my_mail(
    kind: FromPath[str],
    data: JSONBody[Wanted],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Mails:
    """Want mails of a kind, or no longer. / メールの設定の変更"""
    member_id = me(names, caller)
    await noticing.choose(worker, member_id, kind, data.wanted, clock())
    return Mails(await noticing.choices(worker, member_id))


@get(
    "/v1/admin/denied-redemptions",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_denials(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Denials:
    """What members said was not them; the office frees them again. / 心当たりなしの申し出"""
    before = names.open("denial", after)[1] if after is not None else None
    found = await noticing.denials(worker, before=before, most=limit + 1)
    told = tuple(
        Denied(
            names.seal("notice", one.member_id, one.notice_id),
            names.seal("member", caller.tenant_id, one.member_id),
            one.state,
            one.denied_at,
            one.facts,
        )
        for one in found[:limit]
    )
    more = names.seal("denial", 0, found[limit - 1].notice_id) if len(found) > limit else None
    return Denials(told, more)


def place_of(names: Names, member_id: int, name: str | None) -> int | None:
    """The notice behind a name of a member's own; another's is not found."""
    if name is None:
        return None
    whose, notice_id = names.open("notice", name)
    if whose != member_id:
        raise NotFound
    return notice_id


def told_of(one: MemberNotice, names: Names, member_id: int) -> Told:
    """A notice under an opaque name."""
    name = names.seal("notice", member_id, one.notice_id)
    return Told(name, one.kind, one.due_at, one.facts, one.seen_at, one.denied_at)


ROUTES: list[HTTPRouteHandler] = [
    get_my_notices,
    post_not_me,
    get_my_mails,
    put_my_mail,
    get_denials,
]
