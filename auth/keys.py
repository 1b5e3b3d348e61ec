"""The hub's signing keys: one signs, one stands by, and a change of keys is felt by nobody.

The key that stands by was published at the rotation before, so every process and every verifier
knows it long before it signs; the old key is honoured until the last token it may have signed is
over. The private halves lie sealed in the database, so that all processes sign alike.
"""

import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc.jwk import ECKey
from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from federation.sql import statement
from federation.together import Together
from tenants.layout import moved

ALONE = statement(__file__, "lock_keys")
LIVE = statement(__file__, "live_keys")
PUBLISH = statement(__file__, "publish_key")
USE = statement(__file__, "use_key")
RETIRE = statement(__file__, "retire_key")

SKEW = timedelta(seconds=10)
LONGEST_TOKEN = timedelta(seconds=900)
RELOAD = timedelta(seconds=60)  # how long a process may go without looking
NOTICE = timedelta(hours=24)  # published at least this long before it signs
NEVER = datetime.min.replace(tzinfo=UTC)
EVERY = timedelta(days=90)


Reader = Callable[[], AbstractAsyncContextManager[AsyncConnection[Any]]]


class OtherSecret(Exception):
    """署名鍵は別の MEGURI_SECRET で封じられています
    The signing keys were sealed with another MEGURI_SECRET."""


class Row(Struct, frozen=True):
    """One key as it lies in the database."""

    kid: str
    sealed: bytes
    published_at: datetime
    use_from: datetime | None
    retires_at: datetime | None


class SigningKey(Struct, frozen=True):
    """One key with its days: published, put to use, retired."""

    kid: str
    key: ECKey
    use_from: datetime | None
    retires_at: datetime | None

    def lives(self, now: datetime) -> bool:
        """Whether what it signed is still believed."""
        return self.retires_at is None or now < self.retires_at

    def signs(self, now: datetime) -> bool:
        """Whether its turn to sign has come."""
        return self.use_from is not None and self.use_from <= now and self.lives(now)


class Vault:
    """Seals private keys for the database, under a key derived from the instance's secret."""

    def __init__(self, secret: str) -> None:
        derived = HKDF(SHA256(), 32, salt=None, info=b"meguri signing keys").derive(secret.encode())
        self._cipher = AESGCM(derived)

    def seal(self, key: ECKey, kid: str) -> bytes:
        """The private key, readable only here and only as that `kid`."""
        nonce = secrets.token_bytes(12)
        private = msgspec.json.encode(key.as_dict(private=True))
        return nonce + self._cipher.encrypt(nonce, private, kid.encode())

    def open(self, sealed: bytes, kid: str) -> ECKey:
        """The private key again; `OtherSecret` if the instance's secret has changed."""
        try:
            private = self._cipher.decrypt(sealed[:12], sealed[12:], kid.encode())
        except InvalidTag:
            raise OtherSecret from None
        return ECKey.import_key(msgspec.json.decode(private))


async def keep(conn: AsyncConnection[Any], secret: str, now: datetime) -> None:
    """Make the first two keys if there are none, and rotate when the one that signs is old.

    Called by the worker at start-up and from time to time; safe to call from many processes.
    """
    async with conn.transaction():
        keys = await _alone(conn, now)
        if not keys:
            await _publish(conn, Vault(secret), now, use_from=now)
            await _publish(conn, Vault(secret), now, use_from=None)
        elif all(key.use_from is None or key.use_from <= now - EVERY for key in keys):
            await _rotate(conn, secret, now, keys, NOTICE)


async def rotate(
    conn: AsyncConnection[Any], secret: str, now: datetime, notice: timedelta = NOTICE
) -> datetime:
    """Put the key that stands by to use, publish the next one, and say from when it signs.

    Until the old key is retired, asking for another rotation changes nothing.
    """
    async with conn.transaction():
        return await _rotate(conn, secret, now, await _alone(conn, now), notice)


async def replace(conn: AsyncConnection[Any], secret: str, now: datetime) -> None:
    """After a theft: from now on nothing that the present keys signed is believed."""
    async with conn.transaction():
        await _alone(conn, now)
        await conn.execute(RETIRE, {"retires_at": now, "all": True, "now": now})
        await _publish(conn, Vault(secret), now, use_from=now)
        await _publish(conn, Vault(secret), now, use_from=None)
        await moved(conn)


async def _alone(conn: AsyncConnection[Any], now: datetime) -> list[Row]:
    """The live keys, with nobody else about to change them."""
    await conn.execute(ALONE)
    return await _live(conn, now)


async def _live(conn: AsyncConnection[Any], now: datetime) -> list[Row]:
    async with conn.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(LIVE, {"now": now})
        return await cursor.fetchall()


async def _rotate(
    conn: AsyncConnection[Any], secret: str, now: datetime, keys: list[Row], notice: timedelta
) -> datetime:
    turns = [key.use_from for key in keys if key.use_from is not None]
    if any(key.retires_at for key in keys):
        return max(turns)
    (waiting,) = [key for key in keys if key.use_from is None]
    use_from = max(now, waiting.published_at + notice)
    retires_at = use_from + RELOAD + LONGEST_TOKEN + SKEW
    await conn.execute(RETIRE, {"retires_at": retires_at, "all": False, "now": now})
    await conn.execute(USE, {"kid": waiting.kid, "use_from": use_from})
    await _publish(conn, Vault(secret), now, use_from=None)
    return use_from


async def _publish(
    conn: AsyncConnection[Any], vault: Vault, now: datetime, use_from: datetime | None
) -> None:
    key = ECKey.generate_key("P-256")
    kid = key.thumbprint()[:16]
    asked = {
        "kid": kid,
        "jwk": Jsonb({**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "ES256"}),
        "sealed": vault.seal(key, kid),
        "now": now,
        "use_from": use_from,
    }
    await conn.execute(PUBLISH, asked)


class Keys:
    """The keys as one process knows them: looked at again every minute, at an unknown `kid`, and
    when the bell rings."""

    def __init__(self, reader: Reader, secret: str, now: Callable[[], datetime]) -> None:
        self._reader = reader
        self._vault = Vault(secret)
        self._now = now
        self._keys: dict[str, SigningKey] = {}
        self._seen_at = NEVER
        self._forgotten = 0
        self._together = Together(self._look)

    async def reload(self, unless_seen_since: datetime) -> None:
        """Look into the database, unless somebody has since that instant."""
        while self._seen_at <= unless_seen_since and not await self._together.look():
            pass  # forgotten while another's look read it

    async def _look(self) -> None:
        now, forgotten = self._now(), self._forgotten
        async with self._reader() as conn:
            rows = await _live(conn, now)
        known = self._keys
        self._keys = {row.kid: self._opened(row, known.get(row.kid)) for row in rows}
        self._seen_at = now if forgotten == self._forgotten else NEVER

    def _opened(self, row: Row, known: SigningKey | None) -> SigningKey:
        key = known.key if known else self._vault.open(row.sealed, row.kid)
        return SigningKey(row.kid, key, row.use_from, row.retires_at)

    def forget(self) -> None:
        """The next who asks looks into the database."""
        self._forgotten += 1
        self._seen_at = NEVER

    async def fresh(self) -> None:
        """Look again if the last look is older than a minute."""
        if self._seen_at < (since := self._now() - RELOAD):
            await self.reload(since)

    def signer(self) -> SigningKey:
        """The key that signs now: of those whose turn has come, the latest."""
        now = self._now()
        turns = [key for key in self._keys.values() if key.signs(now)]
        assert turns, "nobody called auth.keys.keep"
        return max(turns, key=lambda key: key.use_from or NEVER)

    def live(self) -> dict[str, SigningKey]:
        """Every key that is believed now, by its name."""
        now = self._now()
        return {kid: key for kid, key in self._keys.items() if key.lives(now)}

    async def find(self, kid: str) -> ECKey | None:
        """The key of that name, if it is live; an unknown name is looked for once a second."""
        await self.fresh()
        if kid not in self._keys:
            await self.reload(self._now() - timedelta(seconds=1))
        found = self._keys.get(kid)
        return found.key if found and found.lives(self._now()) else None

    async def published(self) -> dict[str, list[dict[str, Any]]]:
        """The public halves (RFC 7517): those in use and the one that stands by."""
        await self.fresh()
        now = self._now()
        return {
            "keys": [
                {**key.key.as_dict(private=False), "kid": key.kid, "use": "sig", "alg": "ES256"}
                for key in self._keys.values()
                if key.lives(now)
            ]
        }
