"""出来事のAPI: what happened, from any place on, as often as one asks."""

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from federation.events import Event, told_to, walk
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.reading_api import NO_STORE, Most
from tenants.webhooks.telling import EventTold, event_id, told

WALKS = 10


class Events(Struct, frozen=True):
    """A page of events, the oldest first; `next` leads on from where it ended, also when there is
    nothing more yet. While `more` is true the way goes on, even behind an empty page."""

    events: tuple[EventTold, ...]
    next: str
    more: bool


@get(
    "/v1/events",
    requires="events:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_events(
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Events:
    """What concerns this tenant, in order: entries, statements, changes of state. / 出来事"""
    return await page(own, names, caller.tenant_id, after, limit)


async def page(
    conn: AsyncConnection, names: Names, tenant_id: int, after: str | None, limit: int
) -> Events:
    """At most `limit` events behind a place; another tenant's place leads nowhere."""
    whose, place = (tenant_id, 0) if after is None else names.open("cursor", after)
    if whose != tenant_id:
        raise NotFound
    found: list[Event] = []
    upto = await told_to(conn)
    for _ in range(WALKS):
        walked = await walk(conn, [tenant_id], place)
        found += walked.events
        place = walked.here
        if len(found) >= limit or place >= upto:
            break
    if len(found) > limit:
        del found[limit:]
    if len(found) == limit:
        place = found[-1].sequence
    return Events(
        tuple(told(event, names) for event in found),
        event_id(names, tenant_id, place),
        place < upto,
    )


ROUTES: list[HTTPRouteHandler] = [get_events]
