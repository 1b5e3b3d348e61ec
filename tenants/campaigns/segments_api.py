"""セグメントのAPI: rules with a name, and how many members each names."""

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.campaigns import segments
from tenants.campaigns.campaigns_api import readable
from tenants.campaigns.refusals import CampaignExists
from tenants.campaigns.segments import NewSegment, Segment
from tenants.codes_api import ANY_JSON
from tenants.reading_api import NO_STORE

Now = Callable[[], datetime]
OPERATOR = 1


class Segments(Struct, frozen=True):
    """Every segment by code."""

    segments: tuple[Segment, ...]


def of_operator(caller: Caller) -> bool:
    """Whether somebody of the operator asks who looks after all shops."""
    return caller.tenant_id == OPERATOR and caller.shops is None


@post(
    "/v1/admin/segments",
    requires="campaigns:write",
    responses=answers(201, Segment, *ANY_JSON, CampaignExists),
)
async def post_segment(
    data: JSONBody[NewSegment],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Segment:
    """Keep a rule under a name; nobody is counted yet. / セグメントの登録"""
    await segments.add(worker, data, caller.client_id, clock())
    return await segments.told_one(worker, data.segment)


@get(
    "/v1/admin/segments",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_segments(
    auditor: NamedDependency[AsyncConnection], caller: NamedDependency[Caller]
) -> Segments:
    """Every segment with its members' count. / セグメント一覧"""
    found = await segments.told(auditor)
    return Segments(tuple(segments.all_hidden(found, to_operator=of_operator(caller))))


@get(
    "/v1/admin/segments/{segment:str}",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_segment(
    segment: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    caller: NamedDependency[Caller],
) -> Segment:
    """One segment. / セグメントの照会"""
    found = await segments.told_one(auditor, readable(segment))
    return segments.hidden(found, to_operator=of_operator(caller))


@post(
    "/v1/admin/segments/{segment:str}/count",
    requires="campaigns:write",
    status_code=200,
    responses=answers(200, Segment, NotFound, *ANY_JSON),
)
async def post_count(
    segment: FromPath[str],
    clerk: NamedDependency[AsyncConnection],
    caller: NamedDependency[Caller],
    clock: NamedDependency[Now],
) -> Segment:
    """Evaluate it now, slice by slice. / 人数の集計"""
    found = await segments.count(clerk, readable(segment), day_of(clock()))
    return segments.hidden(found, to_operator=of_operator(caller))


ROUTES: list[HTTPRouteHandler] = [post_segment, get_segments, get_segment, post_count]
