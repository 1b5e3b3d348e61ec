"""配達係: the messenger's place in a hub. One session announces, lays deliveries out and sends;
every other stands by for it, as for the sealer.

All that is written goes through the session that holds the lock: whoever loses it, loses its voice.
What was sent and could not be written down is sent again, under the same id.
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from time import monotonic

import psycopg
from opentelemetry import metrics
from psycopg import AsyncConnection

from federation.announce import announce
from federation.opaque import Names
from tenants.webhooks import delivering, endpoints
from tenants.webhooks.delivering import Backoff, Due, Settled
from tenants.webhooks.guard import Allowance
from tenants.webhooks.sending import Resolve, Tried, attempt, look_up
from tenants.webhooks.signing import Vault, signature

LOCK = 0x6D657373656E67
ALONE = "SELECT pg_try_advisory_lock(%(lock)s)"
EVERY_SECONDS = 0.5
GATHER_SECONDS = 0.02
SWEEP_SECONDS = 60.0
TELL_SECONDS = 2.0
EACH = 8  # on their way to one endpoint
FAILING = 5  # failures on end, after which an endpoint rests between single tries
TOTAL = 256

log = logging.getLogger("meguri.messenger")

_meter = metrics.get_meter("meguri")
attempts = _meter.create_counter(
    "meguri.webhook.attempts", unit="{attempt}", description="tries to deliver, by outcome"
)
lag = _meter.create_gauge(
    "meguri.webhook.lag", unit="s", description="how long the oldest delivery waits for a first try"
)
waiting = _meter.create_gauge(
    "meguri.webhook.waiting", unit="{delivery}", description="deliveries that wait"
)
dead = _meter.create_gauge(
    "meguri.webhook.dead", unit="{delivery}", description="deliveries that were given up"
)
endpoints_failed = _meter.create_gauge(
    "meguri.webhook.endpoints.failed", unit="{endpoint}", description="endpoints switched off"
)


class Messenger:
    """Tells tenants what happened, where it holds the lock; else waits until it does."""

    def __init__(
        self,
        connect: Callable[[], Awaitable[AsyncConnection]],
        names: Names,
        vault: Vault,
        clock: Callable[[], datetime],
        wall: Callable[[], datetime],
        *,
        in_test: bool = False,
        backoff: Backoff | None = None,
        resolve: Resolve = look_up,
    ) -> None:
        """`clock` says when something was announced, `wall` when it is sent; `in_test` lets
        destinations be allowed that are not public."""
        self._connect = connect
        self._names = names
        self._vault = vault
        self._clock = clock
        self._wall = wall
        self._in_test = in_test
        self._backoff = backoff or Backoff()
        self._resolve = resolve
        self._trust: ssl.SSLContext | None = None
        self._away: dict[int, Due] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._done: list[Settled] = []
        self._woken = asyncio.Event()
        self._failures: Counter[str] = Counter()
        self._rests: dict[str, float] = {}
        self._swept = 0.0
        self._told = 0.0

    async def keep_delivering(self) -> None:
        """Deliver as long as the process lives, whatever becomes of the database."""
        for outcome in ("delivered", "failed"):
            attempts.add(0, {"outcome": outcome})
        while True:
            self._tell(delivering.Stands(0, 0, None, 0))
            try:
                async with await self._connect() as conn:
                    await self._deliver(conn)
            except (psycopg.Error, OSError) as lost:
                log.warning("the messenger begins again", extra={"reason": type(lost).__name__})
            except Exception:
                log.exception("the messenger stumbled")
            finally:
                await self._drop()
            await asyncio.sleep(EVERY_SECONDS)

    async def _deliver(self, conn: AsyncConnection) -> None:
        """Wait for the lock; then round after round, until the connection is lost."""
        while not await alone(conn):  # noqa: ASYNC110  whoever holds it is elsewhere
            await asyncio.sleep(EVERY_SECONDS)
        while True:
            looked = monotonic()
            more = await self.look(conn)
            while not more and monotonic() < looked + EVERY_SECONDS:
                await self.send(conn)
                self._woken.clear()
                if not self._done:
                    await self._wait(looked + EVERY_SECONDS - monotonic())
                    await asyncio.sleep(GATHER_SECONDS if self._away else 0)
            await self.send(conn)

    async def _wait(self, seconds: float) -> None:
        """Until something has come back, or so long."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._woken.wait()
        except TimeoutError:
            return

    async def look(self, conn: AsyncConnection) -> bool:
        """Announce what is new, and lay it out; whether there is more at once."""
        await announce(conn, self._clock())
        more = await delivering.lay_out(conn, self._names, self._wall())
        if monotonic() > self._swept + SWEEP_SECONDS or not self._swept:
            for one in await delivering.give_up(conn, self._wall()):
                log.error("an endpoint was switched off", extra={"reason": one})
            await delivering.sweep(conn, self._wall())
            self._swept = monotonic()
        if monotonic() > self._told + TELL_SECONDS or not self._told:
            self._tell(await delivering.stands(conn))
            self._told = monotonic()
        return more

    async def send(self, conn: AsyncConnection) -> None:
        """Write down what came back, and send what is due."""
        done, self._done = self._done, []
        await delivering.settle(conn, done, self._backoff)
        for heard in done:
            del self._away[heard.due.delivery]
            self._heard(heard)
        resting = [to for to, until in self._rests.items() if until > monotonic()]
        found = await delivering.due(conn, self._wall(), self._away, resting, EACH)
        sent = self._chosen(found)
        if not sent:
            return
        keys = await delivering.keys(conn, self._vault, sent, self._wall())
        allowing = await endpoints.allowances(conn, self._in_test)
        for one in sent:
            self._away[one.delivery] = one
            task = asyncio.create_task(self._try(one, keys.get(one.to, []), allowing))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _chosen(self, found: Iterable[Due]) -> list[Due]:
        """The first of each endpoint before the second of any, as far as there is room: one that is
        slow holds only what is its own. What was tried less goes before: else what fails on end
        would be the one that a failing endpoint is sent, again and again."""
        busy = Counter(one.to for one in self._away.values())
        placed: list[tuple[int, int, Due]] = []
        for one in sorted(found, key=lambda due: due.tries):
            most = 1 if self._failures[one.to] >= FAILING else EACH
            if busy[one.to] < most:
                placed.append((busy[one.to], len(placed), one))
                busy[one.to] += 1
        return [one for *_, one in sorted(placed)[: TOTAL - len(self._away)]]

    async def _try(self, sent: Due, keys: list[bytes], allowing: list[Allowance]) -> None:
        """One try; whatever becomes of it is heard in the next round, a fault of ours too: what was
        never heard would be on its way for ever."""
        at = self._wall()
        try:
            tried = await self._tried(sent, at, keys, allowing)
        except Exception:
            log.exception("a delivery stumbled")
            tried = Tried(None, "no-answer", 0)
        attempts.add(1, {"outcome": "delivered" if tried.delivered else "failed"})
        self._done.append(Settled(sent, at, tried))
        self._woken.set()

    async def _tried(
        self, sent: Due, at: datetime, keys: list[bytes], allowing: list[Allowance]
    ) -> Tried:
        """Signed and sent."""
        body, timestamp = sent.body.encode(), int(at.timestamp())
        headers = {
            "webhook-id": sent.event,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(
                keys, sent.event, timestamp, body, self._vault.signer(sent.to)
            ),
        }
        if self._trust is None:
            self._trust = ssl.create_default_context()
        return await attempt(
            sent.url,
            headers,
            body,
            trust=self._trust,
            resolve=self._resolve,
            allowances=allowing,
        )

    def _heard(self, one: Settled) -> None:
        """What fails on end rests, longer each time; what takes something is well."""
        to = one.due.to
        if one.tried.delivered:
            self._failures.pop(to, None)
            self._rests.pop(to, None)
            return
        self._failures[to] += 1
        beyond = self._failures[to] - FAILING
        if beyond >= 0:
            rest = self._backoff.after(beyond + 1, 0.5).total_seconds()
            self._rests[to] = monotonic() + rest

    def _tell(self, stands: delivering.Stands) -> None:
        """What the meters show."""
        since = stands.untried_since
        lag.set(0 if since is None else max((self._wall() - since).total_seconds(), 0))
        waiting.set(stands.waiting)
        dead.set(stands.dead)
        endpoints_failed.set(stands.failed_endpoints)

    async def _drop(self) -> None:
        """Let go of what is on its way: whoever is next sends it again."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._away.clear()
        self._done.clear()


async def alone(conn: AsyncConnection) -> bool:
    """Whether this connection is the messenger's now, and until it ends."""
    row = await (await conn.execute(ALONE, {"lock": LOCK})).fetchone()
    return row is not None and bool(row[0])
