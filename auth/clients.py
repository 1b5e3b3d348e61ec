"""Clients: whoever has credentials of its own. Registered once, revoked once, never revived.

A revocation raises the doors' counter in its own transaction, so the booking desk looks again
before the next slip; whoever calls these rings the bell afterwards, for the readers' sake.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row, tuple_row
from psycopg.types.json import Jsonb

from auth.redirects import is_redirect
from auth.scopes import AUDIENCES, MEMBER, strangers
from federation.refusals import NotFound, Validation
from federation.sql import statement
from federation.tell import tell
from tenants.layout import moved, stop_till

Method = Literal["private_key_jwt", "client_secret_basic", "none"]
Jwk = dict[str, Any]

ADD = statement(__file__, "add_client")
FIND_TENANT = statement(__file__, "find_tenant")
REVOKE = statement(__file__, "revoke_client")
LIST = statement(__file__, "list_clients")
TURN = statement(__file__, "turn_client")
BIND = statement(__file__, "bind_certificate")
END_GRANTS = statement(__file__, "end_grants")

CLIENT_ID = re.compile(r"c_[a-z2-7]{12}")


class Registered(Struct, frozen=True):
    """A new client, and its secret where it has one: shown once, kept nowhere."""

    client_id: str
    secret: str | None


class Listed(Struct, frozen=True):
    """One client as an administrator sees it."""

    client_id: str
    tenant: str
    name: str
    method: Method
    audience: str
    scopes: list[str]
    tills: list[str] | None
    redirect_uris: list[str]
    dpop: bool
    pushed_only: bool
    certified: bool
    state: str
    created_at: datetime
    revoked_at: datetime | None


class ClientRevoked(Struct, frozen=True):
    """What its tenant reads of a client that was shut out."""

    client: str


class TillRevoked(Struct, frozen=True):
    """What its tenant reads of a till that was stopped."""

    till: str


def digest(secret: str) -> bytes:
    """What is kept of a secret. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


def is_secret(secret: str, kept: bytes) -> bool:
    """Whether this is the secret that was given out, found out in constant time."""
    return hmac.compare_digest(digest(secret), kept)


def public_key(jwk: Jwk) -> Jwk:
    """The public half of a P-256 key with its `kid`; a private one is refused, not stripped."""
    if jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or "d" in jwk:
        raise Validation(pointer="/jwk")
    try:
        key = ECKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, KeyError, TypeError):
        raise Validation(pointer="/jwk") from None
    kid = jwk.get("kid", key.thumbprint())
    if not isinstance(kid, str) or not re.fullmatch(r"[\x21-\x7e]{1,200}", kid):
        raise Validation(pointer="/jwk/kid")
    return {**key.as_dict(private=False), "kid": kid}


def new_client_id() -> str:
    """A name that no client had before."""
    return "c_" + base64.b32encode(secrets.token_bytes(8))[:12].decode().lower()


class New(Struct, frozen=True, kw_only=True):
    """A client to be registered. `jwk` is its public key; without one it gets a secret, or, where
    it is `public`, nothing: it is an app on a member's phone. Its tokens are bound to the
    certificate with this digest, if to any."""

    tenant: str
    name: str
    audience: str
    scopes: Sequence[str]
    tills: Sequence[str] | None = None
    jwk: Jwk | None = None
    public: bool = False
    redirect_uris: Sequence[str] = ()
    dpop: bool = False
    pushed_only: bool = False
    certificate: bytes | None = None

    @property
    def method(self) -> Method:
        """How it proves itself."""
        if self.public:
            return "none"
        return "client_secret_basic" if self.jwk is None else "private_key_jwt"


def in_order(new: New) -> None:
    """`Validation`, with the place, where a client cannot be registered so."""
    wanted = frozenset(new.scopes)
    if new.audience not in AUDIENCES:
        raise Validation(pointer="/audience")
    if not wanted or strangers(wanted, new.audience):
        raise Validation(pointer="/scopes")
    members = new.audience == MEMBER
    if new.tills is not None and (members or not new.tills):
        raise Validation(pointer="/tills")
    if members != bool(new.redirect_uris) or not all(map(is_redirect, new.redirect_uris)):
        raise Validation(pointer="/redirect_uris")
    if new.public and (not members or new.jwk is not None):
        raise Validation(pointer="/public")
    if new.public and new.certificate is not None:
        raise Validation(pointer="/certificate")
    if new.pushed_only and not members:
        raise Validation(pointer="/pushed_only")


async def add(conn: AsyncConnection[Any], *, now: datetime, **asked: Any) -> Registered:
    """Register a client of a tenant (the words of `New`)."""
    new = New(**asked)
    in_order(new)
    secret = secrets.token_urlsafe(32) if new.method == "client_secret_basic" else None
    client_id = new_client_id()
    row = {
        "client_id": client_id,
        "tenant": new.tenant,
        "name": new.name,
        "method": new.method,
        "secret_sha256": None if secret is None else digest(secret),
        "jwk": None if new.jwk is None else Jsonb(public_key(new.jwk)),
        "scopes": sorted(set(new.scopes)),
        "audience": new.audience,
        "tills": None if new.tills is None else sorted(set(new.tills)),
        "redirect_uris": sorted(set(new.redirect_uris)),
        "dpop": new.dpop,
        "pushed_only": new.pushed_only,
        "certificate": new.certificate,
        "now": now,
    }
    async with conn.transaction():
        if not (await conn.execute(ADD, row)).rowcount:
            known = await conn.execute(FIND_TENANT, {"tenant": new.tenant})
            raise Validation(pointer="/tills") if known.rowcount else NotFound
    return Registered(client_id, secret)


async def turn(
    conn: AsyncConnection[Any],
    client_id: str,
    jwk: Jwk | None,
    now: datetime,
    old_for: timedelta,
) -> Registered:
    """Give a client another key, or another secret; the old one is believed a while longer."""
    secret = secrets.token_urlsafe(32) if jwk is None else None
    row = {
        "client_id": client_id,
        "method": "client_secret_basic" if jwk is None else "private_key_jwt",
        "secret_sha256": None if secret is None else digest(secret),
        "jwk": None if jwk is None else Jsonb(public_key(jwk)),
        "old_until": now + old_for,
        "now": now,
    }
    if (await conn.execute(TURN, row)).rowcount != 1:
        raise NotFound
    return Registered(client_id, secret)


async def bind(
    conn: AsyncConnection[Any],
    client_id: str,
    certificate: bytes,
    now: datetime,
    old_for: timedelta,
) -> None:
    """Bind a client's tokens to a certificate; the one before is taken a while longer."""
    row = {"client_id": client_id, "certificate": certificate, "old_until": now + old_for}
    if (await conn.execute(BIND, row)).rowcount != 1:
        raise NotFound


async def end_grants(
    conn: AsyncConnection[Any], member_id: int, now: datetime, client_id: str | None = None
) -> int:
    """Take back what a member allowed one app, or all; how many grants that was."""
    async with conn.transaction():
        asked = {"member_id": member_id, "client_id": client_id, "now": now}
        ended = (await conn.execute(END_GRANTS, asked)).rowcount
        if ended:
            await moved(conn)
        return ended


async def revoke(conn: AsyncConnection[Any], client_id: str, now: datetime) -> bool:
    """Shut a client out, from the next slip on. False: it was shut out before."""
    async with conn.transaction(), conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(REVOKE, {"client_id": client_id, "now": now})
        was = await cursor.fetchone()
        return await _shut(conn, was, "client.revoked", ClientRevoked(client_id))


async def revoke_till(conn: AsyncConnection[Any], tenant: str, till: str) -> bool:
    """Stop a till, whoever speaks for it. False: it was stopped before."""
    async with conn.transaction():
        was = await stop_till(conn, tenant, till)
        return await _shut(conn, was, "till.revoked", TillRevoked(till))


async def _shut(
    conn: AsyncConnection[Any], was: tuple[Any, ...] | None, kind: str, content: Struct
) -> bool:
    """Raise the doors' counter if a door that stood open was shut, and tell its tenant."""
    if was is None:
        raise NotFound
    stood_open: bool = was[0] == "active"
    if stood_open:
        await moved(conn)
        await tell(conn, kind, [was[1]], content)
    return stood_open


async def listed(conn: AsyncConnection[Any], tenant: str | None = None) -> list[Listed]:
    """Every client, or one tenant's, the newest last."""
    async with conn.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(LIST, {"tenant": tenant})
        return await cursor.fetchall()
