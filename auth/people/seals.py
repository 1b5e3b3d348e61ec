"""What is derived from the instance's secret for people: sealed TOTP secrets, keyed digests, the
token that a page's forms carry. Without the secret the database alone opens nothing. Pure."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_BYTES = 32


class OtherSecret(Exception):
    """確認コードの秘密は別の MEGURI_SECRET で封じられています
    The TOTP secrets were sealed with another MEGURI_SECRET."""


class Seals:
    """One instance's keys for people."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), 64, salt=None, info=b"meguri people").derive(secret.encode())
        self._cipher = AESGCM(derived[:32])
        self._key = derived[32:]

    def seal(self, secret: str, person_id: str) -> bytes:
        """A TOTP secret, readable only here and only as that person's."""
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), person_id.encode())

    def open(self, sealed: bytes, person_id: str) -> str:
        """The TOTP secret again; `OtherSecret` if the instance's secret has changed."""
        try:
            found = self._cipher.decrypt(sealed[:12], sealed[12:], person_id.encode())
        except InvalidTag:
            raise OtherSecret from None
        return found.decode()

    def wrap(self, words: bytes, purpose: str) -> str:
        """Words that go out and come back, readable only here and only for one purpose."""
        nonce = secrets.token_bytes(12)
        return urlsafe_b64encode(
            nonce + self._cipher.encrypt(nonce, words, purpose.encode())
        ).decode()

    def unwrap(self, wrapped: str, purpose: str) -> bytes | None:
        """Such words again; None for what we did not wrap, or for another purpose."""
        try:
            sealed = urlsafe_b64decode(wrapped.encode("ascii"))
            return self._cipher.decrypt(sealed[:12], sealed[12:], purpose.encode())
        except (InvalidTag, ValueError):
            return None

    def digest(self, purpose: str, *words: str) -> bytes:
        """A keyed digest (32 bytes) of words, for one purpose."""
        text = "\x1f".join((purpose, *words))
        return hmac.digest(self._key, text.encode("utf-8", "replace"), hashlib.sha256)

    def form_token(self, session_sha256: bytes) -> str:
        """What the forms of a session carry, so that no other site can press its buttons."""
        return self.digest("form", session_sha256.hex()).hex()

    def is_form_token(self, told: str, session_sha256: bytes) -> bool:
        """Whether a form is of this session, found out in constant time."""
        return hmac.compare_digest(told.encode(), self.form_token(session_sha256).encode())


def fresh_token() -> str:
    """A new secret of 256 random bits, as a cookie or a link carries it."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def sha256(token: str) -> bytes:
    """What is kept of such a secret; it has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
