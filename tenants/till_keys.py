"""レジの鍵: a till's own key, enrolled with a code that works once, so that only it can sign."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct, to_builtins
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants.offline_lines import PublicJwk, public_key, thumbprint

ADD_ENROLMENT = statement(__file__, "add_enrolment")
USE_ENROLMENT = statement(__file__, "use_enrolment")
RETIRE_KEY = statement(__file__, "retire_till_key")
ADD_KEY = statement(__file__, "add_till_key")
KNOCK = "SELECT set_config('meguri.enrolment', %s, true)"
NAME_TENANT = "SELECT set_config('meguri.tenant', %s, true)"
LIFETIME = timedelta(minutes=10)
GROUP, GROUPS = 6, 4


class Enrolment(Struct, frozen=True, forbid_unknown_fields=True):
    """A till that shows its code says which key is its own."""

    code: Annotated[str, Meta(max_length=64)]
    jwk: PublicJwk


class Enrolled(Struct, frozen=True):
    """The till and the name of its key; its lines begin at `next_seq` under it."""

    till: str
    kid: str
    enrolled_at: datetime
    next_seq: int = 1


def digest(code: str) -> str:
    """What is kept of a code: it has 120 random bits, so a plain hash is enough. How it was typed
    does not count."""
    return hashlib.sha256(code.upper().replace("-", "").strip().encode()).hexdigest()


async def offer(conn: AsyncConnection, tenant: str, till: str, now: datetime) -> str:
    """A code with which a till may enrol its key within ten minutes; shown once, kept nowhere."""
    letters = base64.b32encode(secrets.token_bytes(15)).decode()
    assert len(letters) == GROUP * GROUPS
    code = "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))
    asked = {
        "code": digest(code), "tenant": tenant, "till": till, "expires_at": now + LIFETIME,
    }  # fmt: skip
    if (await conn.execute(ADD_ENROLMENT, asked)).rowcount != 1:
        raise NotFound(pointer="/till")
    return code


async def enrol(conn: AsyncConnection, asked: Enrolment, wall: datetime, now: datetime) -> Enrolled:
    """Make a key a till's own, once per code, and retire the key it had; in one transaction. A
    code that is wrong, over (by the wall clock) or used is answered alike."""
    public_key(asked.jwk)
    code = digest(asked.code)
    await conn.execute(KNOCK, (code,))
    used = await (await conn.execute(USE_ENROLMENT, {"code": code, "now": wall})).fetchone()
    if used is None:
        raise NotFound(pointer="/code")
    kid = await adopt(conn, used, asked.jwk, now)
    return Enrolled(used[1], kid, now)


async def adopt(
    conn: AsyncConnection, whose: tuple[int, str], jwk: PublicJwk, now: datetime
) -> str:
    """A key becomes that of a tenant's till and the key it had is retired; its name."""
    public_key(jwk)
    kid, (tenant_id, till) = thumbprint(jwk), whose
    await conn.execute(NAME_TENANT, (str(tenant_id),))
    row = {"tenant_id": tenant_id, "till": till, "kid": kid, "now": now}
    await conn.execute(RETIRE_KEY, row)
    try:
        await conn.execute(ADD_KEY, {**row, "jwk": Jsonb(to_builtins(jwk))})
    except UniqueViolation:  # an old key, or another till's: the code is not used up
        raise Validation(pointer="/jwk") from None
    return kid
