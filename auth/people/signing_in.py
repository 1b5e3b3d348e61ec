"""ログイン: a password, then a second factor; after each of them the session has a new name.

Unknown people, wrong passwords and accounts that are shut for a while are answered alike, after the
same work.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row

from auth.people import factors, log, sessions, tries
from auth.people.factors import Means, Shown
from auth.people.passwords import plain
from auth.people.sessions import Session, Visitor
from auth.people.tries import Bound
from federation.sql import statement

BY_LOGIN = statement(__file__, "person_by_login")
CAME_IN = statement(__file__, "came_in")

MOST_OF_ACCOUNT = 5
MOST_OF_ADDRESS = 5


class Known(Struct, frozen=True):
    """Who has a login."""

    person_id: str
    password: str | None


def login_of(told: str) -> str:
    """A login however it was typed in."""
    return plain(told).strip().lower()


async def first(
    conn: AsyncConnection[Any],
    means: Means,
    login: str,
    password: str,
    visitor: Visitor,
    now: datetime,
) -> str | None:
    """Half a session for a right password; None for anything else."""
    wanted = login_of(login)
    bounds = _bounds(means, "account", wanted, visitor)
    open_ = await tries.may_try(conn, bounds, now)
    async with conn.cursor(row_factory=class_row(Known)) as cursor:
        await cursor.execute(BY_LOGIN, {"login": wanted, "now": now})
        known = await cursor.fetchone()
    right = await means.passwords.right(password, None if known is None else known.password)
    if known is None or not (open_ and right):
        person_id = None if known is None else known.person_id
        what = "password-wrong" if open_ else "locked-out"
        await log.record(conn, what, "", now, person_id=person_id, address=visitor.address)
        return None
    await tries.forget(conn, [now], bounds)
    return await sessions.begin(conn, visitor, now, person_id=known.person_id)


async def second(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    shown: Shown,
    visitor: Visitor,
    now: datetime,
) -> str | None:
    """A whole session in the place of half of one, for a right second factor; None for a wrong
    one."""
    open_ = await tries.may_try(conn, _bounds(means, "second", session.person, visitor), now)
    factor = await factors.proven(conn, means, session, shown, "sign-in", now) if open_ else None
    if factor is None:
        what = "second-wrong" if open_ else "locked-out"
        await log.record(conn, what, "", now, person_id=session.person, address=visitor.address)
        return None
    return await whole(conn, means, session, factor, visitor, now)


async def whole(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    factor: sessions.Factor,
    visitor: Visitor,
    now: datetime,
) -> str:
    """End half a session and begin a whole one; what had gone wrong before is forgotten."""
    async with conn.transaction():
        await sessions.end(conn, session.session_sha256)
        person = session.person
        token = await sessions.begin(conn, visitor, now, person_id=person, factor=factor)
        account, address = _bounds(means, "account", session.login, visitor)
        second_, _ = _bounds(means, "second", person, visitor)
        await tries.forget(conn, [now], [address], [account.whose, second_.whose])
        await conn.execute(CAME_IN, {"person_id": person, "now": now})
        await log.record(
            conn, "signed-in", person, now, person_id=person, told=factor, address=visitor.address
        )
    return token


async def step_up(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    shown: Shown,
    action: str,
    visitor: Visitor,
    now: datetime,
) -> bool:
    """Show a second factor anew, for one action."""
    open_ = await tries.may_try(conn, _bounds(means, "second", session.person, visitor), now)
    purpose = f"step-up {action}"
    factor = await factors.proven(conn, means, session, shown, purpose, now) if open_ else None
    if factor is None:
        await log.record(
            conn, "step-up-wrong", "", now, person_id=session.person, address=visitor.address
        )
        return False
    second_, address = _bounds(means, "second", session.person, visitor)
    await tries.forget(conn, [now], [address], [second_.whose])
    await sessions.prove(conn, session, action, factor, now)
    await log.record(conn, "stepped-up", session.person, now, person_id=session.person, told=action)
    return True


async def shown_log(conn: AsyncConnection[Any], session: Session, log_id: int) -> None:
    """The person has seen the log up to here."""
    query = "UPDATE auth.people SET seen_log = %(log_id)s WHERE person_id = %(person_id)s"
    await conn.execute(query, {"person_id": session.person, "log_id": log_id})


async def signed_in_at(conn: AsyncConnection[Any], person_id: str) -> datetime | None:
    """When a person last came in."""
    query = "SELECT signed_in_at FROM auth.people WHERE person_id = %(person_id)s"
    async with conn.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(query, {"person_id": person_id})
        return await cursor.fetchone()


def _bounds(means: Means, kind: str, whose: str, visitor: Visitor) -> list[Bound]:
    return [
        Bound(means.seals.digest(kind, whose), MOST_OF_ACCOUNT),
        Bound(means.seals.digest("address", visitor.address), MOST_OF_ADDRESS),
    ]
