"""One process of the hub: everything it holds, started in order and left in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import psycopg
from psycopg import AsyncConnection

from auth import bell, keys, sweeping, watching
from auth.door_desk import DoorDesk
from auth.gate import Gate
from auth.keys import Keys
from auth.people import member_sign_in, sessions, tries
from auth.people.factors import Means
from auth.people.mail import Post
from auth.people.passkeys import site_of
from auth.people.passwords import Passwords
from auth.people.reception import Reception
from auth.people.seals import Seals
from auth.proofs import Memory, Proofs
from auth.recheck import recheck
from auth.refusals import InvalidToken
from auth.server import DoorServer
from deploy import soundness
from deploy.citus.desk import line_up_on_the_coordinator
from deploy.clock import FileClock, clock, wall
from deploy.console import show
from deploy.exposure_watch import keep_watching
from deploy.heads import HeadsFile
from deploy.limits.limits import Limits
from deploy.messenger import Messenger
from deploy.meters import lapse_done
from deploy.pools import Pools
from deploy.roller import keep_rolling
from deploy.sealer import Sealer
from deploy.settings import Settings
from deploy.trail.trail import Trail
from deploy.watch import Watch
from federation import codes, profiles
from federation.close import plan
from federation.days import day_of
from federation.desk import Desk
from federation.opaque import Names
from federation.pins import Pins
from federation.refusals import Refusal
from settlement import calendar, schemes
from settlement.agreeing import agreements
from settlement.checks import broken
from settlement.stages import Closing
from tenants import lookups, mall
from tenants.importing import Importing
from tenants.lookups import Lookups
from tenants.mall import Mall
from tenants.receipts import ReceiptKey
from tenants.terms import Till
from tenants.uploads import Uploads
from tenants.webhooks import endpoints
from tenants.webhooks.guard import Allowance
from tenants.webhooks.signing import Vault

log = logging.getLogger("meguri.hub")
HOUR = 3600.0
TOLD_AGAIN = 1.0  # seconds
MONTHS = 3
AHEAD = timedelta(days=62)


class Hub:
    """What a process serves with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = clock(settings.clock)
        self.pools = Pools(settings)
        self.names = Names(settings.secret)
        self.pins = Pins(settings.secret)
        self.desk = Desk(
            self.pools.desk, self.clock, self.names, self.pins, look_again, self.forget
        )
        self.mall = Mall(lambda: self.pools.use("counter"), lambda: self.desk.moved)
        self.keys = Keys(lambda: self.pools.use("app"), settings.secret, wall)
        self.proofs = Proofs(
            settings.issuer,
            settings.secret,
            Memory(settings.redis_url, lambda: self.pools.use("app"), wall),
            wall,
        )
        self.gate, self.doors = self._gate(), self._doors()
        self.closing = Closing(
            lambda: self.pools.bare("worker"),
            self.desk.lapse_due,
            lambda member_id, entry_id: self.names.seal("entry", member_id, entry_id),
            self.broken,
        )
        self.reception = reception(settings, self.pools)
        self.uploads = Uploads(
            lambda: self.pools.bare("worker"),
            self.pools.reader,
            self.desk,
            self.mall,
            recheck,
            self.clock,
        )
        self.importing = Importing(
            lambda: self.pools.bare("worker"), self.desk, self.mall, self.clock
        )
        self.lookups = Lookups(lambda: self.pools.use("counter"))
        self.watch = Watch(self.pools, self.clock)
        self.trail = Trail(lambda: self.pools.bare("worker"), wall)
        heads = HeadsFile(Path(settings.heads), settings.secret) if settings.heads else None
        self.sealer = Sealer(self.pools.sealer, self.clock, heads)
        self.limits = Limits(settings.redis_url, lambda: self.pools.use("counter"))
        self.vault = Vault(settings.secret)
        self.receipt_key = ReceiptKey(settings.secret)
        self.in_test = isinstance(self.clock, FileClock)
        self.messenger = Messenger(
            self.pools.messenger, self.names, self.vault, self.clock, wall, in_test=self.in_test
        )
        self.draining = False

    def _gate(self) -> Gate:
        """Who comes in with a token."""
        counter, moved = (lambda: self.pools.use("counter")), (lambda: self.desk.moved)
        return Gate(self.settings.issuer, self.keys, counter, wall, moved, proofs=self.proofs)

    def _doors(self) -> DoorDesk:
        """Where tokens are given, told of and taken back."""
        issuer, door = self.settings.issuer, self.pools.door
        server = DoorServer(issuer, door, wall, self.known_as)
        ring = partial(bell.ring, self.settings.redis_url, "a token")
        return DoorDesk(server, self.keys, self.proofs, door, wall, ring)

    def known_as(self, tenant_id: int, member_id: int) -> str:
        """The name under which a tenant knows a member."""
        return self.names.seal("member", tenant_id, member_id)

    async def allowing(self) -> list[Allowance]:
        """Destinations that are not public, where a demo or test allows them."""
        if not self.in_test:
            return []
        async with self.pools.use("worker") as conn:
            return await endpoints.allowances(conn, self.in_test)

    def forget(self) -> None:
        """A door was shut or a term changed: who comes in, and at which till, is asked afresh."""
        self.gate.forget()
        self.mall.forget()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open the pools, keep months and keys, begin to book; at the end, book what waits."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.pools)
            stack.push_async_callback(self.proofs.memory.close)
            await soundness.insist(self.pools)
            await self._keep()
            stack.push_async_callback(self.trail.close)
            await self.keys.fresh()  # another secret than the one that sealed them stops the start
            for work in (
                self._hourly(),
                self.watch.keep_looking(),
                self.uploads.keep_booking(),
                self.importing.keep_working(),
                self.sealer.keep_sealing(),
                self.trail.keep_noting(),
                self.limits.keep_telling(),
                keep_rolling(lambda: self.pools.bare("worker")),
                keep_watching(lambda: self.pools.bare("worker"), self.clock),
                bell.listen(self.settings.redis_url, self.forget),
                watching.keep_watching(lambda: self.pools.use("counter"), self.forget),
            ):
                stack.push_async_callback(ended, asyncio.create_task(work))
            if self.settings.webhooks != "off":
                delivering = asyncio.create_task(self.messenger.keep_delivering())
                stack.push_async_callback(ended, delivering)
            if self.settings.citus:
                line_up_on_the_coordinator()
            self.desk.start()
            stack.push_async_callback(self.desk.drain)
            yield

    async def _hourly(self) -> None:
        """What must be done in time, visited or not: months, keys, holds and points."""
        lapse_done.set(0)
        while True:
            await asyncio.sleep(HOUR)
            try:
                await self._keep()
                await self.desk.lapse_due(day_of(self.clock()) - calendar.DAY)
                lapse_done.set(wall().timestamp())
            except (psycopg.Error, OSError, Refusal):
                log.warning("the hourly round was missed")

    async def _keep(self) -> None:
        """Partitions and cycles for the months that come, signing keys that are young enough, no
        codes that have long been over, nothing personal of members who left a month ago."""
        async with self.pools.use("worker") as conn:
            await conn.execute(
                "SELECT federation.open_months(%s, %s)", (self.clock().date(), MONTHS)
            )
            await conn.execute("SELECT audit.open_months(%s, %s)", (wall().date(), MONTHS))
            await keys.keep(conn, self.settings.secret, wall())
            await extend_calendar(conn, day_of(self.clock()))
            await codes.sweep(conn, self.clock())
            await lookups.sweep(conn, self.clock())
            await sweeping.sweep(conn, wall())
            await sessions.sweep(conn, wall())
            await member_sign_in.forget_gone(conn)
            await tries.sweep(conn, wall())
            erased = await profiles.erase(conn, self.clock())
        if erased.members:
            log.info("members who left were erased", extra={"erased": erased.members})

    async def broken(self, conn: AsyncConnection) -> list[str]:
        """The promises of the books that do not hold."""
        return [f"{one.promise}: {one.id} ({one.off:+})" for one in await broken(conn)]


def reception(settings: Settings, pools: Pools) -> Reception:
    """The door of people, who come with a session instead of a token."""
    seals = Seals(settings.secret)
    return Reception(
        Means(seals, Passwords(seals), site_of(settings.issuer)),
        lambda: pools.bare("app"),
        lambda: pools.use("worker"),
        lambda: pools.use("counter"),
        wall,
        show,
        Post(settings.smtp, settings.mail_from).send,
        tuple(settings.proxies.replace(",", " ").split()),
    )


async def look_again(
    conn: AsyncConnection, tills: Sequence[Till], moved: int
) -> list[Till | Refusal]:
    """What the desk asks when a door has moved: is the client still ours, the till still on."""
    clients = await recheck(conn, [till.client_id for till in tills])
    found = await mall.again(conn, tills, moved)
    return [
        fresh if clients[till.client_id] else InvalidToken()
        for till, fresh in zip(tills, found, strict=True)
    ]


async def extend_calendar(conn: AsyncConnection, today: date) -> None:
    """Cycles up to two months ahead, from the last that is planned or from today's, by the calendar
    that was agreed when each begins."""
    calendar_on = partial(schemes.calendar_on, await agreements(conn))
    row = await (await conn.execute("SELECT max(last_on) FROM federation.cycles")).fetchone()
    planned = row[0] if row else None
    todays = calendar.cycle_of(today, calendar_on(today))
    first_on = planned + calendar.DAY if planned else todays.first_on
    ahead = calendar.following(first_on, today + AHEAD, calendar_on)
    await plan(conn, [(one.cycle_id, one.first_on, one.last_on) for one in ahead])


async def ended(task: asyncio.Task[None]) -> None:
    """Stop a background task and wait until it is gone; one whom a library kept from hearing that
    it was cancelled (redis-py does, while it connects) is told again."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=TOLD_AGAIN)
    with suppress(asyncio.CancelledError):
        await task
