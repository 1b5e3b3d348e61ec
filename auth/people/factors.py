"""二つ目の確認: codes of an app and passkeys: shown, and enrolled.

Every verb answers yes or no and lets the caller's transaction stand: a challenge that was answered
wrongly is used up, and a wrong code stays counted.
"""

import secrets
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from auth.people import log, passkeys, sessions, totp
from auth.people.passkeys import NotThisKey, Passkey, Site
from auth.people.passwords import Passwords
from auth.people.seals import Seals
from auth.people.sessions import Factor, Session
from federation.sql import statement

SECRET = statement(__file__, "totp_of")
USE_STEP = statement(__file__, "use_step")
SET_TOTP = statement(__file__, "set_totp")
KEYS = statement(__file__, "passkeys_of")
USE_KEY = statement(__file__, "use_passkey")
ADD_KEY = statement(__file__, "add_passkey")
DROP_KEY = statement(__file__, "drop_passkey")
CHALLENGE_BYTES = 32


class Means(Struct, frozen=True):
    """What one instance checks people with."""

    seals: Seals
    passwords: Passwords
    site: Site


class Shown(Struct, frozen=True):
    """What somebody shows as a second factor: six digits, or what a passkey answered."""

    code: str = ""
    credential: str = ""


class Secret(Struct, frozen=True):
    """A person's TOTP secret, and the last 30 seconds whose code was used."""

    totp: bytes | None
    totp_step: int


class Kept(Struct, frozen=True):
    """A passkey as its owner sees it."""

    credential_id: bytes
    public_key: bytes
    counter: int
    name: str
    made_at: datetime
    used_at: datetime | None


async def keys_of(conn: AsyncConnection[Any], person_id: str) -> list[Kept]:
    """A person's passkeys, the oldest first."""
    async with conn.cursor(row_factory=class_row(Kept)) as cursor:
        await cursor.execute(KEYS, {"person_id": person_id})
        return await cursor.fetchall()


async def secret_of(conn: AsyncConnection[Any], person_id: str) -> Secret:
    """A person's TOTP secret, as it is kept."""
    async with conn.cursor(row_factory=class_row(Secret)) as cursor:
        await cursor.execute(SECRET, {"person_id": person_id})
        return await cursor.fetchone() or Secret(None, 0)


async def asked(
    conn: AsyncConnection[Any], means: Means, session: Session, purpose: str, now: datetime
) -> str | None:
    """What the browser shall ask the person's passkeys, for this purpose; None where they have
    none."""
    known = await keys_of(conn, session.person)
    if not known:
        return None
    value = secrets.token_bytes(CHALLENGE_BYTES)
    await sessions.challenge(conn, session, value, purpose, now)
    return passkeys.to_prove(means.site, value, [one.credential_id for one in known])


async def proven(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    shown: Shown,
    purpose: str,
    now: datetime,
) -> Factor | None:
    """Which second factor was shown rightly, if one was."""
    if shown.credential:
        right = await _by_key(conn, means, session, shown.credential, purpose, now)
        return "passkey" if right else None
    right = await _by_code(conn, means, session.person, shown.code, now)
    return "totp" if right else None


async def _by_code(
    conn: AsyncConnection[Any], means: Means, person_id: str, code: str, now: datetime
) -> bool:
    kept = await secret_of(conn, person_id)
    if kept.totp is None:
        return False
    secret = means.seals.open(kept.totp, person_id)
    step = totp.step_of(secret, code, now, kept.totp_step)
    if step is None:
        return False
    return (await conn.execute(USE_STEP, {"person_id": person_id, "step": step})).rowcount == 1


async def _by_key(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    credential: str,
    purpose: str,
    now: datetime,
) -> bool:
    value = await sessions.challenged(conn, session, purpose, now)
    if value is None:
        return False
    known = {one.credential_id: one for one in await keys_of(conn, session.person)}
    try:
        own = known[passkeys.named(credential)]
        was = Passkey(own.credential_id, own.public_key, own.counter)
        counter = passkeys.proved(means.site, credential, value, was)
    except (NotThisKey, KeyError):
        await log.record(conn, "passkey-refused", "", now, person_id=session.person)
        return False
    used = {"credential_id": own.credential_id, "was": own.counter, "counter": counter, "now": now}
    return (await conn.execute(USE_KEY, used)).rowcount == 1


async def new_secret(
    conn: AsyncConnection[Any], means: Means, session: Session, now: datetime
) -> str:
    """The TOTP secret that a session is enrolling; the same until it is confirmed."""
    if session.totp is not None:
        return means.seals.open(session.totp, session.person)
    secret = totp.fresh()
    sealed = means.seals.seal(secret, session.person)
    await sessions.challenge(
        conn, session, secrets.token_bytes(CHALLENGE_BYTES), "none", now, sealed
    )
    return secret


async def asked_for_new(
    conn: AsyncConnection[Any], means: Means, session: Session, now: datetime
) -> str:
    """What the browser shall ask in order to make a passkey."""
    value = secrets.token_bytes(CHALLENGE_BYTES)
    await sessions.challenge(conn, session, value, "new-passkey", now)
    known = [one.credential_id for one in await keys_of(conn, session.person)]
    site = means.site
    return passkeys.to_register(site, session.person, session.login, session.name, value, known)


async def enrol(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    shown: Shown,
    name: str,
    now: datetime,
) -> Factor | None:
    """Keep a new second factor, once it was shown to work; which one it was."""
    if shown.credential:
        return await _keep_key(conn, means, session, shown.credential, name, now)
    if session.totp is None:
        return None
    secret = means.seals.open(session.totp, session.person)
    step = totp.step_of(secret, shown.code, now, 0)
    if step is None:
        return None
    sealed = {"person_id": session.person, "totp": session.totp, "step": step}
    await conn.execute(SET_TOTP, sealed)
    await log.record(conn, "totp-set", session.person, now, person_id=session.person)
    return "totp"


async def _keep_key(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    credential: str,
    name: str,
    now: datetime,
) -> Factor | None:
    value = await sessions.challenged(conn, session, "new-passkey", now)
    if value is None:
        return None
    try:
        made = passkeys.registered(means.site, credential, value)
    except NotThisKey:
        return None
    row = {
        "credential_id": made.credential_id, "person_id": session.person, "now": now,
        "public_key": made.public_key, "counter": made.counter, "name": name or "passkey",
    }  # fmt: skip
    if (await conn.execute(ADD_KEY, row)).rowcount != 1:
        return None
    await log.record(
        conn, "passkey-added", session.person, now, person_id=session.person, told=name
    )
    return "passkey"


async def drop_key(
    conn: AsyncConnection[Any], session: Session, credential_id: bytes, now: datetime
) -> bool:
    """Take one of one's own passkeys away; never the last second factor."""
    row = {"credential_id": credential_id, "person_id": session.person}
    if (await conn.execute(DROP_KEY, row)).rowcount != 1:
        return False
    await log.record(conn, "passkey-dropped", session.person, now, person_id=session.person)
    return True
