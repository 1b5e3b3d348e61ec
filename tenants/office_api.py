"""What the operator's office books: adjustments, merges, withdrawals, and their undoing; and what
waits for a second pair of eyes."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

import msgspec
from litestar import Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation import days
from federation.answers import Adjusted, Left, Merged, Reversed
from federation.desk import Desk
from federation.fingerprint import fingerprint
from federation.opaque import Names
from federation.refusals import (
    AlreadyMerged,
    AlreadyReversed,
    HoldsOpen,
    MemberFrozen,
    MemberWithdrawn,
    NotEnoughPoints,
    NotFound,
    NotReversible,
    PointsOwed,
    Validation,
)
from federation.slips import About, Answer
from tenants import imports, proposals
from tenants.answers_api import ANY_SLIP, answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.mall import Mall
from tenants.office import (
    OFFICE,
    Adjust,
    Approved,
    NeedsSecondPerson,
    SameMember,
    UndoOffice,
    Unite,
    Withdraw,
    adjusting,
    paid_by,
    two,
    uniting,
    withdraw,
)
from tenants.pos_api import told
from tenants.proposals import AlreadyDecided, Proposal, SecondPersonNeeded
from tenants.reading_api import Most, member_of
from tenants.terms import Till
from tenants.undoing import Reason, undo_any_day

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
State = Literal["proposed", "approved", "rejected"]
GONE = (AlreadyMerged, MemberWithdrawn)


class Proposed(Struct, frozen=True):
    """The answer to what needs a second pair of eyes: nothing is booked yet."""

    proposal: str
    slip: str


class ProposalTold(Struct, frozen=True, omit_defaults=True):
    """A proposal: what, why, by whom; and who decided, when, and why not."""

    proposal: str
    what: str
    slip: str
    points: int
    proposed_by: str
    proposed_at: datetime
    state: str
    member: str | None = None
    funder: str | None = None
    why: str | None = None
    business_date: date | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


class Proposals(Struct, frozen=True):
    """A page of proposals, newest first; `next` leads to older ones."""

    proposals: tuple[ProposalTold, ...]
    next: str | None


class Rejection(Struct, frozen=True, forbid_unknown_fields=True):
    """Why a proposal is not agreed to."""

    reason: Reason


async def office(mall: Mall, caller: Caller, code: str) -> Till:
    """The office's till; the clock's is nobody's."""
    if code != OFFICE:
        raise NotFound(pointer="/till")
    return await mall.till(caller, code)


@post(
    "/v1/admin/adjustments",
    requires="points:adjust",
    responses=answers(201, Adjusted, *ANY_SLIP, NotEnoughPoints, NeedsSecondPerson, *GONE)
    | answers(202, Proposed),
)
async def post_adjustment(
    data: JSONBody[Adjust],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """Give or take points for a reason; above 1,000 another client must approve it. / 調整"""
    member_id = member_of(names, caller, data.member)
    funder = paid_by(data, await mall.parties())
    till = await office(mall, caller, data.till)
    if data.proposes:
        return told(await keep(worker, data, member_id, caller, names, clock()))
    about = About("", (member_id,))
    return told(await desk.book(data, adjusting(funder, alone=True), till, about))


async def keep(
    worker: AsyncConnection,
    asked: Adjust,
    member_id: int,
    caller: Caller,
    names: Names,
    now: datetime,
) -> Answer:
    """Keep an adjustment as a proposal; the same slip again is answered the same."""
    print_of = fingerprint(asked)
    known = await proposals.proposed(worker, asked.slip, print_of)
    if known is None:
        days.admit(asked.business_date, asked.at, now)
        known = await proposals.propose(
            worker,
            what="adjustment",
            slip=asked.slip,
            fingerprint=print_of,
            member_id=member_id,
            points=asked.points,
            content=msgspec.json.encode(asked).decode(),
            client_id=caller.client_id,
            now=now,
        )
    name = names.seal("proposal", 0, known)
    return Answer(202, msgspec.json.encode(Proposed(name, asked.slip)))


@get(
    "/v1/admin/proposals",
    requires="points:adjust",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_proposals(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    only: FromQuery[State | None] = None,
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Proposals:
    """What waits for a second pair of eyes, and what was decided. / 承認待ち一覧"""
    before = names.open("proposal", after)[1] if after is not None else None
    found = await proposals.listed(worker, state=only, before=before, most=limit + 1)
    more = names.seal("proposal", 0, found[limit - 1].proposal_id) if len(found) > limit else None
    return Proposals(tuple(proposal_told(one, names, caller) for one in found[:limit]), more)


@post(
    "/v1/admin/proposals/{proposal:str}/approve",
    requires="points:adjust",
    responses=answers(
        201,
        None,
        *ANY_SLIP,
        NotEnoughPoints,
        SecondPersonNeeded,
        AlreadyDecided,
        *GONE,
    ),
)
async def post_approval(
    proposal: FromPath[str],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """Agree to what another client proposed; it is booked. / 承認"""
    _, proposal_id = names.open("proposal", proposal)
    till = await office(mall, caller, OFFICE)
    now = clock()
    async with clerk.transaction():
        agreed = await proposals.decide(clerk, proposal_id, "approved", caller.client_id, now)
        if agreed.what == "import":
            started = await imports.approve(clerk, agreed.slip, now)
            return told(Answer(201, msgspec.json.encode(started)))
    asked = msgspec.json.decode(msgspec.json.encode(agreed.content), type=Approved)
    assert agreed.member_id is not None
    funder = paid_by(asked, await mall.parties())
    about = About("", (agreed.member_id,))
    return told(await desk.book(asked, adjusting(funder, alone=False), till, about))


@post(
    "/v1/admin/proposals/{proposal:str}/reject",
    requires="points:adjust",
    status_code=200,
    responses=answers(200, None, NotFound, *ANY_JSON, SecondPersonNeeded, AlreadyDecided),
)
async def post_rejection(
    proposal: FromPath[str],
    data: JSONBody[Rejection],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> ProposalTold:
    """Do not agree to what another client proposed; nothing is booked. / 却下"""
    _, proposal_id = names.open("proposal", proposal)
    who = caller.client_id
    left = await proposals.decide(worker, proposal_id, "rejected", who, clock(), data.reason)
    if left.what == "import":
        await imports.reject(worker, left.slip)
    return proposal_told(left, names, caller)


@post(
    "/v1/admin/merges",
    requires="points:adjust",
    responses=answers(
        201, Merged, *ANY_SLIP, SameMember, HoldsOpen, PointsOwed, MemberFrozen, *GONE
    ),
)
async def post_merge(
    data: JSONBody[Unite],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """Make two members one: every lot keeps funder, expiry and where it came from. / 会員統合"""
    source_id, target_id = (member_of(names, caller, one) for one in (data.source, data.target))
    about = About("", two(source_id, target_id))
    till = await office(mall, caller, data.till)
    return told(await desk.book(data, uniting(source_id, target_id), till, about))


@post(
    "/v1/admin/members/{handle:str}/withdrawal",
    requires="points:adjust",
    responses=answers(201, Left, *ANY_SLIP, *GONE),
)
async def post_withdrawal(
    handle: FromPath[str],
    data: JSONBody[Withdraw],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """Let a member go: what is left is forfeited, the data are erased in 30 days. / 退会"""
    about = About(handle, (member_of(names, caller, handle),))
    till = await office(mall, caller, data.till)
    return told(await desk.book(data, withdraw, till, about))


@post(
    "/v1/admin/reversals",
    requires="points:adjust",
    responses=answers(201, Reversed, *ANY_SLIP, AlreadyReversed, NotReversible),
)
async def post_office_reversal(
    data: JSONBody[UndoOffice],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Undo what the office booked, while nothing of it was touched since. / 事務局伝票の取消"""
    return told(await desk.book(data, undo_any_day, await office(mall, caller, data.till)))


def proposal_told(one: Proposal, names: Names, caller: Caller) -> ProposalTold:
    """A proposal under opaque names; an import says its file's name as its slip."""
    day = one.content.get("business_date")
    return ProposalTold(
        names.seal("proposal", 0, one.proposal_id),
        one.what,
        one.slip,
        one.points,
        one.proposed_by,
        one.proposed_at,
        one.state,
        names.seal("member", caller.tenant_id, one.member_id) if one.member_id else None,
        one.content.get("funder"),
        one.content.get("reason"),
        date.fromisoformat(day) if day else None,
        one.decided_by,
        one.decided_at,
        one.reason,
    )


ROUTES: list[HTTPRouteHandler] = [
    post_adjustment,
    get_proposals,
    post_approval,
    post_rejection,
    post_merge,
    post_withdrawal,
    post_office_reversal,
]
