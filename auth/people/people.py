"""担当者: who they are, what they may do, how they come in for the first time or again.

Everything here is done by an administrator (or at the command line) and written into the log.
Nobody changes their own roles; administrators hold no finance role.
"""

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import psycopg
from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from auth.people import log, sessions
from auth.people.factors import Means
from auth.people.passwords import good
from auth.people.refusals import LinkOver, LoginKnown, NotOwnRole, RolesApart
from auth.people.roles import ROLES, is_placed, one_tenant, together
from auth.people.seals import fresh_token, sha256
from auth.people.sessions import Session, Visitor
from auth.people.signing_in import login_of
from federation.refusals import NotFound, Validation
from federation.sql import statement

ADD = statement(__file__, "add_person")
ADD_ROLE = statement(__file__, "add_role")
DROP_ROLE = statement(__file__, "drop_role")
TURN = statement(__file__, "turn_person")
LIST = statement(__file__, "list_people")
ADD_LINK = statement(__file__, "add_link")
DROP_LINKS = statement(__file__, "drop_links")
FIND_LINK = statement(__file__, "find_link")
USE_LINK = statement(__file__, "use_link")
RENEW = statement(__file__, "renew_person")
SET_PASSWORD = statement(__file__, "set_password")

INVITED_FOR = timedelta(hours=72)
RECOVERED_FOR = timedelta(hours=1)


class Given(Struct, frozen=True, order=True):
    """A role and where it stands; 0 is headquarters."""

    role: str
    place_id: int = 0


class Person(Struct, frozen=True):
    """A person as an administrator sees them."""

    person_id: str
    login: str
    name: str
    state: str
    placed: bool
    created_by: str
    created_at: datetime
    signed_in_at: datetime | None
    passkeys: int
    totp: bool
    roles: list[str]
    places: list[int]
    place_codes: list[str]

    @property
    def given(self) -> list[Given]:
        """Their roles, each with its place."""
        return [Given(*one) for one in zip(self.roles, self.places, strict=True)]


class Opened(Struct, frozen=True):
    """Whom a link is for."""

    person_id: str
    kind: str
    login: str
    name: str


async def invite(
    conn: AsyncConnection[Any],
    login: str,
    name: str,
    roles: Sequence[Given],
    by: str,
    now: datetime,
) -> tuple[str, str]:
    """A new person with these roles; their id, and the secret of the link that lets them in once.
    `LoginKnown`, `RolesApart`, `Validation`."""
    wanted = login_of(login)
    if not wanted or not name.strip() or any(one.role not in ROLES for one in roles):
        raise Validation(pointer="/roles")
    if not roles or not stand_together(roles):
        raise RolesApart
    person_id = "p_" + base64.b32encode(secrets.token_bytes(8))[:12].decode().lower()
    placed = is_placed(roles[0].role)
    async with conn.transaction():
        asked = {
            "person_id": person_id, "login": wanted, "name": name.strip(), "placed": placed,
            "by": by, "now": now,
        }  # fmt: skip
        if (await conn.execute(ADD, asked)).rowcount != 1:
            raise LoginKnown
        for one in roles:
            await _add_role(conn, person_id, placed, one, by, now)
        told = ", ".join(f"{one.role}:{one.place_id}" for one in roles)
        await log.record(conn, "invited", by, now, person_id=person_id, told=told)
        token = await _link(conn, person_id, "invitation", by, now)
    return person_id, token


def stand_together(roles: Sequence[Given]) -> bool:
    """Whether one person may have all these roles, each at its place."""
    return together(one.role for one in roles) and one_tenant(
        (one.role, one.place_id) for one in roles
    )


async def recover(conn: AsyncConnection[Any], person_id: str, by: str, now: datetime) -> str:
    """The secret of a link by which a person comes back who lost a password or a factor. Using it
    takes all they had away."""
    person = await one(conn, person_id)
    if by == person.person_id:
        raise NotOwnRole
    async with conn.transaction():
        await log.record(conn, "recovery-link", by, now, person_id=person_id)
        return await _link(conn, person_id, "recovery", by, now)


async def give(
    conn: AsyncConnection[Any], person_id: str, given: Given, by: str, now: datetime
) -> None:
    """Give a person one more role. `NotOwnRole`, `RolesApart`."""
    if by == person_id:
        raise NotOwnRole
    async with conn.transaction():
        await _alone(conn)
        person = await one(conn, person_id)
        if given.role not in ROLES:
            raise Validation(pointer="/role")
        apart = not stand_together([*person.given, given])
        if apart or is_placed(given.role) != person.placed:
            raise RolesApart
        await _add_role(conn, person_id, person.placed, given, by, now)
        told = f"{given.role}:{given.place_id}"
        await log.record(conn, "role-given", by, now, person_id=person_id, told=told)


async def take(
    conn: AsyncConnection[Any], person_id: str, given: Given, by: str, now: datetime
) -> None:
    """Take a role away, from the next request on. `NotOwnRole`."""
    if by == person_id:
        raise NotOwnRole
    asked = {"person_id": person_id, "role": given.role, "place_id": given.place_id}
    async with conn.transaction():
        if (await conn.execute(DROP_ROLE, asked)).rowcount != 1:
            raise NotFound
        told = f"{given.role}:{given.place_id}"
        await log.record(conn, "role-taken", by, now, person_id=person_id, told=told)


async def disable(conn: AsyncConnection[Any], person_id: str, by: str, now: datetime) -> None:
    """Shut a person out at once; only a recovery link lets them in again. `NotOwnRole`."""
    if by == person_id:
        raise NotOwnRole
    async with conn.transaction():
        asked = {"person_id": person_id, "state": "disabled"}
        if (await conn.execute(TURN, asked)).rowcount != 1:
            raise NotFound
        await conn.execute(DROP_LINKS, {"person_id": person_id})
        await sessions.end_all(conn, person_id=person_id)
        await log.record(conn, "disabled", by, now, person_id=person_id)


async def opened(conn: AsyncConnection[Any], token: str, now: datetime) -> Opened:
    """Whom a link is for, if it is still good; `LinkOver` if not."""
    async with conn.cursor(row_factory=class_row(Opened)) as cursor:
        await cursor.execute(FIND_LINK, {"link_sha256": sha256(token), "now": now})
        found = await cursor.fetchone()
    if found is None:
        raise LinkOver
    return found


async def come_in(
    conn: AsyncConnection[Any],
    means: Means,
    token: str,
    password: str,
    visitor: Visitor,
    now: datetime,
) -> str:
    """Use a link up: a new password, no factor but the one to be made now, no other session. Half
    a session's cookie. `LinkOver`, `WeakPassword`."""
    whom = await opened(conn, token, now)
    kept = await means.passwords.kept(good(password, whom.login, whom.name))
    async with conn.transaction():
        asked = {"link_sha256": sha256(token), "now": now}
        if (await conn.execute(USE_LINK, asked)).rowcount != 1:
            raise LinkOver
        await conn.execute(RENEW, {"person_id": whom.person_id, "password": kept})
        await conn.execute("DELETE FROM auth.passkeys WHERE person_id = %s", (whom.person_id,))
        await sessions.end_all(conn, person_id=whom.person_id)
        await log.record(
            conn, "link-used", "", now, person_id=whom.person_id, told=whom.kind,
            address=visitor.address,
        )  # fmt: skip
        return await sessions.begin(conn, visitor, now, person_id=whom.person_id)


async def choose_password(
    conn: AsyncConnection[Any], means: Means, session: Session, password: str, now: datetime
) -> None:
    """Another password of one's own; every other session ends. `WeakPassword`."""
    kept = await means.passwords.kept(good(password, session.login, session.name))
    person_id = session.person
    async with conn.transaction():
        await conn.execute(SET_PASSWORD, {"person_id": person_id, "password": kept})
        await sessions.end_all(conn, person_id=person_id, but=session.session_sha256)
        await log.record(conn, "password-changed", person_id, now, person_id=person_id)


async def listed(conn: AsyncConnection[Any], person_id: str | None = None) -> list[Person]:
    """Every person, or one, by login."""
    async with conn.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(LIST, {"person_id": person_id})
        return await cursor.fetchall()


async def one(conn: AsyncConnection[Any], person_id: str) -> Person:
    """A person by their id; `NotFound`."""
    found = await listed(conn, person_id)
    if not found:
        raise NotFound
    return found[0]


async def _add_role(
    conn: AsyncConnection[Any], person_id: str, placed: bool, one: Given, by: str, now: datetime
) -> None:
    asked = {
        "person_id": person_id, "placed": placed, "role": one.role, "place_id": one.place_id,
        "by": by, "now": now,
    }  # fmt: skip
    try:
        async with conn.transaction():
            await conn.execute(ADD_ROLE, asked)
    except psycopg.errors.CheckViolation:
        raise Validation(pointer="/place") from None


async def _link(
    conn: AsyncConnection[Any], person_id: str, kind: str, by: str, now: datetime
) -> str:
    """One link at a time: a new one takes the place of those that wait."""
    await conn.execute(DROP_LINKS, {"person_id": person_id})
    token = fresh_token()
    lasts = INVITED_FOR if kind == "invitation" else RECOVERED_FOR
    asked = {
        "link_sha256": sha256(token), "kind": kind, "person_id": person_id, "member_id": None,
        "by": by, "now": now, "expires_at": now + lasts,
    }  # fmt: skip
    await conn.execute(ADD_LINK, asked)
    return token


async def _alone(conn: AsyncConnection[Any]) -> None:
    await conn.execute("SELECT pg_advisory_xact_lock(hashtext('auth.person_roles'))")
