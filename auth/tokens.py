"""Access tokens (RFC 9068): what one says, how one is made, and when one is believed."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from joserfc.jwk import ECKey
from msgspec import Meta, Struct, field

from auth import jws
from auth.jws import NotSigned, TokenHead, Word
from auth.keys import LONGEST_TOKEN, SKEW, SigningKey
from auth.scopes import MEMBER

TTL = 300  # seconds

Second = Annotated[int, Meta(ge=0, le=100_000_000_000)]
TenantId = Annotated[str, Meta(pattern=r"\A[0-9]{1,18}\Z")]


class Grant(Struct, frozen=True):
    """What a client asked for and may have; in whose name (`subject`) and by what that member
    allowed (`grant_id`), if not its own; bound to the key `jkt` and the certificate `x5t`, if to
    any."""

    client_id: str
    tenant_id: int
    audience: str
    scopes: Sequence[str]
    tills: Sequence[str] | None
    jkt: str | None = None
    subject: str | None = None
    grant_id: str | None = None
    x5t: str | None = None


Thumbprint = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]


class Binding(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whose token it is: that of the key with this thumbprint (RFC 9449, 6.1), of the certificate
    with this one (RFC 8705, 3.1), or of whoever has both."""

    jkt: Thumbprint | None = None
    x5t: Thumbprint | None = field(default=None, name="x5t#S256")

    def __post_init__(self) -> None:
        if self.jkt is None and self.x5t is None:
            raise ValueError("bound to nothing")


class TokenClaims(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an access token says. One audience; `tills` only where the client may not use all;
    `grant` where it speaks for a member, who then is its subject; `cnf` where more is needed."""

    iss: str
    sub: Word
    aud: Word
    exp: Second
    iat: Second
    nbf: Second
    jti: Word
    client_id: Word
    scope: str
    tenant: TenantId
    tills: tuple[str, ...] | None = None
    cnf: Binding | None = None
    grant: Word | None = None


def issue(grant: Grant, issuer: str, signing: SigningKey, now: datetime) -> str:
    """An access token for this grant, good for five minutes."""
    at = int(now.timestamp())
    claims = TokenClaims(
        iss=issuer,
        sub=grant.subject or grant.client_id,
        aud=grant.audience,
        exp=at + TTL,
        iat=at,
        nbf=at,
        jti=secrets.token_urlsafe(16),
        client_id=grant.client_id,
        scope=" ".join(grant.scopes),
        tenant=str(grant.tenant_id),
        tills=None if grant.tills is None else tuple(grant.tills),
        cnf=Binding(grant.jkt, grant.x5t) if grant.jkt or grant.x5t else None,
        grant=grant.grant_id,
    )
    head = TokenHead(alg="ES256", typ="at+jwt", kid=signing.kid)
    return jws.signed(head, claims, signing.key)


def scheme(claims: TokenClaims) -> str:
    """As what a token is shown: one that is bound to a key as DPoP (RFC 9449, 7.1)."""
    return "DPoP" if claims.cnf and claims.cnf.jkt else "Bearer"


def believe(
    token: str, key: ECKey, issuer: str, audiences: frozenset[str], now: datetime
) -> TokenClaims:
    """What the token says, if we signed it for one of these audiences and its time is now."""
    claims = jws.proved(token, key, TokenClaims)
    at = now.timestamp()
    ahead = at + SKEW.total_seconds()
    if not (
        claims.iss == issuer
        and claims.aud in audiences
        and (claims.sub == claims.client_id) == (claims.grant is None)
        and (claims.aud == MEMBER) == (claims.grant is not None)
        and at < claims.exp
        and claims.exp - claims.iat <= LONGEST_TOKEN.total_seconds()
        and claims.iat <= ahead
        and claims.nbf <= ahead
    ):
        raise NotSigned
    return claims
