"""レジ端末の登録: a till that shows a code becomes a client with keys of its own."""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct, to_builtins
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from auth.clients import new_client_id, public_key
from auth.scopes import TILL, strangers
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants.offline_lines import PublicJwk
from tenants.till_keys import GROUP, GROUPS, KNOCK, LIFETIME, adopt, digest

OFFER = statement(__file__, "offer_enrolment")
USE = statement(__file__, "use_enrolment")
ENROL = statement(__file__, "enrol_client")

# What the browser till does (deploy/web/till); a code may give less.
EVERYTHING = (
    "members:lookup", "points:accrue", "points:quote", "points:read", "points:redeem",
    "points:return", "points:reverse", "points:upload",
)  # fmt: skip


class ClientEnrolment(Struct, frozen=True, forbid_unknown_fields=True):
    """The code, the key that comes in at the door, and the key that signs lines offline."""

    code: Annotated[str, Meta(max_length=64)]
    jwk: PublicJwk
    line_jwk: PublicJwk


class ClientEnrolled(Struct, frozen=True):
    """The client that it is from now on, for which till; its lines begin at `next_seq`."""

    client_id: str
    till: str
    scopes: tuple[str, ...]
    dpop: bool
    kid: str
    line_kid: str
    next_seq: int = 1


class Offered(Struct, frozen=True, kw_only=True):
    """The client that a code shall make."""

    tenant: str
    till: str
    name: str = ""
    scopes: Sequence[str] = EVERYTHING
    dpop: bool = True


async def offer(conn: AsyncConnection[Any], asked: Offered, wall: datetime) -> str:
    """A code with which one till may enrol within ten minutes; shown once, kept nowhere."""
    if not asked.scopes or strangers(frozenset(asked.scopes), TILL):
        raise Validation(pointer="/scopes")
    letters = base64.b32encode(secrets.token_bytes(15)).decode()
    assert len(letters) == GROUP * GROUPS
    code = "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))
    row = {
        "code": digest(code), "client_id": new_client_id(), "tenant": asked.tenant,
        "till": asked.till, "name": asked.name or f"{asked.tenant} {asked.till}",
        "scopes": sorted(set(asked.scopes)), "dpop": asked.dpop, "expires_at": wall + LIFETIME,
    }  # fmt: skip
    if (await conn.execute(OFFER, row)).rowcount != 1:
        raise NotFound(pointer="/till")
    return code


async def enrol(
    conn: AsyncConnection[Any], asked: ClientEnrolment, wall: datetime, now: datetime
) -> ClientEnrolled:
    """Make the client that a code described, in one transaction; a code that is wrong, over (by the
    wall clock) or used is answered alike."""
    jwk = public_key({k: v for k, v in to_builtins(asked.jwk).items() if k != "kid"})
    code = digest(asked.code)
    await conn.execute(KNOCK, (code,))
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(USE, {"code": code, "now": wall})
        row = await cursor.fetchone()
    if row is None:
        raise NotFound(pointer="/code")
    await conn.execute(ENROL, {**row, "jwk": Jsonb(jwk), "now": wall})
    line_kid = await adopt(conn, (row["tenant_id"], row["till"]), asked.line_jwk, now)
    return ClientEnrolled(
        row["client_id"], row["till"], tuple(row["scopes"]), row["dpop"], jwk["kid"], line_kid
    )
