"""ランクのAPI: a member's own standing, the operator's rules, and benefits used at a till."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import (
    CardNotActive,
    ClockAhead,
    CodeExpired,
    NotFound,
    OverLimit,
    SlipReused,
    TooLate,
    Validation,
)
from federation.sql import statement
from tenants.answers_api import ANY_TILL, answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.layout import Why
from tenants.mall import Mall
from tenants.me_api import me
from tenants.ranks import laying
from tenants.ranks.benefits import BenefitNotHeld, BenefitUsed, UseBenefit, use
from tenants.ranks.foreseeing import Foreseen, RankThought, foresee
from tenants.ranks.laying import NewBenefit, NewRank, NewRule
from tenants.ranks.rules import Measure, Span
from tenants.ranks.standing import OwnRank, standing
from tenants.reading_api import NO_STORE, member_of

PLACES = statement(__file__, "places")
RULES = statement(__file__, "rules_told")
PROMOTIONS = statement(__file__, "promotions_told")
TURNS = statement(__file__, "turns_told")
Now = Callable[[], datetime]


class RankTold(Struct, frozen=True):
    """A rank; the higher its place, the higher it is."""

    rank: str
    place: int
    name: str
    name_en: str


class RuleTold(Struct, frozen=True):
    """A version of a rule, with who agreed to it and why."""

    rule: str
    from_on: date
    rank: str
    measure: Measure
    span: Span
    months: int | None
    threshold: int | None
    takes_effect: Literal["at-once", "next-year"]
    lowered: bool
    author: str
    reason: str


class RanksTold(Struct, frozen=True):
    """All ranks, all versions of their rules, and the benefits of today."""

    ranks: tuple[RankTold, ...]
    rules: tuple[RuleTold, ...]
    benefits: tuple[laying.Benefit, ...]


class PromotionTold(Struct, frozen=True):
    """Which rule raised a member, by which figure, from when to when."""

    rank: str
    rule: str
    rule_from_on: date
    window_on: date
    figure: int
    from_on: date
    to_on: date
    withdrawn_on: date | None
    decided_at: datetime


class TurnTold(Struct, frozen=True):
    """A change of the rank on the wallet."""

    was: str
    rank: str
    since_on: date
    why: str
    at: datetime


class History(Struct, frozen=True):
    """A member's ranks: where it stands, what raised it, what changed."""

    standing: OwnRank
    promotions: tuple[PromotionTold, ...]
    turns: tuple[TurnTold, ...]


@get(
    "/v1/me/rank",
    requires="member:rank",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_my_rank(
    caller: NamedDependency[Caller],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> OwnRank:
    """What the member is, until when, and what is missing for more. / 自分のランク"""
    return await standing(counter, me(names, caller), day_of(clock()))


@get(
    "/v1/admin/members/{handle:str}/ranks",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_member_ranks(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> History:
    """Which rule raised a member, by which figure, and each change. / 会員のランク履歴"""
    member_id = member_of(names, caller, handle)
    asked = {"member_id": member_id}
    return History(
        await standing(worker, member_id, day_of(clock())),
        tuple(PromotionTold(**row) for row in await rows(worker, PROMOTIONS, asked)),
        tuple(TurnTold(**row) for row in await rows(worker, TURNS, asked)),
    )


@get(
    "/v1/admin/ranks",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_ranks(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> RanksTold:
    """All ranks, their rules and benefits. / ランク規程の照会"""
    held = await laying.benefits_on(auditor, day_of(clock()))
    return RanksTold(
        tuple(RankTold(**row) for row in await rows(auditor, PLACES, {})),
        tuple(RuleTold(**row) for row in await rows(auditor, RULES, {})),
        tuple(held.values()),
    )


@post(
    "/v1/admin/ranks",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, *ANY_JSON),
)
async def post_rank(data: JSONBody[NewRank], worker: NamedDependency[AsyncConnection]) -> None:
    """Another rank. / ランクの追加"""
    await laying.add_rank(worker, data)


@post(
    "/v1/admin/rank-rules",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, *ANY_JSON),
)
async def post_rank_rule(
    data: JSONBody[NewRule],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """Another version of a rule, from a day on. / ランク規程の改定"""
    await laying.add_rule(worker, data, Why(caller.client_id, data.reason))


@post(
    "/v1/admin/rank-rules/preview",
    requires="members:read",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *ANY_JSON),
)
async def post_rank_preview(
    data: JSONBody[RankThought],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Foreseen:
    """Who would rise and who would fall under a changed rule. / ランク規程の試算"""
    return await foresee(clerk, data, names, caller.tenant_id, day_of(clock()))


@post(
    "/v1/admin/benefits",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, *ANY_JSON),
)
async def post_benefit(
    data: JSONBody[NewBenefit],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """Another version of a benefit, from a day on. / ランク特典の改定"""
    await laying.add_benefit(worker, data, Why(caller.client_id, data.reason))


@post(
    "/v1/benefit-uses",
    requires="benefits:use",
    cache_control=NO_STORE,
    responses=answers(
        201, BenefitUsed, *ANY_TILL, *ANY_JSON, ClockAhead, TooLate, CardNotActive, CodeExpired,
        OverLimit, SlipReused, BenefitNotHeld,
    ),
)  # fmt: skip
async def post_benefit_use(
    data: JSONBody[UseBenefit],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """Use what a rank gives beside points, such as parking; no points move. / ランク特典の利用"""
    used, replayed = await use(counter, data, await mall.till(caller, data.till), clock())
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return Response(
        msgspec.json.encode(used), status_code=201, media_type="application/json", headers=headers
    )


ROUTES: list[HTTPRouteHandler] = [
    get_my_rank, get_member_ranks, get_ranks, post_rank, post_rank_rule, post_rank_preview,
    post_benefit,
    post_benefit_use,
]  # fmt: skip
