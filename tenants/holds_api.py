"""What a till may do with points it has set aside: hold, look, capture, release."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from litestar import Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody, PathParameter
from msgspec import Struct
from psycopg import AsyncConnection

from federation.answers import Held, Receipt, Released
from federation.desk import Desk
from federation.opaque import Names
from federation.reading import held
from federation.refusals import (
    CaptureExceedsHold,
    HoldCaptured,
    HoldExpired,
    HoldReleased,
    NotFound,
    Validation,
)
from federation.slips import About
from tenants.answers_api import ANY_SLIP, answers
from tenants.callers import Caller
from tenants.holding import Capture, LetGo, SetAside, capture, let_go, set_aside
from tenants.mall import Mall
from tenants.pos_api import ANY_SPENDING, told

Now = Callable[[], datetime]
NO_STORE = CacheControlHeader(no_store=True)
OPAQUE = "^[a-z2-7]{26}$"
HoldId = Annotated[str, PathParameter(pattern=OPAQUE)]
ENDED = (HoldCaptured, HoldReleased, HoldExpired)


class HoldFacts(Struct, frozen=True):
    """A hold as it stands: one past its time has expired, whether or not anything was booked."""

    hold_id: str
    state: str
    points: int
    captured_points: int
    made_at: datetime
    expires_at: datetime


def about(hold_id: str, names: Names, tenant_id: int) -> About:
    """The hold behind its opaque name, and whose points it keeps; nobody's for another tenant."""
    member_id, entry_id = names.sought("hold", hold_id, tenant_id)
    return About(hold_id, (member_id,), entry_id)


@post(
    "/v1/holds",
    requires="points:redeem",
    responses=answers(201, Held, *ANY_SLIP, *ANY_SPENDING),
)
async def post_hold(
    data: JSONBody[SetAside],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
) -> Response[bytes]:
    """Set points aside for a sale that is not final yet. / 取置"""
    return told(await desk.book(data, set_aside, await mall.till(caller, data.till)))


@get(
    "/v1/holds/{hold_id:str}",
    requires="points:redeem",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_hold(
    hold_id: HoldId,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> HoldFacts:
    """A hold as it stands now; one past its time is released, job or no job. / 取置照会"""
    member_id, entry_id = names.sought("hold", hold_id, caller.tenant_id)
    row = await held(reader, member_id, entry_id, clock())
    return HoldFacts(hold_id, **row)


@post(
    "/v1/holds/{hold_id:str}/capture",
    requires="points:redeem",
    responses=answers(201, Receipt, *ANY_SLIP, *ENDED, CaptureExceedsHold),
)
async def post_capture(
    hold_id: HoldId,
    data: JSONBody[Capture],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """Spend points of a hold; the rest of it is released. / 取置の確定"""
    till = await mall.till(caller, data.till)
    return told(await desk.book(data, capture, till, about(hold_id, names, caller.tenant_id)))


@post(
    "/v1/holds/{hold_id:str}/release",
    requires="points:redeem",
    responses=answers(201, Released, *ANY_SLIP, *ENDED),
)
async def post_release(
    hold_id: HoldId,
    data: JSONBody[LetGo],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    names: NamedDependency[Names],
) -> Response[bytes]:
    """Let a hold go. / 取置の解放"""
    till = await mall.till(caller, data.till)
    return told(await desk.book(data, let_go, till, about(hold_id, names, caller.tenant_id)))


ROUTES: list[HTTPRouteHandler] = [post_hold, get_hold, post_capture, post_release]
