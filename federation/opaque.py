"""Names that say nothing: ids leave the hub as one enciphered block each.

A block is kind (1 byte), first number (7), second number (8), in AES under the instance's own key:
the same thing has the same name for everyone who may see it, nobody can count, and a name made up
leads nowhere. Member handles carry the tenant, so two tenants cannot compare theirs. A name that is
one tenant's alone is tied to it before it is enciphered: to any other it is like one made up, and
not even the work that is done in vain says whose it is.
"""

import base64
import hashlib
import hmac
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from federation.refusals import NotFound

Kind = Literal[
    "entry", "member", "cursor", "lot", "hold", "proposal", "declaration", "notice", "denial",
    "coupon", "scan", "stop", "board",
]  # fmt: skip
_KINDS: dict[Kind, int] = {
    "entry": 1, "member": 2, "cursor": 3, "lot": 4, "hold": 5, "proposal": 6, "declaration": 11,
    "notice": 21, "denial": 22, "coupon": 23, "scan": 24, "stop": 25, "board": 31,
}  # fmt: skip


NOBODYS = (0, 0)  # numbers begin at 1
EVERYBODYS = 0
_TIE = 255  # where a kind stands, in the block that ties a name to its tenant
_MOST = 2**63 - 1  # what PostgreSQL numbers reach

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
        self._ties = {EVERYBODYS: 0}

    def seal(self, kind: Kind, first: int, second: int, whose: int = EVERYBODYS) -> str:
        """The opaque name (26 characters) of a pair of numbers; `whose` is the only tenant to which
        it says anything."""
        block = _KINDS[kind] << 120 | first << 64 | second
        tied = (block ^ self._tie(whose)).to_bytes(16)
        bits = int.from_bytes(self._encrypt(tied)) << 2  # 130 bits: 13 pairs of letters
        return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])

    def _tie(self, tenant_id: int) -> int:
        """What is laid over the block of a name that is one tenant's alone."""
        tie = self._ties.get(tenant_id)
        if tie is None:
            block = bytes([_TIE]) + tenant_id.to_bytes(15)
            tie = self._ties[tenant_id] = int.from_bytes(self._encrypt(block))
        return tie

    def open(self, kind: Kind, name: str, whose: int = EVERYBODYS) -> tuple[int, int]:
        """The pair behind a name; `NotFound` for one we did not make, or of another kind, or
        another tenant's."""
        if len(name) != 26 or not name.isascii():  # half a block would stay in the cipher
            raise NotFound
        try:
            tied = self._decrypt(base64.b32decode(name.upper() + "======"))
        except ValueError:
            raise NotFound from None
        block = (int.from_bytes(tied) ^ self._tie(whose)).to_bytes(16)
        first, second = int.from_bytes(block[1:8]), int.from_bytes(block[8:])
        if block[0] != _KINDS[kind] or second > _MOST:
            raise NotFound
        return first, second

    def sought(self, kind: Kind, name: str, whose: int = EVERYBODYS) -> tuple[int, int]:
        """The pair behind a name; nobody's where we made none such: whoever looks for it then works
        as long in vain as for another tenant's."""
        try:
            return self.open(kind, name, whose)
        except NotFound:
            return NOBODYS
