"""引渡しのAPI: prizes handed over at a till, what comes back, and what a member was given."""

from collections.abc import Callable
from datetime import datetime

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import (
    AlreadyReversed,
    CardNotActive,
    ClockAhead,
    CodeExpired,
    NotFound,
    SlipReused,
    TooLate,
    Validation,
)
from tenants.answers_api import ANY_TILL, answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.mall import Mall
from tenants.ranks.handing import (
    HandedOver,
    HandPrize,
    NoPrize,
    PrizeDue,
    PrizeHanded,
    TakeBackHanded,
    TakenBack,
    due_to,
    hand,
    handed_to,
    take_back,
)
from tenants.reading_api import NO_STORE, member_of

Now = Callable[[], datetime]


class Handovers(Struct, frozen=True):
    """The prizes that wait for a member, and what was handed over, newest first."""

    due: tuple[PrizeDue, ...]
    handed: tuple[HandedOver, ...]


@post(
    "/v1/prizes",
    requires="benefits:use",
    cache_control=NO_STORE,
    responses=answers(
        201, PrizeHanded, *ANY_TILL, *ANY_JSON, ClockAhead, TooLate, CardNotActive, CodeExpired,
        SlipReused, NoPrize,
    ),
)  # fmt: skip
async def post_prize(
    data: JSONBody[HandPrize],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """Hand over the prize of a full stamp card or rally, once; no points move. / 景品の引渡し"""
    handed, replayed = await hand(counter, data, await mall.till(caller, data.till), clock())
    return answered(handed, replayed=replayed)


@post(
    "/v1/handover-reversals",
    requires="benefits:use",
    cache_control=NO_STORE,
    responses=answers(
        201, TakenBack, *ANY_TILL, *ANY_JSON, ClockAhead, TooLate, SlipReused, AlreadyReversed
    ),
)
async def post_handover_reversal(
    data: JSONBody[TakeBackHanded],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """A prize or a benefit was handed over by mistake: it may be had again. / 引渡しの取消"""
    back, replayed = await take_back(counter, data, await mall.till(caller, data.till), clock())
    return answered(back, replayed=replayed)


@get(
    "/v1/admin/members/{handle:str}/handovers",
    requires="members:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_member_handovers(
    handle: FromPath[str],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> Handovers:
    """What was handed over to a member, by whom and when; what waits. / 景品・特典の引渡し"""
    member_id = member_of(names, caller, handle)
    return Handovers(
        tuple(await due_to(worker, member_id)), tuple(await handed_to(worker, member_id))
    )


def answered(told: PrizeHanded | TakenBack, *, replayed: bool) -> Response[bytes]:
    """A receipt; one that was given before says so."""
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return Response(
        msgspec.json.encode(told), status_code=201, media_type="application/json", headers=headers
    )


ROUTES: list[HTTPRouteHandler] = [post_prize, post_handover_reversal, get_member_handovers]
