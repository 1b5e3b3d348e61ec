"""特典のAPI: what the operator lays out for points without a sale, with a preview; a member's
progress, and who brought it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from federation.slips import PointsOrNone, Yen
from tenants import layout, occasions
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.giving_refusals import AlreadyReferred, KindStays, SelfReferral
from tenants.layout import Why
from tenants.occasion import Kind, Occasion, Per
from tenants.occasions import Preview
from tenants.office import PartyCode
from tenants.progress import StampCards, stamp_cards
from tenants.reading_api import NO_STORE, member_of
from tenants.referring import refer
from tenants.undoing import Reason

Now = Callable[[], datetime]
Code = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,23}$(?!\n)")]
ReferralCode = Annotated[str, Meta(pattern=r"^[A-Z2-7]{10}$(?!\n)")]
Weight = Annotated[int, Meta(ge=0, le=1_000)]
Days = Annotated[int, Meta(ge=1, le=3_660)]
Times = Annotated[int, Meta(ge=1, le=10_000)]
Stamps = Annotated[int, Meta(ge=2, le=100)]


class Thought(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An occasion as an operator writes it: `facility` by its code, none: everywhere; `running`
    false switches it off from that day on."""

    code: Code
    kind: Kind
    name: Reason
    name_en: Reason
    from_on: date
    facility: PartyCode | None = None
    points: PointsOrNone = 0
    friend_points: PointsOrNone = 0
    per: Per = "member"
    most_per_year: Times | None = None
    paid_yen_from: Yen = 0
    stamps: Stamps | None = None
    open_days: Days | None = None
    prize: Reason | None = None
    lasts_days: Days | None = None
    ring_fenced: bool = False
    running: bool = True
    facility_weight: Weight = 0
    operator_weight: Weight = 0
    tenant_weight: Weight = 0


class LaidOut(Thought, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same to be laid out, with the reason."""

    reason: Reason


class Laid(Struct, frozen=True):
    """An occasion that was laid out, and what the law of premiums would have somebody look at."""

    code: str
    from_on: date
    preview: Preview


class Occasions(Struct, frozen=True):
    """Every version of every occasion, by code and day."""

    occasions: tuple[Occasion, ...]


class Brought(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of whoever brought a new member."""

    code: ReferralCode


async def thought_of(conn: AsyncConnection, said: Thought) -> Occasion:
    """An occasion as it was written, with its facility's id."""
    told = structs.asdict(said)
    told.pop("reason", None)
    facility_id = await occasions.facility_of(conn, said.facility)
    return Occasion(occasion_id=0, **told, facility_id=facility_id)


@get(
    "/v1/admin/occasions",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_occasions(auditor: NamedDependency[AsyncConnection]) -> Occasions:
    """What gives points without a sale, all dates. / 特典の一覧"""
    return Occasions(tuple(await occasions.versions(auditor)))


@post(
    "/v1/admin/occasions/preview",
    requires="admin:read",
    status_code=200,
    responses=answers(200, None, NotFound, *ANY_JSON, KindStays),
)
async def post_occasion_preview(
    data: JSONBody[Thought],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Preview:
    """What an occasion would give, before it is laid out; nothing is booked. / 特典の試算"""
    one, today = await thought_of(worker, data), day_of(clock())
    occasions.checked(one, await occasions.versions(worker), today)
    return await occasions.preview(worker, one, today)


@post(
    "/v1/admin/occasions",
    requires="admin:write",
    responses=answers(201, None, NotFound, *ANY_JSON, KindStays),
)
async def post_occasion(
    data: JSONBody[LaidOut],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Laid:
    """Lay an occasion out from a day on, or switch it off. / 特典の設定"""
    one, now = await thought_of(worker, data), clock()
    why = Why(caller.client_id, data.reason)
    await occasions.lay_out(worker, one, why, now, day_of(now))
    await layout.moved(worker)
    return Laid(one.code, one.from_on, await occasions.preview(worker, one, day_of(now)))


@get(
    "/v1/admin/members/{handle:str}/stamps",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_member_stamps(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> StampCards:
    """A member's stamp cards and rallies. / 会員のスタンプ"""
    return await stamp_cards(auditor, member_of(names, caller, handle), day_of(clock()))


@post(
    "/v1/admin/members/{handle:str}/referral",
    requires="members:write",
    status_code=204,
    responses=answers(204, None, NotFound, *ANY_JSON, SelfReferral, AlreadyReferred),
)
async def post_member_referral(
    handle: FromPath[str],
    data: JSONBody[Brought],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> None:
    """Say who brought a new member; both get theirs after its first purchase. / 紹介者の登録"""
    await refer(worker, member_of(names, caller, handle), data.code, day_of(clock()))


ROUTES: list[HTTPRouteHandler] = [
    get_occasions,
    post_occasion_preview,
    post_occasion,
    get_member_stamps,
    post_member_referral,
]
