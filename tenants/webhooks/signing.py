"""署名: how a receiver knows that a delivery is the hub's (Standard Webhooks, `v1`, `v1a`). Pure.

`v1` is HMAC-SHA256 over `id.timestamp.body` by the endpoint's secret; while that is being changed,
two of them. `v1a` is Ed25519 over the same by a key of that endpoint, which the hub alone has: who
verifies with its public half could not have signed, and can show to others that the hub did.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "whsec_"
PUBLIC_PREFIX = "whpk_"
BYTES = 32
NONCE = 12


class OtherSecret(Exception):
    """署名の秘密は別の MEGURI_SECRET で封じられています
    The secret was sealed with another MEGURI_SECRET."""


class Vault:
    """Seals the secrets of endpoints for the database, under a key derived from the instance's."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"meguri webhook secrets")
        self._cipher = AESGCM(derived.derive(secret.encode()))
        self._secret = secret.encode()

    def signer(self, whose: str) -> Ed25519PrivateKey:
        """The key by which the hub signs for one endpoint: another for each, so that nobody can
        pass on what was signed for another; derived, so that it lies nowhere."""
        info = b"meguri webhook v1a " + whose.encode()
        return Ed25519PrivateKey.from_private_bytes(
            HKDF(SHA256(), 32, salt=None, info=info).derive(self._secret)
        )

    def seal(self, key: bytes, whose: str) -> bytes:
        """A secret, readable only here and only as this endpoint's."""
        nonce = secrets.token_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, key, whose.encode())

    def open(self, sealed: bytes, whose: str) -> bytes:
        """The secret again; `OtherSecret` if the instance's has changed, or it is another's."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], whose.encode())
        except InvalidTag:
            raise OtherSecret from None


def whose(tenant_id: int, endpoint_id: str) -> str:
    """What a sealed secret is bound to."""
    return f"{tenant_id}/{endpoint_id}"


def new_secret() -> bytes:
    """A secret for one endpoint."""
    return secrets.token_bytes(BYTES)


def shown(key: bytes) -> str:
    """A secret as it is shown, this once."""
    return PREFIX + base64.b64encode(key).decode()


def public(signer: Ed25519PrivateKey) -> str:
    """The public half of an endpoint's key, as receivers keep it."""
    return PUBLIC_PREFIX + base64.b64encode(signer.public_key().public_bytes_raw()).decode()


def signature(
    keys: Sequence[bytes],
    event: str,
    timestamp: int,
    body: bytes,
    signer: Ed25519PrivateKey | None = None,
) -> str:
    """The header's value: one signature for each secret, the newest first, then the key's."""
    said = f"{event}.{timestamp}.".encode() + body
    made = ["v1," + text(hmac.digest(key, said, hashlib.sha256)) for key in keys]
    if signer is not None:
        made.append("v1a," + text(signer.sign(said)))
    return " ".join(made)


def text(signed: bytes) -> str:
    """A signature as it stands in the header."""
    return base64.b64encode(signed).decode()
