"""A till that cannot ask: it signs what it books and sends the lines when it is back.

This is the whole of what a till vendor must build; it knows nothing of the hub's code, and
`docs/offline.md` says the same in words.
"""

import base64
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256


def canonical(fields: dict[str, Any]) -> bytes:
    """RFC 8785 for texts, whole numbers, true, false, lists and objects."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def b64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class OfflineTill:
    """A key, and the chain of the lines that it signed."""

    def __init__(self, private_number: int | None = None) -> None:
        """A key of its own; a test vector names its private number."""
        curve = ec.SECP256R1()
        self.key = (
            ec.generate_private_key(curve)
            if private_number is None
            else ec.derive_private_key(private_number, curve)
        )
        self.seq = 0
        self.prev = "0" * 64

    @property
    def jwk(self) -> dict[str, str]:
        """The public half, as it is enrolled."""
        numbers = self.key.public_key().public_numbers()
        x, y = (b64url(number.to_bytes(32)) for number in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}

    @property
    def kid(self) -> str:
        """Its name: the thumbprint of RFC 7638."""
        return b64url(hashlib.sha256(canonical(self.jwk)).digest())

    def line(self, kind: str, body: dict[str, Any], **envelope: Any) -> bytes:
        """The next line; what stands in `envelope` is written instead of what is right."""
        self.seq = envelope.get("seq", self.seq + 1)
        said = {"kind": kind, "seq": self.seq, "prev": self.prev, "kid": self.kid, **envelope}
        written = self.signed({**body, **said})
        self.prev = hashlib.sha256(written).hexdigest()
        return written

    def signed(self, fields: dict[str, Any]) -> bytes:
        """The fields with the signature over their canonical bytes (ES256, r and s as they are)."""
        der = self.key.sign(canonical(fields), ec.ECDSA(SHA256()))
        r, s = decode_dss_signature(der)
        return canonical({**fields, "signature": b64url(r.to_bytes(32) + s.to_bytes(32))})


def file_of(*lines: bytes) -> bytes:
    """One line per request, each ended by a line feed."""
    return b"".join(line + b"\n" for line in lines)
