"""暗証番号: a card's PIN is kept as a digest under the instance's own key, never as it was typed.

Pure. Four digits have ten thousand values: without a key any digest of them is an open book.
"""

import hashlib
import hmac


class Pins:
    """Digests of PINs under a key derived from the instance's secret."""

    def __init__(self, secret: str) -> None:
        self._key = hmac.digest(secret.encode(), b"meguri card pins", hashlib.sha256)

    def digest(self, carrier: str, pin: str) -> bytes:
        """The digest (32 bytes) of a card's PIN; the same PIN of two cards has two digests."""
        return hmac.digest(self._key, f"{carrier}\n{pin}".encode(), hashlib.sha256)

    def right(self, carrier: str, pin: str, digest: bytes) -> bool:
        """Whether this is the PIN behind a digest, in a time that does not tell how nearly."""
        return hmac.compare_digest(self.digest(carrier, pin), digest)
