"""オフライン行: one line of a file that a till wrote while it could not ask. Pure.

A line is canonical JSON (RFC 8785, of whole numbers, texts and what is made of them): the body of a
request online plus an envelope. `docs/offline.md` tells it to whoever builds a till.
"""

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import Meta, Struct

from federation.refusals import Validation
from federation.slips import Asked, Rule, SlipNumber, TillCode
from tenants.earning import Sale, earn
from tenants.refusals import BadSignature
from tenants.returning import BringBack, bring_back
from tenants.spending import Purchase, Spend, buy, spend
from tenants.undoing import Undo, undo

LONGEST = 256 * 1024
DEEPEST = 32
FIRST_PREV = "0" * 64
ES256 = ec.ECDSA(SHA256())
POINTED = re.compile(r" - at `\$([^`]*)`")


class Kind(Struct, frozen=True):
    """What one kind of line asks, and the rule it is booked by: those of the same call online."""

    body: type[Asked]
    rule: Rule
    points: Callable[[Any], int] = lambda asked: 0  # how many it spends at its tenant's risk


KINDS: dict[str, Kind] = {
    "accrual": Kind(Sale, earn),
    "redemption": Kind(Spend, spend, lambda asked: int(asked.points)),
    "purchase": Kind(Purchase, buy, lambda asked: int(asked.points)),
    "reversal": Kind(Undo, undo),
    "return": Kind(BringBack, bring_back),
}

ENVELOPE = ("kind", "seq", "prev", "kid", "signature")


class Envelope(Struct, frozen=True):
    """What a line carries beside its request, and the two fields that name the request."""

    kind: str
    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    prev: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    kid: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
    signature: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{86}$(?!\n)")]
    slip: SlipNumber
    till: TillCode


class Signed(Struct, frozen=True):
    """A line that is well formed; whether its till wrote it is not yet known."""

    envelope: Envelope
    fields: dict[str, Any]
    sha256: bytes


class PublicJwk(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The public half of a till's key; one with a private half is refused, not stripped."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
    y: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]
    alg: Literal["ES256"] | None = None
    use: Literal["sig"] | None = None
    kid: Annotated[str, Meta(max_length=200)] | None = None


def canonical(fields: dict[str, Any]) -> bytes:
    """The one way to write these fields: keys sorted, no white space, UTF-8."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def read(line: bytes) -> Signed:
    """A line's envelope and fields; `Validation` where it is not canonical JSON of ours."""
    if len(line) > LONGEST:
        raise Validation(pointer="")
    try:
        fields = json.loads(line, parse_float=_none, parse_constant=_none)
        if not isinstance(fields, dict) or not _plain(fields, DEEPEST):
            raise Validation(pointer="")
        if canonical(fields) != line:
            raise Validation(pointer="")
        envelope = msgspec.convert(fields, Envelope)
    except msgspec.ValidationError as fault:
        raise Validation(pointer=pointer(fault)) from None
    except (ValueError, RecursionError):  # UnicodeError and JSONDecodeError are ValueErrors
        raise Validation(pointer="") from None
    if envelope.kind not in KINDS:
        raise Validation(pointer="/kind")
    return Signed(envelope, fields, hashlib.sha256(line).digest())


def asked(signed: Signed) -> Asked:
    """The request in a line, the same as it would be online; `Validation` where it is not one."""
    fields = {name: said for name, said in signed.fields.items() if name not in ENVELOPE}
    text = unicodedata.normalize("NFC", json.dumps(fields, ensure_ascii=False))
    try:
        request = msgspec.json.decode(text.encode(), type=KINDS[signed.envelope.kind].body)
        if isinstance(request, BringBack) and request.of is None:
            raise Validation(pointer="/of")  # a line waits for a slip, not for a receipt
        return request
    except msgspec.ValidationError as fault:
        raise Validation(pointer=pointer(fault)) from None
    except msgspec.DecodeError:
        raise Validation(pointer="") from None


def check(signed: Signed, key: ec.EllipticCurvePublicKey) -> None:
    """Whether the key's owner wrote this line; `BadSignature` where not."""
    spelled = signed.envelope.signature
    raw = base64.urlsafe_b64decode(spelled + "==")
    if b64url(raw) != spelled:
        raise BadSignature
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    unsigned = {name: said for name, said in signed.fields.items() if name != "signature"}
    try:
        key.verify(der, canonical(unsigned), ES256)
    except InvalidSignature:
        raise BadSignature from None


def public_key(jwk: PublicJwk) -> ec.EllipticCurvePublicKey:
    """The key itself; `Validation` where it is no point of the curve, or oddly spelled."""
    x, y = (base64.urlsafe_b64decode(part + "=") for part in (jwk.x, jwk.y))
    if (b64url(x), b64url(y)) != (jwk.x, jwk.y):
        raise Validation(pointer="/jwk")
    try:
        return ec.EllipticCurvePublicNumbers(
            int.from_bytes(x), int.from_bytes(y), ec.SECP256R1()
        ).public_key()
    except ValueError:
        raise Validation(pointer="/jwk") from None


def thumbprint(jwk: PublicJwk) -> str:
    """The key's name: its RFC 7638 thumbprint, which the till can compute as well."""
    members = {"crv": jwk.crv, "kty": jwk.kty, "x": jwk.x, "y": jwk.y}
    return b64url(hashlib.sha256(canonical(members)).digest())


def b64url(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def pointer(fault: Exception) -> str:
    """Where in a request the fault lies, as a JSON pointer (RFC 6901)."""
    at = POINTED.search(str(fault))
    return "/" + re.sub(r"[.\[\]]+", "/", at.group(1)).strip("/") if at else ""


def _none(_: str) -> Any:
    """Neither fractions nor what is no number: whole numbers only."""
    raise ValueError


def _plain(value: Any, depth: int) -> bool:
    """No null anywhere, and nothing deeper than the bound."""
    if value is None or depth < 0:
        return False
    if isinstance(value, dict):
        return all(_plain(one, depth - 1) for one in value.values())
    return not isinstance(value, list) or all(_plain(one, depth - 1) for one in value)
