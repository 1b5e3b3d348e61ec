"""会員のログイン: an e-mail address, a phone number or a card, and a password of the member's own;
from a device that is not known yet, a code by mail as well.

A card's PIN opens nothing here: its five tries belong to the tills, and whoever guessed on the web
would shut the card there.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from auth.people import log, sessions, tries
from auth.people.factors import Means
from auth.people.passwords import good, plain
from auth.people.refusals import LinkOver
from auth.people.seals import fresh_token, sha256
from auth.people.sessions import Session, Visitor
from auth.people.tries import Bound
from federation.carriers import led
from federation.reading import rows
from federation.sql import statement
from tenants.member_words import phone_of

BY_EMAIL = statement(__file__, "member_by_email")
CONTACT = statement(__file__, "member_contact")
LOGIN = statement(__file__, "member_login")
SET_LOGIN = statement(__file__, "set_member_login")
FIND_DEVICE = statement(__file__, "find_device")
ADD_DEVICE = statement(__file__, "add_device")
DROP_DEVICES = statement(__file__, "drop_devices")
MEMBER_LINK = statement(__file__, "member_link")
ADD_LINK = statement(__file__, "add_link")
USE_LINK = statement(__file__, "use_link")
FORGET_GONE = statement(__file__, "forget_gone")

MOST_OF_ACCOUNT = 5
MOST_OF_ADDRESS = 50  # many members share a mobile network's address
LINK_LASTS = timedelta(hours=1)
NOBODY = 0
PURPOSE = "new-device"


class Contact(Struct, frozen=True):
    """A member who is with us, and where a letter reaches them."""

    member_id: int
    email: str | None
    phone: str | None = None


class Began(Struct, frozen=True):
    """A session that was begun; half of one goes with a code, and where to send it."""

    token: str
    code: str | None = None
    contact: Contact | None = None


async def who(worker: AsyncConnection[Any], told: str) -> Contact | None:
    """The member that an e-mail address, a phone number or a card leads to; the same is asked of
    the database whether there is one or not."""
    wanted = plain(told).strip()
    digits = "".join(sign for sign in wanted if sign.isdecimal())
    email = wanted.lower() if "@" in wanted else ""
    found = {row["member_id"] for row in await rows(worker, BY_EMAIL, {"email": email})}
    leads = [await led(worker, key) for key in (digits, f"phone:{phone_of(wanted)}")]
    if email:
        leads = []
    kinds = ("card", "phone")
    found |= {one.member_id for one in leads if one and one.state == "active" and one.kind in kinds}
    member_id = found.pop() if len(found) == 1 else NOBODY
    async with worker.cursor(row_factory=class_row(Contact)) as cursor:
        await cursor.execute(CONTACT, {"member_id": member_id})
        return await cursor.fetchone()


async def first(
    conn: AsyncConnection[Any],
    means: Means,
    contact: Contact | None,
    told: str,
    password: str,
    device: str,
    visitor: Visitor,
    now: datetime,
) -> Began | None:
    """A session for a right password from a known device; half a session, and a code to send, from
    another; None for anything else."""
    member_id = contact.member_id if contact else NOBODY
    # However a number is spelled, it is the same member's.
    whose = str(member_id) if contact else plain(told).strip().lower()
    bounds = _bounds(means, "member", whose, visitor)
    open_ = await tries.may_try(conn, bounds, now)
    logins = await rows(conn, LOGIN, {"member_id": member_id})
    right = await means.passwords.right(password, logins[0]["password"] if logins else None)
    if contact is None or not (open_ and right):
        what = "member-password-wrong" if open_ else "member-locked-out"
        known = contact.member_id if contact else None
        await log.record(conn, what, "", now, member_id=known, address=visitor.address)
        return None
    await tries.forget(conn, [now], bounds[1:], [bounds[0].whose])
    if await _known(conn, contact.member_id, device, now):
        token = await sessions.begin(
            conn, visitor, now, member_id=contact.member_id, factor="device"
        )
        return Began(token)
    token = await sessions.begin(conn, visitor, now, member_id=contact.member_id)
    session = await sessions.find(conn, token, now)
    assert session is not None
    code = f"{secrets.randbelow(10**6):06}"
    await sessions.challenge(conn, session, _digest(means, session, code), PURPOSE, now)
    return Began(token, code, contact)


async def second(
    conn: AsyncConnection[Any],
    means: Means,
    session: Session,
    code: str,
    visitor: Visitor,
    now: datetime,
) -> tuple[str, str] | None:
    """The whole session and the device's own secret, for the right code; a wrong one uses the code
    up after five."""
    member_id = session.member_id
    assert member_id is not None
    bounds = _bounds(means, "member-code", str(member_id), visitor)
    open_ = await tries.may_try(conn, bounds, now)
    set_ = await sessions.challenged(conn, session, PURPOSE, now)
    if set_ is None or not open_:
        return None
    told = _digest(means, session, code)
    if not secrets.compare_digest(set_, told):
        await sessions.challenge(conn, session, set_, PURPOSE, session.began_at)
        await log.record(
            conn, "member-code-wrong", "", now, member_id=member_id, address=visitor.address
        )
        return None
    await tries.forget(conn, [now], bounds[1:], [bounds[0].whose])
    return await _whole(conn, session.session_sha256, member_id, visitor, now)


async def link(
    conn: AsyncConnection[Any], means: Means, contact: Contact, visitor: Visitor, now: datetime
) -> str | None:
    """The secret of a link with which a member chooses a password; None after five."""
    bounds = _bounds(means, "member-link", str(contact.member_id), visitor)
    if not await tries.may_try(conn, bounds, now):
        return None
    token = fresh_token()
    asked = {
        "link_sha256": sha256(token), "kind": "member", "person_id": None,
        "member_id": contact.member_id, "by": "", "now": now, "expires_at": now + LINK_LASTS,
    }  # fmt: skip
    await conn.execute(ADD_LINK, asked)
    return token


async def for_whom(conn: AsyncConnection[Any], token: str, now: datetime) -> int:
    """The member that a link is for; `LinkOver`."""
    found = await rows(conn, MEMBER_LINK, {"link_sha256": sha256(token), "now": now})
    if not found:
        raise LinkOver
    return int(found[0]["member_id"])


async def choose(
    conn: AsyncConnection[Any],
    means: Means,
    token: str,
    password: str,
    visitor: Visitor,
    now: datetime,
) -> tuple[str, str]:
    """Use a link up: a password, a session and a known device; whatever was open before is shut.
    `LinkOver`, `WeakPassword`."""
    member_id = await for_whom(conn, token, now)
    kept = await means.passwords.kept(good(password))
    async with conn.transaction():
        if (await conn.execute(USE_LINK, {"link_sha256": sha256(token), "now": now})).rowcount != 1:
            raise LinkOver
        await conn.execute(SET_LOGIN, {"member_id": member_id, "password": kept, "now": now})
        await conn.execute(DROP_DEVICES, {"member_id": member_id})
        await sessions.end_all(conn, member_id=member_id)
        await log.record(
            conn, "member-password-set", "", now, member_id=member_id, address=visitor.address
        )
        return await _whole(conn, None, member_id, visitor, now)


async def welcomed(
    conn: AsyncConnection[Any], member_id: int, visitor: Visitor, now: datetime
) -> tuple[str, str]:
    """A session and a known device for somebody who has just proved where they are reached."""
    return await _whole(conn, None, member_id, visitor, now)


async def forget_gone(conn: AsyncConnection[Any]) -> None:
    """Let go of how members signed in who have left or become one with another."""
    await conn.execute(FORGET_GONE)


async def _whole(
    conn: AsyncConnection[Any],
    half: bytes | None,
    member_id: int,
    visitor: Visitor,
    now: datetime,
) -> tuple[str, str]:
    device = fresh_token()
    async with conn.transaction():
        if half is not None:
            await sessions.end(conn, half)
        asked = {
            "device_sha256": sha256(device), "member_id": member_id, "now": now,
            "agent": visitor.agent[: sessions.LONGEST_AGENT],
        }  # fmt: skip
        await conn.execute(ADD_DEVICE, asked)
        await log.record(
            conn, "member-device-added", "", now, member_id=member_id, address=visitor.address
        )
        token = await sessions.begin(conn, visitor, now, member_id=member_id, factor="code")
    return token, device


async def _known(conn: AsyncConnection[Any], member_id: int, device: str, now: datetime) -> bool:
    asked = {"device_sha256": sha256(device), "member_id": member_id, "now": now}
    return bool(device) and (await conn.execute(FIND_DEVICE, asked)).rowcount == 1


def _digest(means: Means, session: Session, code: str) -> bytes:
    return means.seals.digest("member-code", session.session_sha256.hex(), code)


def _bounds(means: Means, kind: str, whose: str, visitor: Visitor) -> list[Bound]:
    return [
        Bound(means.seals.digest(kind, whose), MOST_OF_ACCOUNT),
        Bound(means.seals.digest("member-address", visitor.address), MOST_OF_ADDRESS),
    ]
