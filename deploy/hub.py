"""One process of the hub: everything it holds, started in order and left in order."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from litestar import Request
from psycopg import AsyncConnection

from auth import bell, keys, watching
from auth.certificates import Certificates
from auth.door_desk import DoorDesk
from auth.gate import Gate
from auth.keys import Keys
from auth.leavers import Leavers
from auth.line import Line
from auth.people.factors import Means
from auth.people.mail import Post
from auth.people.passkeys import site_of
from auth.people.passwords import Passwords
from auth.people.reception import Reception
from auth.people.seals import Seals
from auth.people.texts import Texts
from auth.proofs import Memory, Proofs
from auth.recheck import recheck, still_hold
from auth.refusals import InvalidToken
from auth.server import DoorServer
from deploy import soundness
from deploy.citus.desk import line_up_on_the_coordinator
from deploy.clock import FileClock, clock, wall
from deploy.console import show
from deploy.exposure_watch import keep_watching
from deploy.finance.worked import Worked
from deploy.heads import HeadsFile
from deploy.history import Remembered
from deploy.jobs.runner import Runner
from deploy.jobs.tools import Tools
from deploy.limits.limits import Limits
from deploy.limits.pushes import Pushes
from deploy.live import Live
from deploy.mail import sender
from deploy.messenger import Messenger
from deploy.meters import lapse_done
from deploy.noticer import keep_noticing
from deploy.pools import Pools
from deploy.roller import keep_rolling
from deploy.sealer import Sealer
from deploy.settings import Settings
from deploy.trail.trail import Trail
from deploy.watch import Watch
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
from tenants import mall
from tenants.callers import HOUSE
from tenants.gifts import Gifts
from tenants.importing import Importing
from tenants.lookups import Lookups
from tenants.mall import Mall
from tenants.receipts import ReceiptKey
from tenants.scanning import scanner
from tenants.terms import Till
from tenants.uploads import Uploads
from tenants.webhooks import endpoints
from tenants.webhooks.guard import Allowance
from tenants.webhooks.signing import Vault

TOLD_AGAIN = 1.0  # seconds
MONTHS = 3
AHEAD = timedelta(days=62)

log = logging.getLogger("meguri.hub")


class Hub:
    """What a process serves with."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = clock(settings.clock)
        self.pools = Pools(settings)
        self.names = Names(settings.secret)
        self.pins = Pins(settings.secret)
        self.leavers = Leavers(lambda: self.pools.bare("worker"), wall, self.forget)
        self.desk = self._desk()
        self.mall = Mall(lambda: self.pools.use("counter"), lambda: self.desk.moved)
        self.keys = Keys(lambda: self.pools.use("gate"), settings.secret, wall)
        self.proofs = Proofs(
            settings.issuer,
            settings.secret,
            Memory(settings.redis_url, lambda: self.pools.use("gate"), wall),
            wall,
        )
        self.pushes = Pushes()
        self.certificates = Certificates(settings.certificates_from, wall)
        self.gate, self.doors = self._gate(), self._doors()
        self.closing = Closing(
            lambda: self.pools.bare("worker"),
            self.desk.lapse_due,
            lambda member_id, entry_id: self.names.seal("entry", member_id, entry_id),
            self.broken,
        )
        self.reception = reception(settings, self.pools)
        worker = partial(self.pools.bare, "worker")
        self.uploads = Uploads(worker, self.pools.reader, self.desk, self.mall, recheck, self.clock)
        self.importing = Importing(worker, self.desk, self.mall, self.clock)
        self.gifts = Gifts(worker, self.desk, self.mall, self.clock)
        self.lookups = Lookups(lambda: self.pools.use("counter"))
        self.watch = Watch(self.pools, self.clock)
        self.remembered = Remembered(self.pools)
        self.trail = Trail(lambda: self.pools.bare("worker"), wall)
        heads = HeadsFile(Path(settings.heads), settings.secret) if settings.heads else None
        self.sealer = Sealer(self.pools.sealer, self.clock, heads)
        self.limits = Limits(settings.redis_url, lambda: self.pools.use("counter"))
        self.vault = Vault(settings.secret)
        self.receipt_key = ReceiptKey(settings.secret)
        self.scan = scanner(settings.scan)
        self.in_test = isinstance(self.clock, FileClock)
        self.messenger = Messenger(
            self.pools.messenger, self.names, self.vault, self.clock, wall, in_test=self.in_test
        )
        self.runner = self._runner()
        self.draining = False
        self.live = self._live()
        self.worked = Worked(lambda: self.pools.use("auditor"))

    def _desk(self) -> Desk:
        """Where everything is booked; it is told which doors moved, and tells who left."""
        return Desk(
            self.pools.desk, self.clock, self.names, self.pins, look_again, self.forget,
            self.leavers.gone,
        )  # fmt: skip

    def _live(self) -> Live:
        """The lines on which pages hear that something moved."""
        return Live(
            self.settings.redis_url,
            lambda: self.desk.commits,
            lambda: self.watch.status,
            self.reception.standing,
            lambda: self.draining,
        )

    def _runner(self) -> Runner:
        """What the hub does by itself."""
        tools = Tools(
            self.settings, self.pools, self.desk, self.clock, self._keep, self.mall, self.gifts
        )
        return Runner(tools, self.pools.job, self.settings.url("worker"))

    def _gate(self) -> Gate:
        """Who comes in with a token."""
        counter, moved = (lambda: self.pools.use("counter")), (lambda: self.desk.moved)
        seen, told = self.proofs, self.certificates
        issuer, keys = self.settings.issuer, self.keys
        return Gate(issuer, keys, counter, wall, moved, proofs=seen, certificates=told)

    def _doors(self) -> DoorDesk:
        """Where tokens are given, told of and taken back."""
        issuer, door = self.settings.issuer, self.pools.door
        server = DoorServer(issuer, door, wall, self.known_as)
        ring = partial(bell.ring, self.settings.redis_url, "a token")
        told = self.certificates
        return DoorDesk(server, self.keys, self.proofs, door, wall, ring, self.pushing, told)

    def pushing(self, request: Request[Any, Any, Any], client_id: str) -> int:
        """The seconds to wait before an app may push another request from there; or 0."""
        return self.pushes.take(client_id, self.reception.visitor(request).address, monotonic())

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
            stack.push_async_callback(self.worked.end)
            await soundness.insist(self.pools)
            if not self.settings.scan:
                log.warning("files are not scanned: MEGURI_SCAN is not set")
            await self._keep()
            stack.push_async_callback(self.trail.close)
            await self.keys.fresh()  # another secret than the one that sealed them stops the start
            for work in (
                self.watch.keep_looking(),
                self.uploads.keep_booking(),
                self.importing.keep_working(),
                self.gifts.keep_giving(),
                self.sealer.keep_sealing(),
                self.trail.keep_noting(),
                self.limits.keep_telling(),
                self.leavers.keep_ending(),
                self.live.keep_telling(),
                self.live.keep_listening(),
                keep_rolling(lambda: self.pools.bare("worker")),
                keep_noticing(lambda: self.pools.bare("worker")),
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
            if self.settings.jobs != "off":  # they stand on the desk, and leave before it
                lapse_done.set(0)
                sender.waiting.set(0)
                working = asyncio.create_task(self.runner.keep_working())
                stack.push_async_callback(ended, working)
            yield

    async def _keep(self) -> None:
        """Partitions and cycles for the months that come, signing keys that are young enough."""
        async with self.pools.use("worker") as conn:
            await conn.execute(
                "SELECT federation.open_months(%s, %s)", (self.clock().date(), MONTHS)
            )
            await conn.execute("SELECT audit.open_months(%s, %s)", (wall().date(), MONTHS))
            await keys.keep(conn, self.settings.secret, wall())
            await extend_calendar(conn, day_of(self.clock()))

    async def broken(self, conn: AsyncConnection) -> list[str]:
        """The promises of the books that do not hold."""
        return [f"{one.promise}: {one.id} ({one.off:+})" for one in await broken(conn)]


def reception(settings: Settings, pools: Pools) -> Reception:
    """The door of people, who come with a session instead of a token."""
    seals = Seals(settings.secret)
    desk = Reception(
        Means(seals, Passwords(seals), site_of(settings.issuer)),
        lambda: pools.bare("app"),
        lambda: pools.use("worker"),
        lambda: pools.use("counter"),
        wall,
        show,
        Post(settings.smtp, settings.mail_from).send,
        tuple(settings.proxies.replace(",", " ").split()),
    )
    desk.texts = Texts(settings.texts, settings.texts_key)
    if settings.line_channel:
        desk.line = Line(settings.line_channel, settings.line_secret)
    return desk


async def look_again(
    conn: AsyncConnection, tills: Sequence[Till], moved: int
) -> list[Till | Refusal]:
    """What the desk asks when a door has moved: is the client still ours, does its token still
    hold, is the till still on."""
    holding = await still_hold(conn, [(till.client_id, till.token) for till in tills])
    found = await mall.again(conn, tills, moved)
    return [
        fresh if till.client_id == HOUSE or holds else InvalidToken()
        for till, holds, fresh in zip(tills, holding, found, strict=True)
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
