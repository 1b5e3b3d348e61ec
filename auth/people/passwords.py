"""パスワード: which are good enough, and how they are kept: argon2id over a keyed digest.

NFKC first: a Japanese keyboard may give full-width letters for the same keys. Unknown people cost
the same time as known ones. A hash takes 64 MiB, so only a few are computed at once.
"""

import unicodedata
from base64 import b64encode
from pathlib import Path

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from auth.people.refusals import WeakPassword
from auth.people.seals import Seals

SHORTEST = 8  # with a second factor, which everybody has (ASVS 5.0, 6.2)
LONGEST = 200
MOST_AT_ONCE = 2
COMMON = frozenset(
    Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split()
)


def plain(password: str) -> str:
    """A password however it was typed in."""
    return unicodedata.normalize("NFKC", password)


def good(password: str, *own: str) -> str:
    """The password as it is kept, if it is good enough for whom these words are about; else
    `WeakPassword`."""
    typed = plain(password)
    lower = typed.lower()
    about = {word.lower() for word in (*own, "meguri", "巡り") if len(word) >= 4}
    about |= {word.partition("@")[0] for word in about if len(word.partition("@")[0]) >= 4}
    if not SHORTEST <= len(typed) <= LONGEST or len(set(lower)) < 4:
        raise WeakPassword
    if lower in COMMON or any(word in lower and len(lower) < len(word) + 6 for word in about):
        raise WeakPassword
    return typed


def hash_of_nobody(hasher: PasswordHasher) -> str:
    """What no password comes to, and takes as long to compare with as somebody's."""
    salt, tag = (b64encode(bytes(size)).decode().rstrip("=") for size in (16, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${tag}"


class Passwords:
    """Makes and checks what is kept of passwords."""

    def __init__(self, seals: Seals, hasher: PasswordHasher | None = None) -> None:
        self._seals = seals
        self._hasher = hasher or PasswordHasher()
        self._threads = anyio.CapacityLimiter(MOST_AT_ONCE)
        self._nobodys = hash_of_nobody(self._hasher)

    async def kept(self, password: str) -> str:
        """What is kept of a password."""
        keyed = self._keyed(password)
        return await anyio.to_thread.run_sync(self._hasher.hash, keyed, limiter=self._threads)

    async def right(self, password: str, kept: str | None) -> bool:
        """Whether this is the password; where there is none to compare with, the same work is done
        and the answer is no."""
        keyed, against = self._keyed(password[:LONGEST]), kept or self._nobodys
        found = await anyio.to_thread.run_sync(self._same, against, keyed, limiter=self._threads)
        return found and kept is not None

    def _same(self, kept: str, keyed: str) -> bool:
        try:
            return self._hasher.verify(kept, keyed)
        except (VerificationError, InvalidHashError):
            return False

    def _keyed(self, password: str) -> str:
        return self._seals.digest("password", plain(password)).hex()
