"""Names that say nothing: ids leave the hub as one enciphered block each.

A block is kind (1 byte), first number (7), second number (8), in AES under the instance's own key:
the same thing has the same name for everyone who may see it, nobody can count, and a name made up
leads nowhere. Member handles carry the tenant, so two tenants cannot compare theirs.
"""

import base64
import hashlib
import hmac
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from federation.refusals import NotFound

Kind = Literal["entry", "member", "cursor", "lot", "hold", "proposal"]
_KINDS: dict[Kind, int] = {
    "entry": 1, "member": 2, "cursor": 3, "lot": 4, "hold": 5, "proposal": 6
}  # fmt: skip


# Base 32 (RFC 4648, small letters) two letters at a time: the standard library's takes 5 µs a name.
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = tuple(range(120, -1, -10))


class Names:
    """Seals pairs of numbers into opaque names and opens them again."""

    def __init__(self, secret: str) -> None:
        key = hmac.digest(secret.encode(), b"meguri opaque names", hashlib.sha256)[:16]
        cipher = Cipher(AES(key), ECB())  # noqa: S305  one block each: a permutation, no mode
        self._encrypt = cipher.encryptor().update
        self._decrypt = cipher.decryptor().update

    def seal(self, kind: Kind, first: int, second: int) -> str:
        """The opaque name (26 characters) of a pair of numbers."""
        block = bytes([_KINDS[kind]]) + first.to_bytes(7) + second.to_bytes(8)
        bits = int.from_bytes(self._encrypt(block)) << 2  # 130 bits: 13 pairs of letters
        return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])

    def open(self, kind: Kind, name: str) -> tuple[int, int]:
        """The pair behind a name; `NotFound` for one we did not make, or of another kind."""
        if len(name) != 26 or not name.isascii():  # half a block would stay in the cipher
            raise NotFound
        try:
            block = self._decrypt(base64.b32decode(name.upper() + "======"))
        except ValueError:
            raise NotFound from None
        if block[0] != _KINDS[kind]:
            raise NotFound
        return int.from_bytes(block[1:8]), int.from_bytes(block[8:])
