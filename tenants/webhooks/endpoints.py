"""送信先: where a tenant is told, of what, and with what secret; a tenant knows its own alone."""

import secrets as chance
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.events import told_to
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants.webhooks.guard import Allowance, NotAllowed, destination
from tenants.webhooks.refusals import (
    DestinationNotAllowed,
    EndpointNotEnabled,
    PingsWait,
    TooManyEndpoints,
)
from tenants.webhooks.signing import Vault, new_secret, public, shown, whose
from tenants.webhooks.telling import PING, TYPES, PingTold

ADD = statement(__file__, "add_endpoint")
CHANGE = statement(__file__, "change_endpoint")
ENDPOINTS = statement(__file__, "endpoints")
REMOVE = statement(__file__, "remove_endpoint")
LOCK = statement(__file__, "lock_endpoint")
END_SECRETS = statement(__file__, "end_secrets")
ADD_SECRET = statement(__file__, "add_secret")
PING_NOW = statement(__file__, "ping")
ATTEMPTS = statement(__file__, "attempts")
REPLAY = statement(__file__, "replay")
ALLOWANCES = statement(__file__, "allowances")

MOST_ENDPOINTS = 20
MOST_PINGS = 5
BOTH_SIGN = timedelta(hours=24)
ID = r"^[a-z0-9][a-z0-9-]{0,39}$(?!\n)"

State = Literal["enabled", "disabled", "failed"]


class Wanted(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An endpoint as its tenant wants it: by default told of everything."""

    url: Annotated[str, Meta(min_length=12, max_length=2048)]
    types: Annotated[tuple[str, ...], Meta(min_length=1, max_length=len(TYPES))] | None = None
    enabled: bool = True
    description: Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")] = ""


class Endpoint(Struct, frozen=True):
    """An endpoint; `failed` is one that the hub switched off. `sequence` is how far its deliveries
    are laid out, `dead` how many of them were given up."""

    endpoint: str
    url: str
    types: tuple[str, ...] | None
    description: str
    state: State
    sequence: int
    created_at: datetime
    failing_since: datetime | None
    waiting: int
    dead: int


class WithSecret(Struct, frozen=True):
    """A new secret, shown this once; the one before it signs beside it until `both_sign_until`."""

    endpoint: str
    secret: str
    both_sign_until: datetime | None


class PublicKey(Struct, frozen=True):
    """The public half of the Ed25519 key that signs for an endpoint (`v1a`), for everybody."""

    endpoint: str
    public_key: str


class Attempt(Struct, frozen=True):
    """One try to deliver one event: what was answered, or why nothing was; never what it said."""

    event: str
    type: str
    sequence: int | None
    attempt: int
    at: datetime
    status: int | None
    failure: str | None
    duration_ms: int
    state: Literal["waiting", "delivered", "dead"]
    next_attempt_at: datetime | None


class Attempts(Struct, frozen=True):
    """A page of tries, the newest first."""

    deliveries: tuple[Attempt, ...]
    next: str | None


class Pinged(Struct, frozen=True):
    """A ping that was put among the deliveries."""

    event: str


class Replaying(Struct, frozen=True):
    """From behind which sequence an endpoint is told again."""

    after: int


async def allowances(conn: AsyncConnection, in_test: bool) -> list[Allowance]:
    """What a demo or test allows beside public names; a real instance allows nothing."""
    if not in_test:
        return []
    return [Allowance(**row) for row in await rows(conn, ALLOWANCES, {})]


async def listed(conn: AsyncConnection, tenant_id: int) -> list[Endpoint]:
    """A tenant's endpoints."""
    found = await rows(conn, ENDPOINTS, {"tenant_id": tenant_id, "endpoint": None})
    return [Endpoint(**row) for row in found]


async def one(conn: AsyncConnection, tenant_id: int, endpoint: str) -> Endpoint:
    """One endpoint of a tenant; another tenant's does not exist."""
    found = await rows(conn, ENDPOINTS, {"tenant_id": tenant_id, "endpoint": endpoint})
    if not found:
        raise NotFound
    return Endpoint(**found[0])


async def key_of(conn: AsyncConnection, vault: Vault, tenant_id: int, endpoint: str) -> PublicKey:
    """The key by which an endpoint knows the hub's signatures."""
    found = await one(conn, tenant_id, endpoint)
    return PublicKey(found.endpoint, public(vault.signer(whose(tenant_id, endpoint))))


async def put(
    conn: AsyncConnection,
    vault: Vault,
    tenant_id: int,
    endpoint: str,
    wanted: Wanted,
    now: datetime,
    allowing: list[Allowance],
) -> WithSecret | Endpoint:
    """Make an endpoint, with its first secret; or change the one of that name."""
    asked = {"tenant_id": tenant_id, "endpoint": endpoint, "now": now, **fields(wanted, allowing)}
    await conn.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", (0x77686B, tenant_id))
    if (await conn.execute(CHANGE, asked)).rowcount:
        return await one(conn, tenant_id, endpoint)
    if not (await conn.execute(ADD, {**asked, "most": MOST_ENDPOINTS})).rowcount:
        raise TooManyEndpoints
    return await add_secret(conn, vault, tenant_id, endpoint, now, None)


def fields(wanted: Wanted, allowing: list[Allowance]) -> dict[str, Any]:
    """What is kept of an endpoint that is wanted, if the hub would send there."""
    unknown = [at for at, one in enumerate(wanted.types or ()) if one not in TYPES]
    if unknown:
        raise Validation(pointer=f"/types/{unknown[0]}")
    try:
        destination(wanted.url, allowing)
    except NotAllowed:
        raise DestinationNotAllowed(pointer="/url") from None
    return {
        "url": wanted.url,
        "types": None if wanted.types is None else sorted(set(wanted.types)),
        "description": wanted.description,
        "state": "enabled" if wanted.enabled else "disabled",
    }


async def add_secret(
    conn: AsyncConnection,
    vault: Vault,
    tenant_id: int,
    endpoint: str,
    now: datetime,
    until: datetime | None,
) -> WithSecret:
    """The next secret of an endpoint."""
    key = new_secret()
    sealed = vault.seal(key, whose(tenant_id, endpoint))
    asked = {"tenant_id": tenant_id, "endpoint": endpoint, "sealed": sealed, "now": now}
    await conn.execute(ADD_SECRET, asked)
    return WithSecret(endpoint, shown(key), until)


async def rotate(
    conn: AsyncConnection, vault: Vault, tenant_id: int, endpoint: str, now: datetime
) -> WithSecret:
    """Another secret; the one in use signs beside it for a day."""
    asked = {"tenant_id": tenant_id, "endpoint": endpoint, "now": now, "until": now + BOTH_SIGN}
    if not (await conn.execute(LOCK, asked)).rowcount:
        raise NotFound
    await conn.execute(END_SECRETS, asked)
    return await add_secret(conn, vault, tenant_id, endpoint, now, now + BOTH_SIGN)


async def remove(conn: AsyncConnection, tenant_id: int, endpoint: str) -> None:
    """Take an endpoint away, with all that waits for it."""
    if not (await conn.execute(REMOVE, {"tenant_id": tenant_id, "endpoint": endpoint})).rowcount:
        raise NotFound


async def ping(
    conn: AsyncConnection, names: Names, tenant_id: int, endpoint: str, now: datetime
) -> Pinged:
    """Put a ping among the deliveries of an endpoint that is on."""
    found = await one(conn, tenant_id, endpoint)
    if found.state != "enabled":
        raise EndpointNotEnabled
    number = chance.randbits(62) + 1
    event = names.seal("cursor", 0, number)  # tenant 0 is nobody's: it leads nowhere as a cursor
    told = PingTold(event, PING, now, {"endpoint": endpoint})
    asked = {
        "tenant_id": tenant_id,
        "endpoint": endpoint,
        "event": event,
        "lane": -number,
        "body": msgspec.json.encode(told).decode(),
        "now": now,
        "most": MOST_PINGS,
    }
    if not (await conn.execute(PING_NOW, asked)).rowcount:
        raise PingsWait
    return Pinged(event)


async def attempts(
    conn: AsyncConnection,
    names: Names,
    tenant_id: int,
    endpoint: str,
    after: str | None,
    limit: int,
) -> Attempts:
    """The log of an endpoint's deliveries, the newest try first."""
    await one(conn, tenant_id, endpoint)
    before = None
    if after is not None:
        whose_it_is, before = names.open("cursor", after)
        if whose_it_is != tenant_id:
            raise NotFound
    asked = {"tenant_id": tenant_id, "endpoint": endpoint, "before": before, "most": limit + 1}
    found = await rows(conn, ATTEMPTS, asked)
    page = [
        Attempt(
            row["event"],
            row["type"],
            row["sequence"],
            row["try"],
            row["at"],
            row["status"],
            row["failure"],
            row["duration_ms"],
            row["state"],
            row["next_try_at"],
        )
        for row in found[:limit]
    ]
    more = len(found) > limit
    last = found[limit - 1]["attempt"] if more else 0
    return Attempts(tuple(page), names.seal("cursor", tenant_id, last) if more else None)


async def replay(conn: AsyncConnection, tenant_id: int, endpoint: str, after: int) -> Replaying:
    """Tell an endpoint again what comes behind a sequence, in its order."""
    asked = {"tenant_id": tenant_id, "endpoint": endpoint, "after": after}
    row = await (await conn.execute(REPLAY, asked)).fetchone()
    if row is None:
        raise NotFound
    assert row[0] <= await told_to(conn)
    return Replaying(row[0])
