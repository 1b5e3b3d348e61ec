"""会員の見え方のAPI: a member as far as the caller may see one, and members by their names for the
office. Every look is in the audit trail."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import profiles
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.member_words import PLAIN
from tenants.reading_api import NO_STORE, member_of
from tenants.sight import GLANCE, Seen, seen

Now = Callable[[], datetime]
Beginning = Annotated[
    str, Meta(min_length=2, max_length=50, pattern=PLAIN, description="at least two letters")
]
Place = Annotated[str, Meta(min_length=1, max_length=40)]
Most = Annotated[int, Meta(ge=1, le=200)]


class Naming(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a member's reading or name begins: exactly one of the two."""

    kana: Beginning | None = None
    name: Beginning | None = None
    after: Place | None = None
    limit: Most = 50


class Named(Struct, frozen=True, omit_defaults=True):
    """A member that a search by name found."""

    member: str
    state: str
    rank: str
    joined_on: date
    name: str | None = None
    kana: str | None = None


class NamedMembers(Struct, frozen=True):
    """Members by the order of their readings; `next` leads on."""

    found: tuple[Named, ...]
    next: str | None


@get(
    "/v1/members/{handle:str}/profile",
    requires=GLANCE,
    placed=True,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_glance(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Seen:
    """A member, as far as the caller may see one. / 会員の概要"""
    found = await profiles.read(worker, member_of(names, caller, handle))
    return seen(found, handle, caller.scopes, day_of(clock()))


@post(
    "/v1/admin/member-listings",
    requires="members:read",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, *ANY_JSON),
)
async def post_member_listing(
    data: JSONBody[Naming],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> NamedMembers:
    """Members whose reading or name begins so. / 会員検索（氏名・カナ）"""
    if (data.kana is None) == (data.name is None):
        raise Validation(pointer="")
    after = member_of(names, caller, data.after) if data.after is not None else None
    found = await profiles.named_like(
        worker, kana=data.kana, name=data.name, after=after, most=data.limit + 1
    )
    told = tuple(
        Named(
            names.seal("member", caller.tenant_id, one.member_id),
            one.state,
            one.rank,
            one.joined_on,
            one.name,
            one.kana,
        )
        for one in found[: data.limit]
    )
    return NamedMembers(told, told[-1].member if len(found) > data.limit else None)


ROUTES: list[HTTPRouteHandler] = [get_glance, post_member_listing]
