"""配信: events become deliveries for the endpoints that want them; what is due is sent, one after
another for each member; what fails is tried again for three days, then given up, and said so."""

import random
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.events import Event, told_to, walk
from federation.opaque import Names
from federation.reading import rows
from federation.sql import statement
from federation.tell import tell
from tenants.webhooks.sending import Tried
from tenants.webhooks.signing import Vault, whose
from tenants.webhooks.telling import event_id, lane, written

FRONTS = statement(__file__, "fronts")
LAY_OUT = statement(__file__, "lay_out")
DUE = statement(__file__, "due")
SECRETS = statement(__file__, "secrets")
SETTLE = statement(__file__, "settle")
GIVE_UP = statement(__file__, "give_up")
SWEEP = statement(__file__, "sweep")
STANDS = statement(__file__, "stands")

ROOM = 10_000  # deliveries that may wait for one endpoint; the rest waits in the journal
TRIED_FOR = timedelta(days=3)
KEPT_FOR = timedelta(days=30)


class Backoff(Struct, frozen=True):
    """How long to wait before the next try: longer each time, and never all at once."""

    first_seconds: float = 5.0
    factor: float = 3.0
    longest_seconds: float = 8 * 3600.0

    def after(self, tries: int, chance: float) -> timedelta:
        """After so many tries; `chance` in 0…1 spreads it over four fifths to six fifths."""
        seconds = min(self.first_seconds * self.factor ** min(tries - 1, 32), self.longest_seconds)
        return timedelta(seconds=seconds * (0.8 + 0.4 * chance))


class Front(Struct, frozen=True):
    """An endpoint for which deliveries are to be laid out."""

    tenant_id: int
    endpoint: str
    types: tuple[str, ...] | None

    def wants(self, event: Event) -> bool:
        """Whether it is to be told of this."""
        return event.tenant_id == self.tenant_id and (
            self.types is None or event.kind in self.types
        )


class Due(Struct, frozen=True):
    """A delivery that can be sent now."""

    tenant_id: int
    endpoint: str
    url: str
    delivery: int
    event: str
    type: str
    lane: int
    body: str
    tries: int
    laid_at: datetime

    @property
    def to(self) -> str:
        """The endpoint, in one word."""
        return whose(self.tenant_id, self.endpoint)


class Settled(Struct, frozen=True):
    """What became of a try."""

    due: Due
    at: datetime
    tried: Tried

    def state(self) -> str:
        """Whether the delivery was taken, is tried again, or is given up."""
        if self.tried.delivered:
            return "delivered"
        return "dead" if self.at >= self.due.laid_at + TRIED_FOR else "waiting"


class Stands(Struct, frozen=True):
    """How deliveries stand, over all endpoints."""

    waiting: int
    dead: int
    untried_since: datetime | None
    failed_endpoints: int


async def lay_out(conn: AsyncConnection, names: Names, now: datetime) -> bool:
    """Make deliveries of what was told, for every endpoint from where it stands; whether there may
    be more at once."""
    upto = await told_to(conn)
    more = False
    for row in await rows(conn, FRONTS, {"told": upto, "room": ROOM}):
        fronts = msgspec.json.decode(row["endpoints"], type=tuple[Front, ...])
        walked = await walk(conn, {front.tenant_id for front in fronts}, row["after"])
        asked = {
            "after": row["after"],
            "here": walked.here,
            "endpoints": row["endpoints"],
            "told": msgspec.json.encode(laid(fronts, walked.events, names)).decode(),
            "now": now,
        }
        async with conn.transaction():
            await conn.execute(LAY_OUT, asked)
        more = more or walked.here < upto
    return more


def laid(fronts: Iterable[Front], events: Iterable[Event], names: Names) -> list[dict[str, Any]]:
    """One row for each event and each endpoint that wants it."""
    by_tenant: dict[int, list[Front]] = {}
    for front in fronts:
        by_tenant.setdefault(front.tenant_id, []).append(front)
    found = []
    for event in events:
        wanting = [one for one in by_tenant[event.tenant_id] if one.wants(event)]
        if wanting:
            row = {
                "tenant_id": event.tenant_id,
                "sequence": event.sequence,
                "event": event_id(names, event.tenant_id, event.sequence),
                "type": event.kind,
                "lane": lane(event),
                "body": written(event, names).decode(),
            }
            found += [{**row, "endpoint": one.endpoint} for one in wanting]
    return found


async def due(
    conn: AsyncConnection, now: datetime, away: Collection[int], resting: Collection[str], each: int
) -> list[Due]:
    """What can be sent now, so many at most for each endpoint."""
    asked = {"now": now, "away": list(away), "resting": list(resting), "each": each}
    return [Due(**row) for row in await rows(conn, DUE, asked)]


async def keys(
    conn: AsyncConnection, vault: Vault, sent: Iterable[Due], now: datetime
) -> dict[str, list[bytes]]:
    """The secrets that sign now, by endpoint, the newest first."""
    asked = {(one.tenant_id, one.endpoint) for one in sent}
    named = [{"tenant_id": tenant, "endpoint": endpoint} for tenant, endpoint in sorted(asked)]
    found: dict[str, list[bytes]] = {}
    sent_as = {"endpoints": msgspec.json.encode(named).decode(), "now": now}
    for row in await rows(conn, SECRETS, sent_as):
        to = whose(row["tenant_id"], row["endpoint"])
        found.setdefault(to, []).append(vault.open(row["sealed"], to))
    return found


async def settle(conn: AsyncConnection, found: Iterable[Settled], backoff: Backoff) -> None:
    """Write down what became of tries, and when the next is due."""
    tried = [
        {
            "delivery": one.due.delivery,
            "at": one.at,
            "status": one.tried.status,
            "failure": one.tried.failure,
            "duration_ms": one.tried.duration_ms,
            "state": one.state(),
            "due_at": one.at + backoff.after(one.due.tries + 1, random.random()),  # noqa: S311
        }
        for one in found
    ]
    if tried:
        async with conn.transaction():
            await conn.execute(SETTLE, {"tried": msgspec.json.encode(tried).decode()})


class Off(Struct, frozen=True):
    """What a tenant reads of an endpoint that was switched off."""

    endpoint: str
    failing_since: datetime


async def give_up(conn: AsyncConnection, now: datetime) -> list[str]:
    """Switch off what has taken nothing for three days, and tell its tenant; their names."""
    async with conn.transaction():
        found = await rows(conn, GIVE_UP, {"now": now, "since": now - TRIED_FOR})
        for row in found:
            off = Off(row["endpoint"], row["failing_since"])
            await tell(conn, "webhook.disabled", [row["tenant_id"]], off)
    return [whose(row["tenant_id"], row["endpoint"]) for row in found]


async def sweep(conn: AsyncConnection, now: datetime) -> int:
    """Forget deliveries that ended a month ago."""
    async with conn.transaction():
        return (await conn.execute(SWEEP, {"before": now - KEPT_FOR})).rowcount


async def stands(conn: AsyncConnection) -> Stands:
    """How deliveries stand now."""
    return Stands(**(await rows(conn, STANDS, {}))[0])
