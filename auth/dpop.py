"""Proof of possession (RFC 9449): a token that was stolen is worth nothing without its key.

A proof is a statement that the holder of a key signs for one request: its method, its address,
the token beside it, a number that we gave out (the nonce) and one of its own (`jti`), each good
once. Nothing here remembers anything: what was shown before is known in `proofs.py`.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from msgspec import Meta, Struct, to_builtins

from auth import jws
from auth.jws import Instant, NotSigned, Word

ALGORITHMS = jws.ALGORITHMS
WINDOW = 60.0  # seconds, either way
PORTS = {"https": 443, "http": 80}
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
MINUTE = 60
GOOD_FOR = 2  # minutes after the one in which it was made
MEMORY = 8  # bytes of a memory's name
_MAC = 16


class NotProved(Exception):
    """This is no proof; the nonce that a better one would carry, where that is what lacks."""

    def __init__(self, error: Literal["invalid_dpop_proof", "use_dpop_nonce"], nonce: str = ""):
        super().__init__(error)
        self.error = error
        self.nonce = nonce


Coordinate = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_-]{43}\Z")]


class ProofKey(Struct, frozen=True, forbid_unknown_fields=True):
    """The public key that signs; a private part, or one to be fetched, is refused."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    kid: Word | None = None
    use: Literal["sig"] | None = None
    alg: Literal["ES256"] | None = None


class ProofHead(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands above a proof."""

    typ: Literal["dpop+jwt"]
    alg: Literal["ES256"]
    jwk: ProofKey


class ProofClaims(Struct, frozen=True):
    """What a proof says; whatever else it says is not read."""

    jti: Word
    htm: str
    htu: Annotated[str, Meta(max_length=2_000)]
    iat: Instant
    ath: str | None = None
    nonce: Annotated[str, Meta(max_length=200)] | None = None


class Proved(Struct, frozen=True):
    """A proof in order: whose key, and what must be remembered of it."""

    jkt: str
    jti: str
    nonce: str | None


def prove(
    headers: Sequence[str], method: str, url: str, token: str | None, now: datetime
) -> Proved:
    """The proof among these headers, made for this request and this token; else `NotProved`."""
    if len(headers) != 1:
        raise NotProved("invalid_dpop_proof")
    try:
        head = jws.head_of(headers[0], ProofHead)
        key = ECKey.import_key({n: v for n, v in to_builtins(head.jwk).items() if v is not None})
        claims = jws.proved(headers[0], key, ProofClaims)
    except (NotSigned, JoseError, ValueError):
        raise NotProved("invalid_dpop_proof") from None
    if not (
        claims.htm == method
        and normal(claims.htu) == normal(url)
        and abs(claims.iat - now.timestamp()) <= WINDOW
        and (token is None or claims.ath == hashed(token))
    ):
        raise NotProved("invalid_dpop_proof")
    return Proved(key.thumbprint(), claims.jti, claims.nonce)


def hashed(token: str) -> str:
    """A token as a proof names it (`ath`)."""
    return _spelled(hashlib.sha256(token.encode()).digest())


def normal(url: str) -> str | None:
    """An address without query and fragment, spelled in the one way (RFC 3986, 6.2); None where
    it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in PORTS or not host or parts.username is not None:
        return None
    host = f"[{host}]" if ":" in host else host
    at = "" if port in (None, PORTS[scheme]) else f":{port}"
    return f"{scheme}://{host}{at}{re.sub('%[0-9A-Fa-f]{2}', _letter, parts.path) or '/'}"


def _letter(code: re.Match[str]) -> str:
    """An escape as it should be: the letter itself, where that needs none."""
    letter = chr(int(code[0][1:], 16))
    return letter if UNRESERVED.match(letter) else code[0].upper()


class Nonces:
    """Numbers that we give out: the minute, the memory in which a proof with it will count, and
    our seal over both. Nobody keeps them; every process of an instance knows its own again."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"meguri dpop nonces", hashlib.sha256)

    def make(self, memory: bytes, now: datetime) -> str:
        """One for this minute and this memory."""
        assert len(memory) == MEMORY
        said = (int(now.timestamp()) // MINUTE).to_bytes(4) + memory
        return _spelled(said + hmac.digest(self._key, said, hashlib.sha256)[:_MAC])

    def read(self, nonce: str | None, now: datetime) -> bytes | None:
        """The memory that it names, if we made it minutes ago; else None."""
        try:
            told = base64.b64decode((nonce or "") + "==", altchars=b"-_", validate=True)
        except ValueError:
            return None
        said, seal = told[: 4 + MEMORY], told[4 + MEMORY :]
        if not hmac.compare_digest(hmac.digest(self._key, said, hashlib.sha256)[:_MAC], seal):
            return None
        age = int(now.timestamp()) // MINUTE - int.from_bytes(said[:4])
        return said[4:] if 0 <= age <= GOOD_FOR else None


def _spelled(told: bytes) -> str:
    return base64.urlsafe_b64encode(told).rstrip(b"=").decode()
