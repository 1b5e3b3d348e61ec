"""トークンバケット: what one process lets in of each client and till, and what it owes the buckets
that all processes share. Pure; time is seconds of whatever clock only goes forward.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from msgspec import Struct

LEASES = 4  # a process goes at most a quarter of a burst ahead of what the others know,
LEAST = 10  # or so many
MOST = 20_000


class Limit(Struct, frozen=True):
    """So many requests a second for long, so many at once."""

    per_second: int
    burst: int

    @property
    def lease(self) -> int:
        """How many a process may let in before the shared bucket has heard of them."""
        return min(self.burst, max(LEAST, self.burst // LEASES))


@dataclass(slots=True)
class Bucket:
    """What is left of one limit in this process; `spent` is not told yet."""

    limit: Limit
    tokens: float
    at: float
    spent: int = 0
    shut_until: float = 0.0


class Buckets:
    """The buckets of one process. `shared` says whether the others' can be reached: where they
    cannot, each process keeps the limits on its own."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self.spent: dict[str, Bucket] = {}
        self.shared = False

    def take(self, key: str, limit: Limit, now: float) -> int:
        """Let one request in: 0; or the whole seconds after which one more may come."""
        bucket = self._buckets.get(key)
        if bucket is None or bucket.limit is not limit:
            bucket = self._opened(key, limit, now)
        bucket.tokens = min(limit.burst, bucket.tokens + (now - bucket.at) * limit.per_second)
        bucket.at = now
        if now < bucket.shut_until:
            return ceil(bucket.shut_until - now)
        if bucket.tokens < 1:
            return ceil((1 - bucket.tokens) / limit.per_second)
        if self.shared and bucket.spent >= limit.lease:
            return 1
        bucket.tokens -= 1
        bucket.spent += 1
        self.spent[key] = bucket
        return 0

    def owed(self) -> dict[str, int]:
        """What was let in of each since this was asked before."""
        owed = {key: bucket.spent for key, bucket in self.spent.items()}
        for bucket in self.spent.values():
            bucket.spent = 0
        self.spent.clear()
        return owed

    def told(self, shut: Mapping[str, int], now: float) -> None:
        """The shared buckets' answer: for how many milliseconds each is shut."""
        for key, milliseconds in shut.items():
            if (bucket := self._buckets.get(key)) is not None:
                bucket.shut_until = now + milliseconds / 1000 if milliseconds else 0.0

    def limit_of(self, key: str) -> Limit | None:
        """The limit that a key stands under."""
        bucket = self._buckets.get(key)
        return bucket.limit if bucket else None

    def _opened(self, key: str, limit: Limit, now: float) -> Bucket:
        if len(self._buckets) >= MOST:
            oldest = next(iter(self._buckets))
            self._buckets.pop(oldest)
            self.spent.pop(oldest, None)
        bucket = Bucket(limit, limit.burst, now)
        self._buckets[key] = bucket
        return bucket
