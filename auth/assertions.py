"""A client proves itself by a statement it signs for this one occasion (private_key_jwt, ES256).

The audience is the hub's issuer as one string: an assertion made for another server, or for
several at once, proves nothing here. It lives at most a minute and counts once.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey
from msgspec import Struct

from auth import jws
from auth.jws import AssertionHead, Instant, NotSigned, Word
from auth.keys import SKEW

LIFETIME = timedelta(seconds=60)


class Unproved(Struct, frozen=True):
    """What is read before the signature: whose key to look up."""

    sub: Word


class AssertionClaims(Struct, frozen=True):
    """What a client's assertion must say; whatever else it says is not read."""

    iss: Word
    sub: Word
    aud: str
    exp: Instant
    jti: Word
    iat: Instant | None = None
    nbf: Instant | None = None


class Once(Struct, frozen=True):
    """What must be remembered, and until when, so that an assertion counts once."""

    jti: str
    expires_at: datetime


def claimed(assertion: str) -> str:
    """Whose assertion it says it is."""
    jws.head_of(assertion, AssertionHead)
    return jws.unproved(assertion, Unproved).sub


def prove(assertion: str, jwk: dict[str, Any], issuer: str, now: datetime) -> Once:
    """What to remember of an assertion that the key's owner made for us, now; else `NotSigned`."""
    head = jws.head_of(assertion, AssertionHead)
    if head.kid is not None and head.kid != jwk.get("kid"):
        raise NotSigned
    claims = jws.proved(assertion, ECKey.import_key(jwk), AssertionClaims)
    at = now.timestamp()
    ahead = at + SKEW.total_seconds()
    made = at if claims.iat is None else claims.iat
    if not (
        claims.iss == claims.sub
        and claims.aud == issuer
        and at < claims.exp <= made + LIFETIME.total_seconds()
        and made <= ahead
        and (claims.nbf is None or claims.nbf <= ahead)
    ):
        raise NotSigned
    return Once(claims.jti, datetime.fromtimestamp(claims.exp, UTC))


def prove_by_any(
    assertion: str, jwks: Sequence[dict[str, Any]], issuer: str, now: datetime
) -> Once:
    """Likewise, by the first of a client's keys that fits; `NotSigned` where none does."""
    for jwk in jwks:
        with suppress(NotSigned):
            return prove(assertion, jwk, issuer, now)
    raise NotSigned
