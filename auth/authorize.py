"""Asking a member: from a client's request over the consent page to the code that answers it.

A request lies here while the member reads the page, whether the client pushed it (RFC 9126) or
the member's browser brought it. The page is answered once, by the member to whom it was shown.
It blocks: called in a worker thread.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from auth import asking
from auth.asking import Asked, NotAsked, NotShown, answered
from auth.giving import digest
from auth.knocking import NAME_CLIENT, Client, Connect
from auth.server import DoorServer
from federation.sql import statement

ADD = statement(__file__, "add_request")
FIND = statement(__file__, "find_request")
ANSWER = statement(__file__, "answer_request")

PUSHED_LIVES = timedelta(seconds=300)
PAGE_LIVES = timedelta(seconds=600)
PUSHED = "urn:ietf:params:oauth:request_uri:"


class Wanted(Struct, frozen=True):
    """A request in order, who asks, and what it was pushed as."""

    client: Client
    asked: Asked
    pushed_sha256: bytes | None


class Elsewhere(Exception):
    """The answer is for the client: where the browser is sent on to."""

    def __init__(self, to: str) -> None:
        super().__init__("elsewhere")
        self.to = to


class Authorizing:
    """Brings a client's request before a member, and the member's answer to the client."""

    def __init__(self, server: DoorServer, connect: Connect, now: Callable[[], datetime]) -> None:
        self._server = server
        self._connect = connect
        self._now = now

    def push(self, form: Mapping[str, str], client: Client, jkt: str | None) -> dict[str, object]:
        """Keep a request that the client itself brings; the name under which its member's browser
        will ask for it."""
        if "request_uri" in form:
            raise NotAsked("invalid_request", "A request that is pushed has no request_uri.")
        asked = asking.asked(form, client, pushed=True)
        if jkt is not None and asked.jkt not in (None, jkt):
            raise NotAsked("invalid_dpop_proof", "dpop_jkt is another key's.")
        asked = msgspec.structs.replace(asked, jkt=asked.jkt or jkt)
        name = self._keep(asked, PUSHED_LIVES)
        return {"request_uri": PUSHED + name, "expires_in": int(PUSHED_LIVES.total_seconds())}

    def look(self, query: Mapping[str, str]) -> Wanted:
        """The request that a browser brings, if it is in order; `Elsewhere` with the fault, or
        `NotShown` where nobody knows whom to tell."""
        client = self._server.proving.find(query.get("client_id", ""))
        if client is None:
            raise NotShown
        if "request_uri" in query:
            name = query["request_uri"].removeprefix(PUSHED)
            asked = self._pushed(client, name)
            if asked is None:
                raise NotShown
            return Wanted(client, asked, digest(name))
        to = asking.redirect_of(query, client)
        try:
            return Wanted(client, asking.asked(query, client, pushed=False), None)
        except NotAsked as why:
            state = query.get("state")
            known = state if state and asking.STATE.fullmatch(state) else None
            said = {"error": why.error, "error_description": why.why}
            raise Elsewhere(answered(to, self._server.issuer, known, **said)) from None

    def show(self, wanted: Wanted, member_id: int) -> str:
        """Put a request before a member; the name under which the page is answered."""
        return self._keep(wanted.asked, PAGE_LIVES, member_id, wanted.pushed_sha256)

    def answer(self, client_id: str, name: str, member_id: int, allowed: bool) -> str:
        """Where the browser goes with a member's answer; `NotShown` for a page that was answered,
        is over, or was shown to another."""
        client = self._server.proving.find(client_id)
        if client is None:
            raise NotShown
        row = {"request_sha256": digest(name), "member_id": member_id, "now": self._now()}
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client_id})
            with conn.cursor(row_factory=tuple_row) as cursor:
                found = cursor.execute(ANSWER, row).fetchone()
        if found is None:
            raise NotShown
        asked = msgspec.convert(found[0], Asked)
        if allowed:
            said = {"code": self._server.giving.allow(client, member_id, asked)}
        else:
            said = {"error": "access_denied", "error_description": "The member said no."}
        return answered(asked.redirect_uri, self._server.issuer, asked.state, **said)

    def _pushed(self, client: Client, name: str) -> Asked | None:
        asked = {"request_sha256": digest(name), "now": self._now()}
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": client.client_id})
            with conn.cursor(row_factory=tuple_row) as cursor:
                found = cursor.execute(FIND, asked).fetchone()
        return None if found is None else msgspec.convert(found[0], Asked)

    def _keep(
        self,
        asked: Asked,
        lives: timedelta,
        member_id: int | None = None,
        pushed_sha256: bytes | None = None,
    ) -> str:
        name = secrets.token_urlsafe(32)
        row = {
            "request_sha256": digest(name),
            "client_id": asked.client_id,
            "content": Jsonb(msgspec.to_builtins(asked)),
            "member_id": member_id,
            "pushed_sha256": pushed_sha256,
            "expires_at": self._now() + lives,
        }
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, {"client_id": asked.client_id})
            conn.execute(ADD, row)
        return name
