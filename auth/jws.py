"""Signed statements: one compact form, one algorithm, one spelling.

joserfc checks the signature and how it is spelled; what comes before and after it is read here,
strictly: an unknown header is refused rather than obeyed, and a claim has the type that we say.
"""

import base64
import re
from typing import Annotated, Literal, TypeVar

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Meta, Struct

ALGORITHMS = ["ES256"]
LONGEST = 4096
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")

Word = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\A[\x21-\x7e]+\Z")]
Instant = Annotated[float, Meta(ge=0, le=1e11)]  # a NumericDate may have a fraction

Head = TypeVar("Head", bound=Struct)
Claims = TypeVar("Claims", bound=Struct)


class NotSigned(Exception):
    """This is not a statement that the key's owner signed."""


class AssertionHead(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client may say above its assertion."""

    alg: Literal["ES256"]
    typ: Literal["JWT", "jwt", "client-authentication+jwt"] | None = None
    kid: Word | None = None


class TokenHead(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands above an access token of ours (RFC 9068)."""

    alg: Literal["ES256"]
    typ: Literal["at+jwt"]
    kid: Word


def head_of(token: str, kind: type[Head]) -> Head:
    """The header, before anything is believed."""
    return _decoded(_part(token, 0), kind)


def unproved(token: str, kind: type[Claims]) -> Claims:
    """The claims of a token whose signature nobody has looked at: good only to find its key."""
    return _decoded(_part(token, 1), kind)


def proved(token: str, key: ECKey, kind: type[Claims]) -> Claims:
    """The claims, if `key` signed them."""
    _parts(token)
    try:
        payload = jws.deserialize_compact(token, key, algorithms=ALGORITHMS).payload
    except (JoseError, ValueError, TypeError):
        raise NotSigned from None
    assert payload is not None
    return _decoded(payload, kind)


def signed(head: TokenHead, claims: Struct, key: ECKey) -> str:
    """A compact statement, signed."""
    return jws.serialize_compact(
        msgspec.to_builtins(head), msgspec.json.encode(claims), key, algorithms=ALGORITHMS
    )


def _parts(token: str) -> list[str]:
    if len(token) > LONGEST or _COMPACT.fullmatch(token) is None:
        raise NotSigned
    return token.split(".")


def _part(token: str, number: int) -> bytes:
    part = _parts(token)[number]
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        raise NotSigned from None


def _decoded(payload: bytes, kind: type[Claims]) -> Claims:
    try:
        return msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotSigned from None
