"""キャンペーンのAPI: written down, read by another person, started, paused, ended; where it gives,
what it would have given, and what came of it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.campaigns import foresight, lives, outcome, taking_part
from tenants.campaigns.drafts import Draft, PartyCode, ShopName
from tenants.campaigns.lives import Campaign
from tenants.campaigns.refusals import (
    CampaignExists,
    MovedOn,
    NeedsPlan,
    NeedsReason,
    NotFromHere,
    SegmentNotCounted,
)
from tenants.campaigns.taking_part import ShopResult
from tenants.codes_api import ANY_JSON
from tenants.proposals import SecondPersonNeeded
from tenants.reading_api import NO_STORE
from tenants.undoing import Reason

Now = Callable[[], datetime]
DaysBack = Annotated[int, QueryParameter(ge=1, le=366)]


class Campaigns(Struct, frozen=True):
    """Every campaign, the latest first."""

    campaigns: tuple[Campaign, ...]


class Why(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a step is taken."""

    reason: Reason


class Review(Struct, frozen=True, forbid_unknown_fields=True):
    """Why it is right; `read` is the number of the last step one has read, so that nobody agrees to
    what was written since."""

    reason: Reason
    read: Annotated[int, Meta(ge=1)] | None = None


class Start(Struct, frozen=True, forbid_unknown_fields=True):
    """Why it starts; `despite` is the reason that is recorded where the check of premiums has
    findings."""

    reason: Reason
    despite: Reason | None = None


class Change(Struct, frozen=True, forbid_unknown_fields=True):
    """Any other step: sent back, dropped, paused, resumed (live), ended; or an earlier last day."""

    to: Literal["draft", "dropped", "paused", "live", "ended"]
    reason: Reason
    on: date | None = None


class RollOut(Struct, frozen=True, forbid_unknown_fields=True):
    """Which shops take part, or stay out: those that are named, all of a facility, or all there
    are."""

    takes_part: bool
    reason: Reason
    shops: Annotated[list[ShopName], Meta(min_length=1, max_length=2_000)] | None = None
    facility: PartyCode | None = None


class RolledOut(Struct, frozen=True):
    """What became of each shop."""

    shops: tuple[ShopResult, ...]


@post(
    "/v1/admin/campaigns",
    requires="campaigns:write",
    responses=answers(201, Campaign, *ANY_JSON, CampaignExists),
)
async def post_campaign(
    data: JSONBody[Draft],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Campaign:
    """Write a campaign down; nobody is given anything yet. / キャンペーンの下書き"""
    await lives.draft(worker, data, caller.client_id, clock())
    return await lives.told_one(worker, data.code)


@get(
    "/v1/admin/campaigns",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_campaigns(auditor: NamedDependency[AsyncConnection]) -> Campaigns:
    """Every campaign with its state and steps. / キャンペーン一覧"""
    return Campaigns(tuple(await lives.told(auditor)))


@get(
    "/v1/admin/campaigns/{code:str}",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_campaign(code: FromPath[str], auditor: NamedDependency[AsyncConnection]) -> Campaign:
    """One campaign, with what the check of premiums says. / キャンペーンの照会"""
    return await lives.told_one(auditor, readable(code))


@put(
    "/v1/admin/campaigns/{code:str}",
    requires="campaigns:write",
    responses=answers(200, Campaign, NotFound, *ANY_JSON, NotFromHere),
)
async def put_campaign(
    code: FromPath[str],
    data: JSONBody[Draft],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Campaign:
    """Write a draft anew; a reviewed one is read again. / 下書きの書き直し"""
    await lives.rewrite(worker, readable(code), data, caller.client_id, clock())
    return await lives.told_one(worker, code)


@post(
    "/v1/admin/campaigns/{code:str}/review",
    requires="campaigns:review",
    status_code=200,
    responses=answers(200, Campaign, NotFound, *ANY_JSON, MovedOn, NotFromHere, SecondPersonNeeded),
)
async def post_review(
    code: FromPath[str],
    data: JSONBody[Review],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Campaign:
    """Another person than its author has read it. / 確認"""
    who, why = caller.client_id, data.reason
    await lives.review(worker, readable(code), who, why, clock(), data.read)
    return await lives.told_one(worker, code)


@post(
    "/v1/admin/campaigns/{code:str}/start",
    requires="campaigns:write",
    status_code=200,
    responses=answers(
        200, Campaign, NotFound, *ANY_JSON, NotFromHere, NeedsPlan, NeedsReason, SegmentNotCounted
    ),
)
async def post_start(
    code: FromPath[str],
    data: JSONBody[Start],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Campaign:
    """Let it give from its first day on: planned, counted, checked. / 開始"""
    who, why = caller.client_id, data.reason
    await lives.start(worker, readable(code), who, why, data.despite, clock())
    return await lives.told_one(worker, code)


@post(
    "/v1/admin/campaigns/{code:str}/steps",
    requires="campaigns:write",
    status_code=200,
    responses=answers(200, Campaign, NotFound, *ANY_JSON, NotFromHere),
)
async def post_step(
    code: FromPath[str],
    data: JSONBody[Change],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Campaign:
    """Pause it at once, resume, end, send back or drop it. / 停止・再開・終了"""
    who, now, why = caller.client_id, clock(), data.reason
    if data.on is not None and data.to == "ended":
        await lives.end_on(worker, readable(code), data.on, who, why, now, day_of(now))
    else:
        await lives.change(worker, readable(code), data.to, who, why, now)
    return await lives.told_one(worker, code)


@post(
    "/v1/admin/campaigns/{code:str}/shops",
    requires="campaigns:write",
    status_code=200,
    responses=answers(200, RolledOut, NotFound, *ANY_JSON),
)
async def post_shops(
    code: FromPath[str],
    data: JSONBody[RollOut],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> RolledOut:
    """Shops take part or stay out, in one action, with the result per shop. / 一斉展開"""
    told = await taking_part.take_part(
        worker,
        readable(code),
        data.shops,
        data.facility,
        caller.client_id,
        data.reason,
        clock(),
        takes_part=data.takes_part,
    )
    return RolledOut(tuple(told))


@get(
    "/v1/admin/campaigns/{code:str}/shops",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_shops(code: FromPath[str], auditor: NamedDependency[AsyncConnection]) -> RolledOut:
    """Every shop where it could give, and whether it does. / 参加店舗"""
    await lives.told_one(auditor, readable(code))
    return RolledOut(tuple(await taking_part.taking_part(auditor, code)))


@get(
    "/v1/admin/campaigns/{code:str}/preview",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_preview(
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    days: DaysBack = 30,
) -> foresight.Foresight:
    """What it would have given on the receipts of the last days, and who would have paid. / 試算"""
    return await foresight.foresee(auditor, readable(code), days, day_of(clock()))


@get(
    "/v1/admin/campaigns/{code:str}/outcome",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation, NeedsPlan),
)
async def get_outcome(
    code: FromPath[str], auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> outcome.Outcome:
    """Members, sales and points, treated against control, with the interval. / 効果測定"""
    return await outcome.outcome(auditor, readable(code), day_of(clock()))


def readable(code: str) -> str:
    """A name as it stands in a path; what could be none is nobody's."""
    if not code.isprintable() or "\x00" in code:
        raise NotFound
    return code


ROUTES: list[HTTPRouteHandler] = [
    post_campaign,
    get_campaigns,
    get_campaign,
    put_campaign,
    post_review,
    post_start,
    post_step,
    post_shops,
    get_shops,
    get_preview,
    get_outcome,
]
