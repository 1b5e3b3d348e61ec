"""Knocking: whom a request at the doors comes from, proved in the one way it was registered with.

It blocks, as Authlib does: it is called in a worker thread, with a connection of its own.
"""

import base64
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from authlib.oauth2.rfc6749 import InvalidClientError  # type: ignore[import-untyped]
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE  # type: ignore[import-untyped]
from msgspec import Struct
from psycopg import Connection
from psycopg.rows import class_row

from auth import assertions, clients
from auth.clients import CLIENT_ID, Jwk, Method
from auth.jws import NotSigned
from auth.scopes import MEMBER
from federation.sql import statement

NAME_CLIENT = statement(__file__, "name_client")
FIND_CLIENT = statement(__file__, "find_client")
REMEMBER = statement(__file__, "remember_assertion")
SWEEP = statement(__file__, "sweep_assertions")

METHODS = ["private_key_jwt", "client_secret_basic", "none"]
CONFIDENTIAL = METHODS[:2]
SWEEP_EVERY = timedelta(seconds=30)
CLOCKS_APART = timedelta(seconds=60)
NOBODYS = secrets.token_bytes(32)

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
Query = Callable[[str], "Client | None"]


class Client(Struct, frozen=True):
    """A client that may still come in, as Authlib asks about it."""

    client_id: str
    tenant_id: int
    name: str
    method: Method
    scopes: list[str]
    audience: str
    tills: list[str] | None
    redirect_uris: list[str]
    dpop: bool
    pushed_only: bool
    secrets: list[bytes]
    jwks: list[Jwk]
    certificates: list[bytes]

    def __repr__(self) -> str:
        return f"<{self.client_id}>"

    @property
    def public(self) -> bool:
        """Whether it runs where no secret keeps."""
        return self.method == "none"

    def get_client_id(self) -> str:
        """Its id."""
        return self.client_id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Only the one way of proving itself that it was registered with; and whoever proves
        nothing is told nothing of tokens."""
        return method == self.method and (method != "none" or endpoint != "introspection")

    def check_grant_type(self, grant_type: str) -> bool:
        """Machines come for themselves, members' apps in a member's name, and nobody both."""
        machines = grant_type == "client_credentials"
        return machines != (self.audience == MEMBER)


class NotThisClient(InvalidClientError):  # type: ignore[misc]
    """It did not prove who it is; why is for whoever holds the key to find out."""

    status_code = 401
    description = "The client did not prove who it is."

    def get_headers(self) -> list[tuple[str, str]]:
        """The one scheme that a header may carry here."""
        headers: list[tuple[str, str]] = super(InvalidClientError, self).get_headers()
        return [*headers, ("WWW-Authenticate", 'Basic realm="meguri"')]


class Proving:
    """Finds out who knocks."""

    def __init__(self, issuer: str, connect: Connect, now: Callable[[], datetime]) -> None:
        self._issuer = issuer
        self._connect = connect
        self._now = now
        self._swept_at = now()

    def find(self, client_id: str) -> Client | None:
        """The client of that id, if it may still come in. The row policy shows no other."""
        if CLIENT_ID.fullmatch(client_id) is None:
            return None
        asked = {"client_id": client_id, "now": self._now()}
        with self._connect() as conn, conn.pipeline(), conn.transaction():
            conn.execute(NAME_CLIENT, asked)
            with conn.cursor(row_factory=class_row(Client)) as cursor:
                return cursor.execute(FIND_CLIENT, asked).fetchone()

    def by_assertion(self, query: Query, request: Any) -> Client | None:
        """By a statement signed for this occasion."""
        if request.form.get("client_assertion_type") != ASSERTION_TYPE:
            return None
        assertion = request.form.get("client_assertion", "")
        try:
            client = query(assertions.claimed(assertion))
            if client is None:
                return None
            once = assertions.prove_by_any(assertion, client.jwks, self._issuer, self._now())
        except NotSigned:
            return None
        asked = {"client_id": client.client_id, **msgspec.structs.asdict(once)}
        with self._connect() as conn, conn.transaction():
            used_before = conn.execute(REMEMBER, asked).rowcount == 0
        return None if used_before else client

    def by_secret(self, query: Query, request: Any) -> Client | None:
        """By a secret in the header, where the client was registered so."""
        client_id, secret = basic(request.authorization or "")
        client = query(client_id)
        kept = client.secrets if client and client.secrets else [NOBODYS]
        matches = [clients.is_secret(secret, one) for one in kept]
        return client if any(matches) else None

    def by_name(self, query: Query, request: Any) -> Client | None:
        """By nothing: an app on a member's phone, which keeps no secret (and sends none)."""
        if "client_secret" in request.form:
            return None
        return query(request.form.get("client_id", ""))

    def sweep(self) -> None:
        """Now and then, let go of assertions that are refused for their age anyway."""
        if (now := self._now()) - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            with self._connect() as conn, conn.transaction():
                conn.execute(SWEEP, {"before": now - CLOCKS_APART})


def basic(authorization: str) -> tuple[str, str]:
    """Id and secret, each form-encoded before they were joined (RFC 6749, 2.3.1)."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        pair = base64.b64decode(credentials.strip(), validate=True).decode("ascii")
        client_id, _, secret = pair.partition(":")
        return unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        return "", ""
