"""一括訂正のAPI: a run is worked out, agreed to by another person, booked; undone the same way."""

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.desk import Desk
from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from tenants.answers_api import ANY_TILL, answers
from tenants.callers import Caller
from tenants.campaigns import corrections
from tenants.campaigns.campaigns_api import Why, readable
from tenants.campaigns.correcting import NewRun
from tenants.campaigns.corrections import RunTold
from tenants.campaigns.refusals import CampaignExists, NotFromHere, TooLateToUndo
from tenants.codes_api import ANY_JSON
from tenants.mall import Mall
from tenants.proposals import SecondPersonNeeded
from tenants.reading_api import NO_STORE, Most

Now = Callable[[], datetime]


class CorrectedMember(Struct, frozen=True):
    """One member's part of a run, under the caller's own handle."""

    member: str
    got_points: int
    due_points: int
    can_take_points: int
    taken_points: int | None
    waived_points: int | None
    undone: bool


class CorrectedMembers(Struct, frozen=True):
    """A page of a run's members; `next` is the `after` of the following one."""

    members: tuple[CorrectedMember, ...]
    next: str | None


@post(
    "/v1/admin/corrections",
    requires="points:adjust",
    responses=answers(201, RunTold, *ANY_JSON, CampaignExists),
)
async def post_run(
    data: JSONBody[NewRun],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> RunTold:
    """Work out what a campaign gave too much, per member and funder; nothing is booked. / 訂正案"""
    await corrections.propose(clerk, data, caller.client_id, clock())
    return await corrections.told(clerk, data.run)


@get(
    "/v1/admin/corrections/{run:str}",
    requires="points:adjust",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_run(run: FromPath[str], auditor: NamedDependency[AsyncConnection]) -> RunTold:
    """A run, how far it is, and what it comes to by funder. / 訂正の進み"""
    return await corrections.told(auditor, readable(run))


@get(
    "/v1/admin/corrections/{run:str}/members",
    requires="points:adjust",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_members(
    run: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    caller: NamedDependency[Caller],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> CorrectedMembers:
    """What each member had, should have had, and was taken. / 会員別の訂正"""
    await corrections.one(auditor, readable(run))
    seen = names.open("cursor", after)[1] if after is not None else 0
    found = await corrections.members(auditor, run, seen, limit + 1)
    told = [
        CorrectedMember(
            names.seal("member", caller.tenant_id, one.member_id),
            one.got_points,
            one.due_points,
            one.can_take_points,
            one.taken_points,
            one.waived_points,
            one.undone,
        )
        for one in found[:limit]
    ]
    more = names.seal("cursor", 0, found[limit - 1].member_id) if len(found) > limit else None
    return CorrectedMembers(tuple(told), more)


@post(
    "/v1/admin/corrections/{run:str}/approve",
    requires="points:adjust",
    status_code=200,
    responses=answers(
        200, RunTold, NotFound, *ANY_JSON, NotFromHere, SecondPersonNeeded, TooLateToUndo
    ),
)
async def post_run_approval(
    run: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> RunTold:
    """Another person agrees to the run, or to its undoing. / 訂正の承認"""
    return await corrections.approve(worker, readable(run), caller.client_id, clock())


@post(
    "/v1/admin/corrections/{run:str}/reject",
    requires="points:adjust",
    status_code=200,
    responses=answers(200, RunTold, NotFound, *ANY_JSON, NotFromHere),
)
async def post_run_rejection(
    run: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> RunTold:
    """It is not agreed to; nothing is booked. / 訂正の却下"""
    return await corrections.reject(worker, readable(run), caller.client_id, clock())


@post(
    "/v1/admin/corrections/{run:str}/book",
    requires="points:adjust",
    status_code=200,
    responses=answers(200, RunTold, *ANY_TILL, TooLarge, UnsupportedMediaType),
)
async def post_run_booking(
    run: FromPath[str],
    clerk: NamedDependency[AsyncConnection],
    desk: NamedDependency[Desk],
    mall: NamedDependency[Mall],
    clock: NamedDependency[Now],
) -> RunTold:
    """Book the next hundred members of what was agreed to; the job books the rest. / 訂正の計上"""
    await corrections.book_slice(clerk, desk, mall, readable(run), clock())
    return await corrections.told(clerk, run)


@post(
    "/v1/admin/corrections/{run:str}/undo",
    requires="points:adjust",
    status_code=200,
    responses=answers(200, RunTold, NotFound, *ANY_JSON, NotFromHere, TooLateToUndo),
)
async def post_run_undoing(
    run: FromPath[str],
    data: JSONBody[Why],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> RunTold:
    """Ask for a run to be undone, until the next close; another person agrees. / 訂正の取消申請"""
    who, now = caller.client_id, clock()
    return await corrections.undo(worker, readable(run), who, data.reason, now)


ROUTES: list[HTTPRouteHandler] = [
    post_run,
    get_run,
    get_members,
    post_run_approval,
    post_run_rejection,
    post_run_booking,
    post_run_undoing,
]
