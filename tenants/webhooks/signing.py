"""署名: how a receiver knows that a delivery is the hub's (Standard Webhooks, `v1`). Pure.

The signature is HMAC-SHA256 over `id.timestamp.body`; while a secret is being changed, two of them.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = "whsec_"
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


def signature(keys: Sequence[bytes], event: str, timestamp: int, body: bytes) -> str:
    """The header's value: one signature for each secret, the newest first."""
    said = f"{event}.{timestamp}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode() for key in keys
    )
