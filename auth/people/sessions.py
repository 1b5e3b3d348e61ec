"""セッション: who is signed in, since when, with what proof. A cookie carries 256 random bits, the
database their hash; what is ended is gone at once, in every process.

A session idles 15 minutes and lives 8 hours; half a sign-in, 10 minutes. Time is an argument.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row, tuple_row

from auth.people.roles import PLACES, needs_passkey, scopes_of
from auth.people.seals import fresh_token, sha256
from federation.sql import statement

BEGIN = statement(__file__, "begin_session")
FIND = statement(__file__, "find_session")
TOUCH = statement(__file__, "touch_session")
END = statement(__file__, "end_session")
END_OTHERS = statement(__file__, "end_sessions")
LIST = statement(__file__, "list_sessions")
CHALLENGE = statement(__file__, "challenge_session")
ANSWER = statement(__file__, "answer_session")
PROVE = statement(__file__, "prove_session")
SWEEP = statement(__file__, "sweep_sessions")
STANDING = statement(__file__, "standing_sessions")

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=8)
HALF = timedelta(minutes=10)
FRESH = timedelta(minutes=5)
SEEN_EVERY = timedelta(seconds=30)
LONGEST_AGENT = 120

Factor = Literal["totp", "passkey", "code", "device"]


class Session(Struct, frozen=True):
    """A session as it stands, with what its person may be."""

    session_sha256: bytes
    person_id: str | None
    member_id: int | None
    factor: Factor | None
    totp: bytes | None
    proved_for: str | None
    proved_with: str | None
    proved_at: datetime | None
    began_at: datetime
    seen_at: datetime
    login: str
    name: str
    state: str
    placed: bool
    seen_log: int
    roles: list[str]
    places: list[int]

    @property
    def person(self) -> str:
        """The person's id, of a person's session."""
        assert self.person_id is not None
        return self.person_id

    @property
    def scopes(self) -> frozenset[str]:
        """What this session may do."""
        return scopes_of(self.roles, self.factor)

    @property
    def at(self) -> list[tuple[str, int]]:
        """The places of its roles."""
        return [(role, one) for role, one in zip(self.roles, self.places, strict=True) if one]

    @property
    def tenant_id(self) -> int | None:
        """The tenant at which its roles stand, if they stand at one."""
        at = {one for role, one in self.at if PLACES[role] == "tenant"}
        if not at:
            return None
        [tenant] = at  # nobody stands at two: `people.stand_together`
        return tenant

    def proves(self, action: str, now: datetime, *, strong: bool = True) -> bool:
        """Whether a second factor was shown for this very action, just now; an approver's is a
        passkey, but for making one."""
        if self.proved_at is None or self.proved_for != action:
            return False
        enough = not strong or self.proved_with == "passkey" or not needs_passkey(self.roles)
        return enough and now - FRESH <= self.proved_at <= now


class Listed(Struct, frozen=True):
    """A session as its owner sees it; `key` names it without opening it."""

    key: str
    factor: str | None
    agent: str
    address: str
    began_at: datetime
    seen_at: datetime


class Visitor(Struct, frozen=True):
    """From where somebody comes: what their browser says that it is, and its address."""

    agent: str
    address: str


async def begin(
    conn: AsyncConnection[Any],
    visitor: Visitor,
    now: datetime,
    *,
    person_id: str | None = None,
    member_id: int | None = None,
    factor: Factor | None = None,
) -> str:
    """A new session; what its cookie carries, told this once."""
    token = fresh_token()
    asked = {
        "session_sha256": sha256(token), "person_id": person_id, "member_id": member_id,
        "factor": factor, "agent": visitor.agent[:LONGEST_AGENT], "address": visitor.address,
        "now": now,
    }  # fmt: skip
    await conn.execute(BEGIN, asked)
    return token


async def find(
    conn: AsyncConnection[Any], token: str, now: datetime, *, awake: bool = True
) -> Session | None:
    """The session behind a cookie, if its time is not over; it was seen now, if somebody is `awake`
    before the screen."""
    asked = {
        "session_sha256": sha256(token),
        "idle": now - IDLE,
        "longest": now - LONGEST,
        "half": now - HALF,
    }
    async with conn.cursor(row_factory=class_row(Session)) as cursor:
        await cursor.execute(FIND, asked)
        found = await cursor.fetchone()
    seen = found is not None and found.factor is not None and now - found.seen_at >= SEEN_EVERY
    if found is not None and seen and awake:
        await conn.execute(TOUCH, {"session_sha256": found.session_sha256, "now": now})
    return found


async def end(conn: AsyncConnection[Any], session_sha256: bytes) -> None:
    """End a session, here and in every process."""
    await conn.execute(END, {"session_sha256": session_sha256})


async def end_by_key(
    conn: AsyncConnection[Any], key: str, *, person_id: str | None = None,
    member_id: int | None = None,
) -> bool:  # fmt: skip
    """End one of one's own sessions by its name; another's is not found."""
    for one in await _digests(conn, person_id, member_id):
        if one.hex()[:16] == key:
            await end(conn, one)
            return True
    return False


async def end_all(
    conn: AsyncConnection[Any],
    *,
    person_id: str | None = None,
    member_id: int | None = None,
    but: bytes | None = None,
) -> None:
    """End every session of somebody, it may be but one."""
    asked = {"person_id": person_id, "member_id": member_id, "but": but}
    await conn.execute(END_OTHERS, asked)


async def listed(
    conn: AsyncConnection[Any], now: datetime, *, person_id: str | None = None,
    member_id: int | None = None,
) -> list[Listed]:  # fmt: skip
    """One's own sessions that are not over, the newest first."""
    asked = {
        "person_id": person_id, "member_id": member_id, "idle": now - IDLE,
        "longest": now - LONGEST,
    }  # fmt: skip
    async with conn.cursor(row_factory=class_row(Listed)) as cursor:
        await cursor.execute(LIST, asked)
        return await cursor.fetchall()


async def challenge(
    conn: AsyncConnection[Any], session: Session, value: bytes, purpose: str, now: datetime,
    totp: bytes | None = None,
) -> None:  # fmt: skip
    """Set a session a challenge for one purpose, in the place of the one before."""
    asked = {
        "session_sha256": session.session_sha256, "challenge": value, "purpose": purpose,
        "now": now, "totp": totp,
    }  # fmt: skip
    await conn.execute(CHALLENGE, asked)


async def challenged(
    conn: AsyncConnection[Any], session: Session, purpose: str, now: datetime
) -> bytes | None:
    """Take the challenge away that was set for this purpose: each is answered once, in time."""
    asked = {
        "session_sha256": session.session_sha256, "purpose": purpose, "since": now - FRESH,
    }  # fmt: skip
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(ANSWER, asked)
        row = await cursor.fetchone()
    return None if row is None else bytes(row[0])


async def prove(
    conn: AsyncConnection[Any], session: Session, action: str, factor: str, now: datetime
) -> None:
    """A second factor was shown for this action."""
    asked = {
        "session_sha256": session.session_sha256, "action": action, "factor": factor, "now": now,
    }  # fmt: skip
    await conn.execute(PROVE, asked)


async def standing(conn: AsyncConnection[Any], asked: set[bytes], now: datetime) -> set[bytes]:
    """Which of these sessions of people are not over; to ask keeps none awake."""
    told = {"asked": list(asked), "idle": now - IDLE, "longest": now - LONGEST}
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(STANDING, told)
        return {bytes(row[0]) for row in await cursor.fetchall()}


async def sweep(conn: AsyncConnection[Any], now: datetime) -> None:
    """Let go of sessions that are over anyway."""
    await conn.execute(SWEEP, {"idle": now - IDLE, "longest": now - LONGEST})


async def _digests(
    conn: AsyncConnection[Any], person_id: str | None, member_id: int | None
) -> list[bytes]:
    query = (
        "SELECT session_sha256 FROM auth.sessions WHERE person_id = %(person_id)s::text "
        "OR member_id = %(member_id)s::bigint"
    )
    async with conn.cursor(row_factory=tuple_row) as cursor:
        await cursor.execute(query, {"person_id": person_id, "member_id": member_id})
        return [bytes(row[0]) for row in await cursor.fetchall()]
