"""Telling and taking back: what a token is still worth (RFC 7662), and that it is worth nothing
from now on (RFC 7009).

A client is told of its own tokens; a back office also of its tenant's, the operator's clients of
everybody's. Of every other token it hears what it would hear of a made-up one.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    InvalidGrantError,
    InvalidRequestError,
)
from psycopg.rows import tuple_row

from auth import jws, tokens
from auth.giving import MOVED
from auth.jws import NotSigned, TokenHead
from auth.keys import SigningKey
from auth.knocking import NAME_CLIENT, Client, Connect
from auth.recheck import STANDS, standing
from auth.scopes import AUDIENCES, BACKOFFICE, OPERATOR
from auth.server import DoorRequest, DoorServer
from auth.tokens import TokenClaims
from federation.sql import statement

WITHDRAW = statement(__file__, "withdraw_token")

NOT_ACTIVE: dict[str, object] = {"active": False}
Told = tuple[int, dict[str, object]]


class NotYours(InvalidGrantError):  # type: ignore[misc]
    """It is another client's token."""

    description = "This token was given to another client."


class Telling:
    """Tells of tokens, and takes them back. It blocks: called in a worker thread."""

    def __init__(self, server: DoorServer, connect: Connect, now: Callable[[], datetime]) -> None:
        self._server = server
        self._connect = connect
        self._now = now

    def tell(self, keys: dict[str, SigningKey], request: DoorRequest, client: Client) -> Told:
        """What a token is worth now, if it is this client's business (RFC 7662, 2.2)."""
        token = brought(request)
        claims = self._read(token, keys)
        # Whatever is brought, the same is asked, so that how long it takes tells nothing either.
        kept, stands = self._server.giving.alive(client, token), self._stands(claims)
        if claims is not None and stands and may_know(client, claims):
            return 200, told(claims)
        if kept is None:
            return 200, NOT_ACTIVE
        return 200, {
            "active": True,
            "client_id": client.client_id,
            "scope": " ".join(kept.scopes),
            "exp": int(min(kept.expires_at, kept.ends_at).timestamp()),
            "iss": self._server.issuer,
        }

    def take_back(self, keys: dict[str, SigningKey], request: DoorRequest, client: Client) -> Told:
        """Make a token worthless; a refresh token takes everything with it (RFC 7009, 2.1). One
        that is worth nothing anyway is no error."""
        token = brought(request)
        claims = self._read(token, keys)
        if claims is None:
            self._server.giving.take_back(client, token)
        elif claims.client_id != client.client_id:
            raise NotYours
        else:
            self._withdraw(claims)
        return 200, {}

    def _read(self, token: str, keys: dict[str, SigningKey]) -> TokenClaims | None:
        """What a token of ours says; None for anything else."""
        try:
            signing = keys[jws.head_of(token, TokenHead).kid]
            return tokens.believe(token, signing.key, self._server.issuer, AUDIENCES, self._now())
        except (NotSigned, KeyError):
            return None

    def _stands(self, claims: TokenClaims | None) -> bool:
        asked = standing(claims, self._now())
        with self._connect() as conn, conn.transaction():
            conn.execute(NAME_CLIENT, asked)
            with conn.cursor(row_factory=tuple_row) as cursor:
                cursor.execute(STANDS, asked)
                return cursor.fetchone() == (True,)

    def _withdraw(self, claims: TokenClaims) -> None:
        expires_at = datetime.fromtimestamp(claims.exp, UTC)
        with self._connect() as conn, conn.transaction():
            if conn.execute(WITHDRAW, {"jti": claims.jti, "expires_at": expires_at}).rowcount:
                conn.execute(MOVED)


def brought(request: DoorRequest) -> str:
    """The token that is asked about."""
    if "token" not in request.form:
        raise InvalidRequestError("token is missing.")
    return request.form["token"]


def may_know(client: Client, claims: TokenClaims) -> bool:
    """Whether a token is a client's business."""
    if client.client_id == claims.client_id or client.audience == OPERATOR:
        return True
    return client.audience == BACKOFFICE and claims.tenant == str(client.tenant_id)


def told(claims: TokenClaims) -> dict[str, object]:
    """A token that holds, in the words of RFC 7662."""
    said: dict[str, Any] = msgspec.to_builtins(claims)
    said.pop("grant", None)
    return {"active": True, "token_type": tokens.scheme(claims), **said}
