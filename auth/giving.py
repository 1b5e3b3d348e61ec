"""Giving: what a member allowed a client, the code that fetches it, and what keeps it alive.

Codes and refresh tokens are random, kept as hashes, and tied to one client. A code is used up by
whoever brings it first; brought twice, all that it gave is taken back. A refresh token of a public
client is replaced at each use, and an old one that turns up takes everything back as well
(RFC 9700, 4.14). It blocks: called in a worker thread.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import class_row

from auth.asking import Asked
from auth.knocking import NAME_CLIENT, Client, Connect
from federation.sql import statement

ADD_GRANT = statement(__file__, "add_grant")
FIND_CODE = statement(__file__, "find_code")
USE_CODE = statement(__file__, "use_code")
BIND = statement(__file__, "bind_grant")
FIND_REFRESH = statement(__file__, "find_refresh")
USE_REFRESH = statement(__file__, "use_refresh")
ADD_REFRESH = statement(__file__, "add_refresh")
END_GRANT = statement(__file__, "end_grant")
MOVED = statement(__file__, "moved")

CODE_LIVES = timedelta(seconds=60)
IDLE = timedelta(days=30)  # a refresh token that nobody uses
LONGEST_GRANT = timedelta(days=180)


class Given(Struct, frozen=True):
    """What a code or a refresh token stands for, and the refresh token that follows."""

    grant_id: str
    member_id: int
    scopes: list[str]
    refresh: str | None


class CodeRow(Struct, frozen=True):
    """A code as it lies in the database, and what it gives."""

    grant_id: str
    redirect_uri: str
    challenge: str
    jkt: str | None
    expires_at: datetime
    used_at: datetime | None
    member_id: int
    scopes: list[str]
    ends_at: datetime
    ended_at: datetime | None


class RefreshRow(Struct, frozen=True):
    """A refresh token as it lies in the database, and what it keeps alive."""

    grant_id: str
    expires_at: datetime
    used_at: datetime | None
    member_id: int
    scopes: list[str]
    jkt: str | None
    given_at: datetime
    ends_at: datetime
    ended_at: datetime | None


class Shown(Struct, frozen=True):
    """What a client shows with its code."""

    code: str
    verifier: str
    redirect_uri: str
    jkt: str | None


def digest(token: str) -> bytes:
    """What is kept of a code or a token. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def challenge_of(verifier: str) -> str:
    """The challenge that a verifier answers (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(digest(verifier)).rstrip(b"=").decode()


class Giving:
    """Keeps what members allowed."""

    def __init__(self, connect: Connect, now: Callable[[], datetime]) -> None:
        self._connect = connect
        self._now = now

    def allow(self, client: Client, member_id: int, asked: Asked) -> str:
        """Write down what a member allowed; the code with which the client fetches it."""
        code, now = secrets.token_urlsafe(32), self._now()
        row = {
            "grant_id": "g_" + secrets.token_urlsafe(16),
            "client_id": client.client_id,
            "tenant_id": client.tenant_id,
            "member_id": member_id,
            "scopes": asked.scopes,
            "now": now,
            "ends_at": now + LONGEST_GRANT,
            "code_sha256": digest(code),
            "redirect_uri": asked.redirect_uri,
            "challenge": asked.challenge,
            "jkt": asked.jkt,
            "expires_at": now + CODE_LIVES,
        }
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client.client_id})
            conn.execute(ADD_GRANT, row)
        return code

    def use_code(self, client: Client, shown: Shown) -> Given | None:
        """What a code gives, once, to whoever began; None where it gives nothing (any more)."""
        now, key = self._now(), {"code_sha256": digest(shown.code)}
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client.client_id})
            with conn.cursor(row_factory=class_row(CodeRow)) as cursor:
                row = cursor.execute(FIND_CODE, key).fetchone()
            if row is None:
                return None
            first = conn.execute(USE_CODE, {**key, "now": now}).rowcount == 1
            if not (first and fits(row, shown, now)):
                self._end(conn, row.grant_id)
                return None
            if shown.jkt is not None and client.public:
                conn.execute(BIND, {"grant_id": row.grant_id, "jkt": shown.jkt})
            refresh = self._refresh(conn, client, row.grant_id, row.ends_at)
            return Given(row.grant_id, row.member_id, row.scopes, refresh)

    def use_refresh(self, client: Client, token: str, jkt: str | None) -> Given | None:
        """What a refresh token gives; a public client's is replaced, and an old one ends all."""
        now, key = self._now(), {"token_sha256": digest(token)}
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client.client_id})
            with conn.cursor(row_factory=class_row(RefreshRow)) as cursor:
                row = cursor.execute(FIND_REFRESH, key).fetchone()
            if row is None or row.ended_at is not None or row.jkt not in (None, jkt):
                return None
            if now >= min(row.expires_at, row.ends_at):
                return None
            if not client.public:
                return Given(row.grant_id, row.member_id, row.scopes, None)
            if conn.execute(USE_REFRESH, {**key, "now": now}).rowcount != 1:
                self._end(conn, row.grant_id)
                return None
            refresh = self._refresh(conn, client, row.grant_id, row.ends_at)
            return Given(row.grant_id, row.member_id, row.scopes, refresh)

    def take_back(self, client: Client, token: str) -> bool:
        """End what a refresh token of this client's keeps alive. False: it is none."""
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client.client_id})
            with conn.cursor(row_factory=class_row(RefreshRow)) as cursor:
                row = cursor.execute(FIND_REFRESH, {"token_sha256": digest(token)}).fetchone()
            return row is not None and self._end(conn, row.grant_id)

    def alive(self, client: Client, token: str) -> RefreshRow | None:
        """What a refresh token of this client's keeps alive, if it still does."""
        now = self._now()
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client.client_id})
            with conn.cursor(row_factory=class_row(RefreshRow)) as cursor:
                row = cursor.execute(FIND_REFRESH, {"token_sha256": digest(token)}).fetchone()
        if row is None or row.used_at or row.ended_at or now >= min(row.expires_at, row.ends_at):
            return None
        return row

    def _end(self, conn: Connection[Any], grant_id: str) -> bool:
        """No token of this grant holds from now on."""
        asked = {"grant_id": grant_id, "now": self._now()}
        ended = conn.execute(END_GRANT, asked).rowcount == 1
        if ended:
            conn.execute(MOVED)
        return ended

    def _refresh(
        self, conn: Connection[Any], client: Client, grant_id: str, ends_at: datetime
    ) -> str:
        token, now = secrets.token_urlsafe(32), self._now()
        row = {
            "token_sha256": digest(token),
            "client_id": client.client_id,
            "grant_id": grant_id,
            "now": now,
            "expires_at": min(ends_at, now + IDLE),
        }
        conn.execute(ADD_REFRESH, row)
        return token


def fits(row: CodeRow, shown: Shown, now: datetime) -> bool:
    """Whether whoever brings a code is whoever asked for it, in time."""
    return (
        row.ended_at is None
        and now < row.expires_at
        and shown.redirect_uri == row.redirect_uri
        and hmac.compare_digest(challenge_of(shown.verifier), row.challenge)
        and row.jkt in (None, shown.jkt)
    )
