"""The token endpoint's mind: Authlib's authorization server, told what this hub insists on.

Authlib is synchronous, so it runs in a worker thread with a connection of its own. What it takes
too easily is decided here instead: how a client proves itself, which scopes it may have, what is
said of a failure (never what the client sent), and that no token ever meets a log.
"""

import base64
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from authlib.common.security import is_secure_transport  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Payload,
    OAuth2Request,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.grants import (  # type: ignore[import-untyped]
    ClientCredentialsGrant,
)
from authlib.oauth2.rfc7523.client import ASSERTION_TYPE  # type: ignore[import-untyped]
from msgspec import Struct
from psycopg import Connection
from psycopg.rows import class_row

from auth import assertions, clients, tokens
from auth.clients import CLIENT_ID, Jwk, Method
from auth.jws import NotSigned
from auth.keys import SigningKey
from federation.sql import statement

NAME_CLIENT = statement(__file__, "name_client")
FIND_CLIENT = statement(__file__, "find_client")
REMEMBER = statement(__file__, "remember_assertion")
SWEEP = statement(__file__, "sweep_assertions")

METHODS = ["private_key_jwt", "client_secret_basic"]
SWEEP_EVERY = timedelta(seconds=30)
CLOCKS_APART = timedelta(seconds=60)
NOBODYS = secrets.token_bytes(32)

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
Query = Callable[[str], "Client | None"]


class Client(Struct, frozen=True):
    """A client that may still come in, as Authlib asks about it."""

    client_id: str
    tenant_id: int
    method: Method
    secret_sha256: bytes | None
    jwk: Jwk | None
    scopes: list[str]
    audience: str
    tills: list[str] | None

    def __repr__(self) -> str:
        return f"<{self.client_id}>"

    def get_client_id(self) -> str:
        """Its id."""
        return self.client_id

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Only the one way of proving itself that it was registered with."""
        return method == self.method and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        """Machines come for themselves; a member's grant is another matter."""
        return grant_type == "client_credentials"


class TokenAnswer(Struct, frozen=True):
    """What the token endpoint answers."""

    status: int
    body: bytes
    headers: dict[str, str]


class TokenRequest(OAuth2Request):  # type: ignore[misc]
    """What a client sent: its form and its Authorization header, nothing else."""

    def __init__(
        self, uri: str, form: dict[str, str], authorization: str | None, signing: SigningKey
    ) -> None:
        super().__init__("POST", uri)
        self.payload = _Payload(form)
        self.authorization = authorization
        self.signing = signing

    @property
    def args(self) -> dict[str, str]:
        """Nothing is taken from the query."""
        return {}

    @property
    def form(self) -> dict[str, str]:
        """The fields that were sent with a value, each once."""
        return self.payload.data


class _Payload(OAuth2Payload):  # type: ignore[misc]
    def __init__(self, form: dict[str, str]) -> None:
        self._form = form

    @property
    def data(self) -> dict[str, str]:
        return self._form

    @property
    def datalist(self) -> dict[str, list[str]]:
        return {name: [value] for name, value in self._form.items()}


class NotThisClient(InvalidClientError):  # type: ignore[misc]
    """It did not prove who it is; why is for whoever holds the key to find out."""

    status_code = 401
    description = "The client did not prove who it is."

    def get_headers(self) -> list[tuple[str, str]]:
        """The one scheme that a header may carry here."""
        headers: list[tuple[str, str]] = super(InvalidClientError, self).get_headers()
        return [*headers, ("WWW-Authenticate", 'Basic realm="meguri"')]


class NotGranted(UnsupportedGrantTypeError):  # type: ignore[misc]
    """It asked for a grant that this hub does not make; which one is not repeated."""

    description = "Ask with grant_type=client_credentials."

    def __init__(self) -> None:
        super().__init__(grant_type=None)

    def get_error_description(self) -> str:
        """What may be asked for."""
        return self.description


class Credentials(ClientCredentialsGrant):  # type: ignore[misc]
    """A client comes for itself (RFC 6749, 4.4)."""

    def validate_token_request(self) -> None:
        """It proves who it is in one way, and asks for no more than it may have."""
        self.request.client = self.server.authenticate_client(self.request, METHODS)
        self.validate_requested_scope()

    def validate_requested_scope(self) -> None:
        """A scope that the client lacks is refused, never dropped; none asked is all it has."""
        asked = self.request.payload.scope
        if asked is None:
            self.request.scope = self.client.scopes
            return
        wanted = sorted(set(asked.split(" ")))
        if not set(wanted) <= set(self.client.scopes):
            raise InvalidScopeError
        self.request.scope = wanted

    def create_token_response(self) -> tuple[int, dict[str, object], list[tuple[str, str]]]:
        """The token. (Authlib's own method would write it into a debug log.)"""
        return 200, self.server.issue(self.request), self.TOKEN_RESPONSE_HEADER


class TokenServer(AuthorizationServer):  # type: ignore[misc]
    """Gives access tokens to clients that prove themselves. It blocks: call it in a thread."""

    def __init__(self, issuer: str, connect: Connect, now: Callable[[], datetime]) -> None:
        super().__init__()
        if not is_secure_transport(issuer) or issuer.endswith("/"):
            raise ValueError("the issuer is an https URL (http on loopback) without a last slash")
        self.issuer = issuer
        self._connect = connect
        self._now = now
        self._swept_at = now()
        self.register_grant(Credentials)
        self.register_client_auth_method("private_key_jwt", self._by_assertion)
        self.register_client_auth_method("client_secret_basic", self._by_secret)

    def answer(
        self, form: dict[str, str], authorization: str | None, signing: SigningKey
    ) -> TokenAnswer:
        """A token, or the OAuth error that says why not."""
        self._sweep()
        uri = f"{self.issuer}/oauth/token"
        answered: TokenAnswer = self.create_token_response(
            TokenRequest(uri, form, authorization, signing)
        )
        return answered

    def issue(self, request: TokenRequest) -> dict[str, object]:
        """The token for a request that was found in order."""
        client: Client = request.client
        grant = tokens.Grant(
            client.client_id, client.tenant_id, client.audience, request.scope, client.tills
        )
        return {
            "access_token": tokens.issue(grant, self.issuer, request.signing, self._now()),
            "token_type": "Bearer",
            "expires_in": tokens.TTL,
            "scope": " ".join(request.scope),
        }

    def query_client(self, client_id: str) -> Client | None:
        """The client of that id, if it may still come in. The row policy shows no other."""
        if CLIENT_ID.fullmatch(client_id) is None:
            return None
        asked = {"client_id": client_id}
        with self._connect() as conn, conn.pipeline(), conn.transaction():
            conn.execute(NAME_CLIENT, asked)
            with conn.cursor(row_factory=class_row(Client)) as cursor:
                return cursor.execute(FIND_CLIENT, asked).fetchone()

    def authenticate_client(
        self, request: TokenRequest, methods: list[str], endpoint: str = "token"
    ) -> Client:
        """The client that proved itself, in one way only."""
        if request.authorization is not None and "client_assertion" in request.form:
            raise InvalidRequestError("A client proves itself in one way only.")
        try:
            client: Client = super().authenticate_client(request, methods, endpoint)
        except InvalidClientError:
            raise NotThisClient from None
        if request.form.get("client_id", client.client_id) != client.client_id:
            raise NotThisClient
        return client

    def create_oauth2_request(self, request: TokenRequest) -> TokenRequest:
        """It is one already."""
        return request

    def get_token_grant(self, request: TokenRequest) -> Credentials:
        """Only `client_credentials` so far."""
        if request.payload.grant_type != Credentials.GRANT_TYPE:
            raise NotGranted
        return Credentials(request, self)

    def handle_response(
        self, status: int, payload: dict[str, object], headers: list[tuple[str, str]]
    ) -> TokenAnswer:
        """The answer in bytes."""
        return TokenAnswer(status, msgspec.json.encode(payload), dict(headers))

    def _by_assertion(self, query: Query, request: TokenRequest) -> Client | None:
        """By a statement signed for this occasion."""
        if request.form.get("client_assertion_type") != ASSERTION_TYPE:
            return None
        assertion = request.form.get("client_assertion", "")
        try:
            client = query(assertions.claimed(assertion))
            if client is None or client.jwk is None:
                return None
            once = assertions.prove(assertion, client.jwk, self.issuer, self._now())
        except NotSigned:
            return None
        asked = {"client_id": client.client_id, **msgspec.structs.asdict(once)}
        with self._connect() as conn, conn.transaction():
            used_before = conn.execute(REMEMBER, asked).rowcount == 0
        return None if used_before else client

    def _by_secret(self, query: Query, request: TokenRequest) -> Client | None:
        """By a secret in the header, where the client was registered so."""
        client_id, secret = _basic(request.authorization or "")
        client = query(client_id)
        kept = client.secret_sha256 if client and client.secret_sha256 else NOBODYS
        return client if clients.is_secret(secret, kept) else None

    def _sweep(self) -> None:
        """Now and then, let go of assertions that are refused for their age anyway."""
        if (now := self._now()) - self._swept_at >= SWEEP_EVERY:
            self._swept_at = now
            with self._connect() as conn, conn.transaction():
                conn.execute(SWEEP, {"before": now - CLOCKS_APART})


def _basic(authorization: str) -> tuple[str, str]:
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
