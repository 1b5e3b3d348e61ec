"""署名した受領証: the hub's word on one line of an offline file, which its till can show to anyone.

A compact JWS (RFC 7515, ES256) over what was sent and what became of it. The key follows from the
instance's secret and the signature from the key and the words (RFC 6979), so a receipt is the same,
byte for byte, whenever it is read. Pure.
"""

import base64
import hashlib
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Raw, Struct

from tenants.offline_lines import PublicJwk, b64url, public_key, thumbprint

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
ES256 = ec.ECDSA(SHA256(), deterministic_signing=True)
TYPE = "meguri-receipt+jws"
HALF = 32
NOTHING = Raw()


class Receipt(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the hub says of a line: which file and line, the SHA-256 of the line as it came, what
    became of it, and the SHA-256 of its slip's answer, to the byte."""

    batch: str
    line: int
    line_sha256: str
    state: Literal["booked", "refused", "repeat"]
    seq: int | None = None
    slip: str | None = None
    kind: str | None = None
    status: int | None = None
    answer_sha256: str | None = None


class Said(Struct, frozen=True):
    """The parts of a stored outcome that a receipt repeats; the answer as it lies there."""

    line: int
    state: str
    seq: int | None = None
    slip: str | None = None
    kind: str | None = None
    status: int | None = None
    answer: Raw = NOTHING
    problem: Raw = NOTHING


class NotTheHubs(Exception):
    """この受領証はハブが署名したものではありません
    This receipt was not signed by the hub."""


class ReceiptKey:
    """Signs receipts; its public half is published."""

    def __init__(self, secret: str) -> None:
        wide = HKDF(SHA256(), 48, salt=None, info=b"meguri receipts").derive(secret.encode())
        scalar = int.from_bytes(wide) % (ORDER - 1) + 1
        self._private = ec.derive_private_key(scalar, ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        x, y = (b64url(half.to_bytes(HALF)) for half in (numbers.x, numbers.y))
        self.jwk = PublicJwk("EC", "P-256", x, y, alg="ES256", use="sig")
        self.kid = thumbprint(self.jwk)
        head = {"alg": "ES256", "typ": TYPE, "kid": self.kid}
        self._head = b64url(msgspec.json.encode(head))

    @property
    def published(self) -> PublicJwk:
        """The public half, under its name."""
        return msgspec.structs.replace(self.jwk, kid=self.kid)

    def signed(self, receipt: Receipt) -> str:
        """A receipt with the hub's signature."""
        told = f"{self._head}.{b64url(msgspec.json.encode(receipt))}"
        r, s = decode_dss_signature(self._private.sign(told.encode(), ES256))
        return f"{told}.{b64url(r.to_bytes(HALF) + s.to_bytes(HALF))}"

    def with_receipt(self, batch: str, outcome: bytes, line_sha256: str) -> bytes:
        """A stored outcome with its receipt behind it."""
        said = msgspec.json.decode(outcome, type=Said)
        signed = self.signed(receipt_of(batch, said, line_sha256))
        return outcome[:-1] + f',"receipt":"{signed}"}}'.encode()


def receipt_of(batch: str, said: Said, line_sha256: str) -> Receipt:
    """What is signed of an outcome."""
    answer = bytes(said.answer) or bytes(said.problem)
    told: dict[str, Any] = {
        "answer_sha256": hashlib.sha256(answer).hexdigest() if answer else None,
        "state": said.state,
    }
    return Receipt(
        batch,
        said.line,
        line_sha256,
        seq=said.seq,
        slip=said.slip,
        kind=said.kind,
        status=said.status,
        **told,
    )


def verified(token: str, jwk: PublicJwk) -> Receipt:
    """What a receipt says, if the owner of this key signed it; else `NotTheHubs`."""
    try:
        head, said, spelled = token.split(".")
        if msgspec.json.decode(opened(head)).get("alg") != "ES256":
            raise NotTheHubs
        raw = opened(spelled)
        if len(raw) != 2 * HALF:
            raise NotTheHubs
        der = encode_dss_signature(int.from_bytes(raw[:HALF]), int.from_bytes(raw[HALF:]))
        public_key(jwk).verify(der, f"{head}.{said}".encode(), ec.ECDSA(SHA256()))
        return msgspec.json.decode(opened(said), type=Receipt)
    except (ValueError, AttributeError, InvalidSignature, msgspec.MsgspecError):
        raise NotTheHubs from None


def opened(spelled: str) -> bytes:
    """base64url without padding, in its one spelling."""
    raw = base64.urlsafe_b64decode(spelled + "=" * (-len(spelled) % 4))
    if b64url(raw) != spelled:
        raise ValueError
    return raw
