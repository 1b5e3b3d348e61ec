"""The doors' mind: Authlib's authorization server, told what this hub insists on.

Authlib is synchronous, so it runs in a worker thread with a connection of its own. What it takes
too easily is decided here instead: how a client proves itself, which scopes it may have, what is
said of a failure (never what the client sent), and that no token ever meets a log.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from authlib.common.security import is_secure_transport  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    AuthorizationServer,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Error,
    OAuth2Payload,
    OAuth2Request,
)
from msgspec import Struct

from auth import tokens
from auth.certificates import spelled
from auth.giving import Given, Giving
from auth.grants import GRANTS, Code, Credentials, NotGranted, Refresh
from auth.keys import SigningKey
from auth.knocking import METHODS, Client, Connect, NotThisClient, Proving

# The name under which a tenant knows a member.
Handle = Callable[[int, int], str]


class DoorAnswer(Struct, frozen=True):
    """What one of the doors answers."""

    status: int
    body: bytes
    headers: dict[str, str]


class Knock(Struct, frozen=True):
    """What came in: a form, an Authorization header, the key that was proved beside them, and the
    digest of the certificate that was shown."""

    form: dict[str, str]
    authorization: str | None
    jkt: str | None = None
    certificate: bytes | None = None


class DoorRequest(OAuth2Request):  # type: ignore[misc]
    """What a client sent, as Authlib reads it: its form and its header, nothing else."""

    def __init__(self, uri: str, knock: Knock, signing: SigningKey | None) -> None:
        super().__init__("POST", uri)
        self.payload = _Payload(knock.form)
        self.authorization = knock.authorization
        self.jkt = knock.jkt
        self.certificate = knock.certificate
        self.signing = signing
        self.given: Given | None = None

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


class NeedsProof(OAuth2Error):  # type: ignore[misc]
    """A client that was registered with DPoP asks without a proof (RFC 9449, 5)."""

    error = "invalid_dpop_proof"
    description = "This client proves that it holds its key."


class NeedsCertificate(NotThisClient):
    """A client that was registered with a certificate asks without it (RFC 8705, 7.2)."""

    description = "This client shows its certificate to the proxy in front."


Act = Callable[[DoorRequest, Client], tuple[int, dict[str, object]]]


class DoorServer(AuthorizationServer):  # type: ignore[misc]
    """Gives tokens to clients that prove themselves. It blocks: call it in a thread."""

    def __init__(
        self, issuer: str, connect: Connect, now: Callable[[], datetime], handle: Handle
    ) -> None:
        super().__init__()
        if not is_secure_transport(issuer) or issuer.endswith("/") or urlsplit(issuer).path:
            raise ValueError("the issuer is an https URL (http on loopback) without a last slash")
        self.issuer = issuer
        self.proving = Proving(issuer, connect, now)
        self.giving = Giving(connect, now)
        self._now = now
        self._handle = handle
        self.register_client_auth_method("private_key_jwt", self.proving.by_assertion)
        self.register_client_auth_method("client_secret_basic", self.proving.by_secret)
        self.register_client_auth_method("none", self.proving.by_name)

    def answer(self, knock: Knock, signing: SigningKey) -> DoorAnswer:
        """A token, or the OAuth error that says why not."""
        self.proving.sweep()
        uri = f"{self.issuer}/oauth/token"
        answered: DoorAnswer = self.create_token_response(DoorRequest(uri, knock, signing))
        return answered

    def act(self, endpoint: str, knock: Knock, act: Act) -> DoorAnswer:
        """What another door answers to a client that proved itself."""
        request = DoorRequest(f"{self.issuer}/oauth/{endpoint}", knock, None)
        try:
            client = self.authenticate_client(request, METHODS, endpoint)
            status, said = act(request, client)
        except OAuth2Error as error:
            answered: DoorAnswer = self.handle_error_response(request, error)
            return answered
        return self.handle_response(status, said, [])

    def issue(self, request: DoorRequest) -> dict[str, object]:
        """The tokens for a request that was found in order."""
        client: Client = request.client
        given = request.given
        grant = tokens.Grant(
            client.client_id,
            client.tenant_id,
            client.audience,
            request.scope,
            client.tills,
            request.jkt,
            self._handle(client.tenant_id, given.member_id) if given else None,
            given.grant_id if given else None,
            spelled(request.certificate) if client.certificates else None,
        )
        assert request.signing is not None
        said: dict[str, object] = {
            "access_token": tokens.issue(grant, self.issuer, request.signing, self._now()),
            "token_type": "DPoP" if request.jkt else "Bearer",
            "expires_in": tokens.TTL,
            "scope": " ".join(request.scope),
        }
        if given is not None and given.refresh is not None:
            said["refresh_token"] = given.refresh
        return said

    def holds_key(self, request: DoorRequest) -> None:
        """Whoever was registered with DPoP, or with a certificate, gets nothing without it."""
        client: Client = request.client
        if client.certificates and request.certificate not in client.certificates:
            raise NeedsCertificate
        if client.dpop and request.jkt is None:
            raise NeedsProof

    def query_client(self, client_id: str) -> Client | None:
        """The client of that id, if it may still come in."""
        return self.proving.find(client_id)

    def authenticate_client(
        self, request: DoorRequest, methods: list[str], endpoint: str = "token"
    ) -> Client:
        """The client that proved itself, in one way only."""
        signs = "client_assertion" in request.form or "client_assertion_type" in request.form
        if request.authorization is not None and signs:
            raise InvalidRequestError("A client proves itself in one way only.")
        shown = "private_key_jwt" if signs else "client_secret_basic"
        if not signs and request.authorization is None:
            shown = "none"
        try:
            tried = [shown] if shown in methods else []
            client: Client = super().authenticate_client(request, tried, endpoint)
        except InvalidClientError:
            raise NotThisClient from None
        if request.form.get("client_id", client.client_id) != client.client_id:
            raise NotThisClient
        return client

    def create_oauth2_request(self, request: DoorRequest) -> DoorRequest:
        """It is one already."""
        return request

    def get_token_grant(self, request: DoorRequest) -> Credentials | Code | Refresh:
        """The grant that was asked for, if it is one of ours."""
        for kind in GRANTS:
            if request.payload.grant_type == kind.GRANT_TYPE:
                return kind(request, self)
        raise NotGranted

    def handle_response(
        self, status: int, payload: dict[str, object], headers: list[tuple[str, str]]
    ) -> DoorAnswer:
        """The answer in bytes."""
        return DoorAnswer(status, msgspec.json.encode(payload), dict(headers))
