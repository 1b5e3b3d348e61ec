"""未使用残高: what is outstanding per funder, now or at any past instant, for the operator."""

from collections.abc import Callable
from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.as_of import FunderPoints, outstanding_at
from federation.refusals import Validation
from tenants.answers_api import answers
from tenants.reading_api import NO_STORE, codes

Now = Callable[[], datetime]


class Funded(Struct, frozen=True):
    """What became of the points of one funder: issued is the sum of the others."""

    funder: str
    issued_points: int
    outstanding_points: int
    redeemed_points: int
    lapsed_points: int
    taken_back_points: int


class Outstanding(Struct, frozen=True):
    """Every funder at one instant, and all of them together."""

    at: datetime
    funders: tuple[Funded, ...]
    total: Funded


@get(
    "/v1/admin/outstanding",
    requires="entries:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_outstanding(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    at: FromQuery[datetime | None] = None,
) -> Outstanding:
    """Points outstanding per funder, now or at a past instant. / 時点別の未使用残高"""
    found = await outstanding_at(auditor, at, clock())
    named = await codes(auditor, {one.funder_id for one in found})
    funders = [Funded(named[one.funder_id], *figures(one)) for one in found]
    every = zip(*(figures(one) for one in found), strict=True) if found else [()] * 5
    total = Funded("*", *(sum(one) for one in every))
    return Outstanding(at or clock(), tuple(sorted(funders, key=lambda one: one.funder)), total)


def figures(one: FunderPoints) -> tuple[int, ...]:
    """A funder's points, in the order in which they are told."""
    return structs.astuple(one)[1:]


ROUTES: list[HTTPRouteHandler] = [get_outstanding]
