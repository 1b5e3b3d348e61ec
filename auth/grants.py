"""Grants: the three ways to a token, as Authlib's server calls them.

Authlib says what belongs to each; what it takes too easily is said here: a scope that is lacking
is refused, never dropped; PKCE is S256 or nothing; and no token ever meets a debug log.
"""

from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped]
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    UnauthorizedClientError,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.grants import (  # type: ignore[import-untyped]
    AuthorizationCodeGrant,
    ClientCredentialsGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7636.challenge import (  # type: ignore[import-untyped]
    CODE_VERIFIER_PATTERN,
)

from auth.giving import Shown
from auth.knocking import CONFIDENTIAL, METHODS

Answer = tuple[int, dict[str, object], list[tuple[str, str]]]
LONGEST_CODE = 200


class NotGranted(UnsupportedGrantTypeError):  # type: ignore[misc]
    """It asked for a grant that this hub does not make; which one is not repeated."""

    description = "Ask with one of the grant types that the metadata names."

    def __init__(self) -> None:
        super().__init__(grant_type=None)

    def get_error_description(self) -> str:
        """What may be asked for."""
        return self.description


class Over(InvalidGrantError):  # type: ignore[misc]
    """What was brought gives nothing (any more); which of the reasons it is, is not told."""

    description = "It was used, is over, or was given to somebody else."


class Credentials(ClientCredentialsGrant):  # type: ignore[misc]
    """A client comes for itself (RFC 6749, 4.4)."""

    def validate_token_request(self) -> None:
        """It proves who it is in one way, and asks for no more than it may have."""
        known(self, CONFIDENTIAL)
        self.request.scope = narrowed(self.request.payload.scope, self.client.scopes)

    def create_token_response(self) -> Answer:
        """The token. (Authlib's own method would write it into a debug log.)"""
        return 200, self.server.issue(self.request), self.TOKEN_RESPONSE_HEADER


class Code(AuthorizationCodeGrant):  # type: ignore[misc]
    """A client fetches what a member allowed (RFC 6749, 4.1.3; RFC 7636)."""

    def validate_token_request(self) -> None:
        """It is the client that asked, with the verifier whose challenge it showed then."""
        known(self, METHODS)
        form = self.request.form
        missing = {"code", "redirect_uri", "code_verifier"} - form.keys()
        if missing:
            raise InvalidRequestError(f"{min(missing)} is missing.")
        if CODE_VERIFIER_PATTERN.fullmatch(form["code_verifier"]) is None:
            raise InvalidRequestError("code_verifier has 43 to 128 letters.")
        if len(form["code"]) > LONGEST_CODE:
            raise Over
        if "scope" in form:
            raise InvalidRequestError("The scope was asked for before.")
        shown = Shown(form["code"], form["code_verifier"], form["redirect_uri"], self.request.jkt)
        given = self.server.giving.use_code(self.client, shown)
        if given is None:
            raise Over
        self.request.given = given
        self.request.scope = given.scopes

    def create_token_response(self) -> Answer:
        """The tokens. (Authlib's own method would write them into a debug log.)"""
        return 200, self.server.issue(self.request), self.TOKEN_RESPONSE_HEADER


class Refresh(RefreshTokenGrant):  # type: ignore[misc]
    """A client goes on in a member's name (RFC 6749, 6)."""

    def validate_token_request(self) -> None:
        """It brings its last refresh token, and asks for no more than it had."""
        known(self, METHODS)
        form = self.request.form
        if "refresh_token" not in form:
            raise InvalidRequestError("refresh_token is missing.")
        token = form["refresh_token"]
        alive = self.server.giving.alive(self.client, token) if len(token) < LONGEST_CODE else None
        wanted = narrowed(self.request.payload.scope, alive.scopes) if alive else []
        given = self.server.giving.use_refresh(self.client, token, self.request.jkt)
        if given is None:
            raise Over
        self.request.given = given
        self.request.scope = wanted or given.scopes

    def create_token_response(self) -> Answer:
        """The tokens. (Authlib's own method would write them into a debug log.)"""
        return 200, self.server.issue(self.request), self.TOKEN_RESPONSE_HEADER


GRANTS = (Credentials, Code, Refresh)


def known(grant: Credentials | Code | Refresh, methods: list[str]) -> None:
    """The client that proved itself, may come this way, and holds the key it must hold."""
    request = grant.request
    request.client = grant.server.authenticate_client(request, methods)
    if not request.client.check_grant_type(grant.GRANT_TYPE):
        raise UnauthorizedClientError("This client does not come this way.")
    grant.server.holds_key(request)


def narrowed(asked: str | None, may: list[str]) -> list[str]:
    """The scope that was asked for, which lies in what may be had; nothing asked is all of it."""
    if asked is None:
        return may
    wanted = sorted(set(asked.split(" ")))
    if not set(wanted) <= set(may):
        raise InvalidScopeError
    return wanted
